"""What DynamoDB does for items."""

import time
from typing import Any, Final

from local.parity.control import ONLY_ON_AWS, Finding, Subject, different, enforced_if
from local.parity.workbench import Workbench

TABLES: Final = Subject("Items")


def _put(bench: Workbench, table: str, **item: dict[str, str]) -> Any:
    client = bench.client("dynamodb")
    return client.put_item(TableName=table, Item={"id": {"S": "one"}, **item})


def _get(bench: Workbench, table: str) -> Any:
    client = bench.client("dynamodb")
    return client.get_item(TableName=table, Key={"id": {"S": "one"}}).get("Item")


@TABLES.control(
    "Time to live",
    probed="an item whose time has passed",
    on_aws="removed within a few days",
)
def _time_to_live(bench: Workbench) -> Finding:
    table = bench.table()
    bench.client("dynamodb").update_time_to_live(
        TableName=table,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expiresAt"},
    )
    _put(bench, table, expiresAt={"N": str(int(time.time()) - 60)})
    removed = bench.happens(lambda: _get(bench, table) is None)
    return different("removed within seconds") if removed else ONLY_ON_AWS


@TABLES.control(
    "Conditional writes",
    probed="a second write on condition that there is no such item",
    on_aws="refused",
)
def _conditions(bench: Workbench) -> Finding:
    table = bench.table()
    _put(bench, table)
    code = bench.refused(
        bench.client("dynamodb").put_item,
        TableName=table,
        Item={"id": {"S": "one"}},
        ConditionExpression="attribute_not_exists(id)",
    )
    return enforced_if(code == "ConditionalCheckFailedException")


@TABLES.control(
    "Size of an item",
    probed="an item of more than 400 KB",
    on_aws="refused",
)
def _size(bench: Workbench) -> Finding:
    code = bench.refused(
        bench.client("dynamodb").put_item,
        TableName=bench.table(),
        Item={"id": {"S": "one"}, "content": {"S": "x" * 410 * 1024}},
    )
    return enforced_if(code == "ValidationException")


@TABLES.control(
    "Point-in-time recovery",
    probed="a table, restored to the moment before its item was changed",
    on_aws="the new table has the item as it was",
)
def _recovery(bench: Workbench) -> Finding:
    client, table, restored = bench.client("dynamodb"), bench.table(), bench.name()
    client.update_continuous_backups(
        TableName=table,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    _put(bench, table, state={"S": "before"})
    time.sleep(1)
    moment = time.time()
    time.sleep(1)
    _put(bench, table, state={"S": "after"})
    client.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=restored, RestoreDateTime=moment
    )
    bench.undo.callback(client.delete_table, TableName=restored)
    state = (_get(bench, restored) or {}).get("state", {}).get("S")
    if state == "after":
        return different("the new table has the item as it is now")
    return enforced_if(state == "before")
