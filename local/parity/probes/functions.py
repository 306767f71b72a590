"""What Lambda does for functions."""

import json
from typing import Final

from local.parity.control import Finding, Subject, enforced_if
from local.parity.workbench import Workbench

FUNCTIONS: Final = Subject("Functions")

_MIB: Final = 1024 * 1024


@FUNCTIONS.control(
    "Timeout",
    probed="a function with a timeout of 1 s that takes 20 s",
    on_aws="ended, with an error that says so",
)
def _timeout(bench: Workbench) -> Finding:
    answer, failed = bench.invoke(bench.function("wait", Timeout=1), {"seconds": 20})
    return enforced_if(failed and "Task timed out after 1.00 seconds" in answer["errorMessage"])


@FUNCTIONS.control(
    "Memory",
    probed="a function with 128 MB that uses 300 MB",
    on_aws="ended with `Runtime.OutOfMemory` or `Runtime.ExitError`",
)
def _memory(bench: Workbench) -> Finding:
    function = bench.function("allocate", MemorySize=128)
    answer, failed = bench.invoke(function, {"mebibytes": 300})
    errors = {"Runtime.OutOfMemory", "Runtime.ExitError"}
    return enforced_if(failed and answer.get("errorType") in errors)


@FUNCTIONS.control(
    "Reserved concurrency",
    probed="a function that has none left",
    on_aws="the invocation is throttled",
)
def _concurrency(bench: Workbench) -> Finding:
    function, client = bench.function("echo"), bench.client("lambda")
    client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    code = bench.refused(client.invoke, FunctionName=function)
    return enforced_if(code == "TooManyRequestsException")


@FUNCTIONS.control(
    "Size of an answer",
    probed="a function that answers with 7 MiB",
    on_aws="6 MB at most, else `Function.ResponseSizeTooLarge`",
)
def _answer_size(bench: Workbench) -> Finding:
    function = bench.function("answer_at_length")
    answer, failed = bench.invoke(function, {"characters": 7 * _MIB})
    too_large = failed and answer.get("errorType") == "Function.ResponseSizeTooLarge"
    return enforced_if(too_large)


@FUNCTIONS.control(
    "Size of an event",
    probed="an invocation with 7 MiB",
    on_aws="6 MB at most, else refused with 413",
)
def _event_size(bench: Workbench) -> Finding:
    function, client = bench.function("echo"), bench.client("lambda")
    payload = json.dumps("x" * 7 * _MIB)
    code = bench.refused(client.invoke, FunctionName=function, Payload=payload)
    return enforced_if(code == "RequestTooLargeException")


@FUNCTIONS.control(
    "Size of the environment variables",
    probed="a function with 5 KB of them",
    on_aws="4 KB at most",
)
def _variables(bench: Workbench) -> Finding:
    client, function = bench.client("lambda"), bench.function("echo")
    code = bench.refused(
        client.update_function_configuration,
        FunctionName=function,
        Environment={"Variables": {"LONG": "x" * 5_000}},
    )
    return enforced_if(code == "InvalidParameterValueException")


@FUNCTIONS.control(
    "Size of `/tmp`",
    probed="a function with 512 MB of it asks how much there is",
    on_aws="512 MB unless set otherwise; then the disk is full",
)
def _tmp_size(bench: Workbench) -> Finding:
    size, _ = bench.invoke(bench.function("size_of_tmp", EphemeralStorage={"Size": 512}))
    return enforced_if(450 * _MIB < size < 600 * _MIB)


@FUNCTIONS.control(
    "Partial batch responses",
    probed="a batch of two messages, of which the function reports one as failed",
    on_aws="the one comes back, in the end to the dead-letter queue; the other is gone",
)
def _partial_batches(bench: Workbench) -> Finding:
    dead_letters, dead_letters_arn = bench.queue()
    policy = json.dumps({"deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": 1})
    queue, queue_arn = bench.queue(VisibilityTimeout="1", RedrivePolicy=policy)
    client, sqs = bench.client("lambda"), bench.client("sqs")
    function = bench.function("take_all_but_bad", Timeout=1)
    mapping = client.create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=queue_arn,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )["UUID"]
    bench.undo.callback(client.delete_event_source_mapping, UUID=mapping)
    for body in ("good", "bad"):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    return enforced_if(bench.messages(dead_letters) == ["bad"])


@FUNCTIONS.control(
    "Validation of the role",
    probed="a function whose role does not exist",
    on_aws="refused: Lambda can't assume it",
)
def _role(bench: Workbench) -> Finding:
    function, client = bench.function("echo"), bench.client("lambda")
    return enforced_if(
        bench.refused(
            client.update_function_configuration,
            FunctionName=function,
            Role="arn:aws:iam::000000000000:role/there-is-no-such-role",
        )
        == "InvalidParameterValueException"
    )
