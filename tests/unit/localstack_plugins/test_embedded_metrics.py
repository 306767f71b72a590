import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline_localstack.runtime.embedded_metrics import extract

TIMESTAMP = datetime(2026, 3, 5, 12, 30, 15, 250_000, UTC)


def document(**changes: Any) -> dict[str, Any]:
    directive = {
        "Namespace": "DataPipeline",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "FilesLoaded", "Unit": "Count"}],
    }
    return {
        "_aws": {
            "Timestamp": int(TIMESTAMP.timestamp() * 1000),
            "CloudWatchMetrics": [directive | changes.pop("directive", {})],
        },
        "service": "processor",
        "FilesLoaded": 3,
        **changes,
    }


def test_metric_line_becomes_the_parameters_of_put_metric_data() -> None:
    output = f"a line before\n{json.dumps(document())}\na line after\n"
    (datum,) = extract(output)["DataPipeline"]
    assert datum.parameters() == {
        "MetricName": "FilesLoaded",
        "Dimensions": [{"Name": "service", "Value": "processor"}],
        "Timestamp": TIMESTAMP,
        "Unit": "Count",
        "Values": [3.0],
        "StorageResolution": 60,
    }


def test_each_set_of_dimensions_makes_a_metric() -> None:
    line = json.dumps(document(stage="dev", directive={"Dimensions": [["service"], ["stage"]]}))
    assert [datum.dimensions for datum in extract(line)["DataPipeline"]] == [
        (("service", "processor"),),
        (("stage", "dev"),),
    ]


def test_metric_without_dimensions_is_kept() -> None:
    line = json.dumps(document(directive={"Dimensions": []}))
    assert extract(line)["DataPipeline"][0].dimensions == ()


def test_list_of_values_is_split_at_the_limit_of_put_metric_data() -> None:
    data = extract(json.dumps(document(FilesLoaded=list(range(200)))))["DataPipeline"]
    assert [len(datum.values) for datum in data] == [150, 50]
    assert data[1].values[-1] == 199.0


def test_unit_and_resolution_are_optional() -> None:
    directive = {"Metrics": [{"Name": "FilesLoaded", "StorageResolution": 1}]}
    (datum,) = extract(json.dumps(document(directive=directive)))["DataPipeline"]
    assert (datum.unit, datum.resolution) == ("None", 1)


@pytest.mark.parametrize(
    "line",
    [
        '{"_aws": {"CloudWatchMetrics": []',
        '"CloudWatchMetrics"',
        '["CloudWatchMetrics"]',
        json.dumps({"message": "without metadata"}),
        json.dumps(document(FilesLoaded="many")),
        json.dumps(document(directive={"Metrics": [{"Name": "Absent"}]})),
        json.dumps(document(directive={"Dimensions": [["absent"]]})),
        json.dumps(document(_aws={"CloudWatchMetrics": [{}]})),
    ],
)
def test_line_in_no_or_a_wrong_format_gives_nothing(line: str) -> None:
    assert extract(line) == {}


def test_wrong_line_does_not_hide_the_next() -> None:
    output = "\n".join([json.dumps(document(FilesLoaded="many")), json.dumps(document())])
    assert len(extract(output)["DataPipeline"]) == 1
