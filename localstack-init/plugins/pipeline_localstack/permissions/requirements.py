"""What IAM asks of whoever calls an operation: actions, each on a resource.

AWS's Service Authorization Reference says it for each service:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
An operation that is not named here needs the action of its own name; a service that is not, any
resource. What is new for each call (an object's name, an execution's) stands as `*`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

type Parameters = Mapping[str, Any]

ANY: Final = "*"


class Requirement(NamedTuple):
    """An action that must be allowed on a resource, which is given as an ARN."""

    action: str
    resource: str


class Place(NamedTuple):
    """Whose resources are meant where an operation names them without an ARN."""

    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource here."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def required(
    service: str, operation: str, parameters: Parameters, place: Place
) -> Iterator[Requirement]:
    """What a call requires.

    Args:
        service: as botocore names it, such as `stepfunctions`.
        operation: as botocore names it, such as `StartExecution`.
        parameters: those of the call.
        place: the account and region of the call.
    """
    prefix = _PREFIXES.get(service, service)
    if service == "dynamodb":
        yield from _of_tables(operation, parameters, place)
        return
    action = f"{prefix}:{_action(service, operation, parameters)}"
    resource = _RESOURCES.get(service, _any_resource)
    yield Requirement(action, resource(action, parameters, place))


_PREFIXES: Final = {"stepfunctions": "states"}
_ACTIONS: Final = {
    "lambda": {"Invoke": "InvokeFunction"},
    "s3": {
        "CompleteMultipartUpload": "PutObject",
        "CreateMultipartUpload": "PutObject",
        "HeadBucket": "ListBucket",
        "HeadObject": "GetObject",
        "ListMultipartUploads": "ListBucketMultipartUploads",
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "ListObjectVersions": "ListBucketVersions",
        "ListParts": "ListMultipartUploadParts",
        "UploadPart": "PutObject",
    },
    "sns": {"PublishBatch": "Publish"},
    "sqs": {
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
        "DeleteMessageBatch": "DeleteMessage",
        "SendMessageBatch": "SendMessage",
    },
}
_OF_A_VERSION: Final = {
    "DeleteObject": "DeleteObjectVersion",
    "GetObject": "GetObjectVersion",
}


def _action(service: str, operation: str, parameters: Parameters) -> str:
    action = _ACTIONS.get(service, {}).get(operation, operation)
    if service == "s3" and parameters.get("VersionId"):
        return _OF_A_VERSION.get(action, action)
    return action


def _any_resource(_action: str, _parameters: Parameters, _place: Place) -> str:
    return ANY


def _of_a_bucket(_action: str, parameters: Parameters, _place: Place) -> str:
    bucket = f"arn:aws:s3:::{parameters.get('Bucket', ANY)}"
    if "Key" not in parameters:
        return bucket
    folder, slash, _ = str(parameters["Key"]).partition("/")
    return f"{bucket}/{folder}/{ANY}" if slash else f"{bucket}/{ANY}"


def _queue(_action: str, parameters: Parameters, place: Place) -> str:
    name = parameters.get("QueueName") or parameters.get("QueueUrl", ANY)
    return place.arn("sqs", str(name).rpartition("/")[2])


def _topic(_action: str, parameters: Parameters, _place: Place) -> str:
    return str(parameters.get("TopicArn") or parameters.get("TargetArn") or ANY)


def _secret(_action: str, parameters: Parameters, place: Place) -> str:
    secret = str(parameters.get("SecretId", ANY))
    if secret == ANY or secret.startswith("arn:"):
        return secret
    # Its ARN has six characters more than its name, which policies leave open just so.
    return place.arn("secretsmanager", f"secret:{secret}-??????")


def _function(_action: str, parameters: Parameters, place: Place) -> str:
    name = str(parameters.get("FunctionName", ANY))
    return name if name.startswith("arn:") else place.arn("lambda", f"function:{name}")


def _of_a_workflow(_action: str, parameters: Parameters, _place: Place) -> str:
    if execution := parameters.get("executionArn"):
        return f"{str(execution).rpartition(':')[0]}:{ANY}"
    return str(parameters.get("stateMachineArn", ANY))


def _log_stream(_action: str, parameters: Parameters, place: Place) -> str:
    if group := parameters.get("logGroupName"):
        return place.arn("logs", f"log-group:{group}:log-stream:{ANY}")
    return ANY


_RESOURCES: Final[Mapping[str, Callable[[str, Parameters, Place], str]]] = {
    "lambda": _function,
    "logs": _log_stream,
    "s3": _of_a_bucket,
    "secretsmanager": _secret,
    "sns": _topic,
    "sqs": _queue,
    "stepfunctions": _of_a_workflow,
}


# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
_PARTS_OF_TRANSACTIONS: Final = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}


def _of_tables(operation: str, parameters: Parameters, place: Place) -> Iterator[Requirement]:
    for item in parameters.get("TransactItems", ()):
        for part, details in item.items():
            action = f"dynamodb:{_PARTS_OF_TRANSACTIONS[part]}"
            yield Requirement(action, _table(details, place))
    for name in parameters.get("RequestItems", ()):
        yield Requirement(f"dynamodb:{operation}", _table({"TableName": name}, place))
    if not {"TransactItems", "RequestItems"} & parameters.keys():
        yield Requirement(f"dynamodb:{operation}", _table(parameters, place))


def _table(parameters: Parameters, place: Place) -> str:
    if "TableName" not in parameters:
        return ANY
    name = str(parameters["TableName"])
    table = name if name.startswith("arn:") else place.arn("dynamodb", f"table/{name}")
    index = parameters.get("IndexName")
    return f"{table}/index/{index}" if index else table
