"""What probes work with: clients, and resources of their own that are gone afterwards."""

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests
from botocore.exceptions import ClientError

from local.api_access import Access, access
from local.state import Environment

ROLE: Final = "arn:aws:iam::000000000000:role/parity-probe"
# For what must happen, on a busy machine too; and for what will not.
PATIENCE_SECONDS: Final = 90.0
SHORT_SECONDS: Final = 3.0
_MODULE: Final = Path(__file__).parent / "function" / "probed.py"
_SERVICES: Final = (
    "apigateway",
    "budgets",
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "events",
    "kms",
    "lambda",
    "logs",
    "rds",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "stepfunctions",
    "wafv2",
    "xray",
)

type Clients = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """The environment as one probe sees it."""

    environment: Environment
    reached: Access
    clients: Clients
    run: str
    undo: ExitStack

    def client(self, service: str) -> Any:
        """The client of a service."""
        return self.clients[service]

    def name(self) -> str:
        """A name that nothing else has."""
        return f"{self.run}-{uuid.uuid4().hex[:8]}"

    def request(self, method: str, path: str, **more: Any) -> requests.Response:
        """Sends a request to the pipeline's API, with the key unless headers are given."""
        more.setdefault("headers", {"x-api-key": self.reached.api_key})
        return self.fetch(method, self.reached.api_url + path, **more)

    def fetch(self, method: str, address: str, **more: Any) -> requests.Response:
        """Sends a request to any address."""
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, address, timeout=PATIENCE_SECONDS, **more)

    def queue(self, **attributes: str) -> tuple[str, str]:
        """The address and the ARN of a queue."""
        client = self.client("sqs")
        address = client.create_queue(QueueName=self.name(), Attributes=attributes)["QueueUrl"]
        self.undo.callback(client.delete_queue, QueueUrl=address)
        found = client.get_queue_attributes(QueueUrl=address, AttributeNames=["QueueArn"])
        return address, str(found["Attributes"]["QueueArn"])

    def messages(self, queue: str, *, within: float = PATIENCE_SECONDS) -> list[str]:
        """The bodies of the next messages, received once and removed; none when none came."""
        client, deadline = self.client("sqs"), time.monotonic() + within
        while time.monotonic() < deadline:
            answer = client.receive_message(
                QueueUrl=queue, WaitTimeSeconds=1, MaxNumberOfMessages=10
            )
            if found := answer.get("Messages"):
                for one in found:
                    client.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
                return [one["Body"] for one in found]
        return []

    def topic(self, **attributes: str) -> str:
        """The ARN of a topic."""
        client = self.client("sns")
        arn = str(client.create_topic(Name=self.name(), Attributes=attributes)["TopicArn"])
        self.undo.callback(client.delete_topic, TopicArn=arn)
        return arn

    def subscribe(self, topic: str, protocol: str, endpoint: str, **attributes: str) -> None:
        """A subscription that goes with its topic."""
        client = self.client("sns")
        subscription = client.subscribe(
            TopicArn=topic,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        self.undo.callback(client.unsubscribe, SubscriptionArn=subscription)

    def bucket(self, *, versioned: bool = False) -> str:
        """The name of a bucket."""
        client, name = self.client("s3"), self.name()
        client.create_bucket(Bucket=name)
        self.undo.callback(client.delete_bucket, Bucket=name)
        self.undo.callback(self._empty, name)
        if versioned:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def table(self) -> str:
        """The name of a table whose key is the string `id`."""
        client, name = self.client("dynamodb"), self.name()
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.undo.callback(client.delete_table, TableName=name)
        return name

    def key(self) -> str:
        """The id of an encryption key."""
        client = self.client("kms")
        found = str(client.create_key()["KeyMetadata"]["KeyId"])
        self.undo.callback(client.schedule_key_deletion, KeyId=found, PendingWindowInDays=7)
        return found

    def function(self, handler: str, **settings: Any) -> str:
        """The name of a function with one of the handlers in `function/probed.py`."""
        client, name = self.client("lambda"), self.name()
        client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=ROLE,
            Handler=f"probed.{handler}",
            Code={"ZipFile": _archive()},
            **{"Timeout": 30, "MemorySize": 256, **settings},
        )
        self.undo.callback(client.delete_function, FunctionName=name)
        client.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 900}
        )
        return name

    def function_arn(self, name: str) -> str:
        """The ARN of a function."""
        return str(
            self.client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
        )

    def invoke(self, function: str, event: object = None) -> tuple[Any, bool]:
        """What a function answered, and whether that is an error."""
        answer = self.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read() or "null"), "FunctionError" in answer

    def machine(self, states: Mapping[str, Any], **more: Any) -> str:
        """The ARN of a state machine that starts with the first of the states."""
        client = self.client("stepfunctions")
        definition = {"StartAt": next(iter(states)), "States": states, **more}
        arn = str(
            client.create_state_machine(
                name=self.name(), definition=json.dumps(definition), roleArn=ROLE
            )["stateMachineArn"]
        )
        self.undo.callback(client.delete_state_machine, stateMachineArn=arn)
        return arn

    def start(self, machine: str, **more: Any) -> str:
        """The ARN of an execution that was started."""
        client = self.client("stepfunctions")
        return str(client.start_execution(stateMachineArn=machine, **more)["executionArn"])

    def end_of(self, execution: str) -> Any:
        """The execution as it is described once it has ended."""
        client = self.client("stepfunctions")
        self.happens(
            lambda: client.describe_execution(executionArn=execution)["status"] != "RUNNING"
        )
        return client.describe_execution(executionArn=execution)

    def happens(self, condition: Callable[[], Any], *, within: float = PATIENCE_SECONDS) -> bool:
        """Whether the condition comes true in time."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(0.2)
        return bool(condition())

    def refused(self, call: Callable[..., Any], **arguments: Any) -> str | None:
        """The code of the error that a call ended with; None when there was none."""
        try:
            call(**arguments)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return None

    def offers(self, call: Callable[..., Any], **arguments: Any) -> bool:
        """Whether the service behind a call is there at all."""
        try:
            call(**arguments)
        except ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"] != 501
        return True

    def _empty(self, bucket: str) -> None:
        client = self.client("s3")
        found = client.list_object_versions(Bucket=bucket)
        for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
            client.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What all probes of a run share; clients may be used by several threads at a time.

    Attributes:
        run: what the names of all its resources begin with.
    """

    environment: Environment
    reached: Access
    clients: Clients
    run: str

    @classmethod
    def of(cls, environment: Environment) -> "Workshop":
        """Makes the clients, one after the other: a session is for one thread."""
        clients = {service: environment.client(service) for service in _SERVICES}
        return cls(
            environment=environment,
            reached=access(environment),
            clients=clients,
            run=f"parity-{uuid.uuid4().hex[:8]}",
        )

    @contextmanager
    def workbench(self) -> Iterator[Workbench]:
        """A workbench whose resources are gone afterwards."""
        with ExitStack() as undo:
            yield Workbench(
                environment=self.environment,
                reached=self.reached,
                clients=self.clients,
                run=self.run,
                undo=undo,
            )

    def remove_logs(self) -> None:
        """Removes the logs of the probes' functions: they are written after an invocation ended."""
        client = self.clients["logs"]
        prefix = f"/aws/lambda/{self.run}-"
        for found in client.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
            client.delete_log_group(logGroupName=found["logGroupName"])


def _archive() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr(_MODULE.name, _MODULE.read_text(encoding="utf-8"))
    return archive.getvalue()
