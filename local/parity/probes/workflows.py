"""What Step Functions does for executions."""

import json
from typing import Any, Final

from local.parity.control import Finding, Subject, enforced_if
from local.parity.workbench import Workbench

WORKFLOWS: Final = Subject("Workflows")

_WAIT: Final = {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}
_PASS: Final = {"Pass": {"Type": "Pass", "End": True}}
_TOO_LARGE: Final = 256 * 1024


@WORKFLOWS.control(
    "Timeout of an execution",
    probed="an execution that waits longer than its state machine's `TimeoutSeconds`",
    on_aws="ends as `TIMED_OUT`",
)
def _execution_timeout(bench: Workbench) -> Finding:
    execution = bench.start(bench.machine(_WAIT, TimeoutSeconds=1))
    return enforced_if(bench.end_of(execution)["status"] == "TIMED_OUT")


@WORKFLOWS.control(
    "Timeout of a task",
    probed="a task with `TimeoutSeconds` 1 whose function takes 4 s",
    on_aws="fails with `States.Timeout`, which the state machine can catch",
)
def _task_timeout(bench: Workbench) -> Finding:
    function = bench.function("wait", Environment={"Variables": {"SECONDS": "4"}})
    task = {
        "Type": "Task",
        "Resource": bench.function_arn(function),
        "TimeoutSeconds": 1,
        "End": True,
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Pass"}],
    }
    execution = bench.start(bench.machine({"Task": task, **_PASS}))
    return enforced_if(bench.end_of(execution)["status"] == "SUCCEEDED")


@WORKFLOWS.control(
    "Retries",
    probed="a task that always fails, with two retries",
    on_aws="tried three times, then failed",
)
def _retries(bench: Workbench) -> Finding:
    task = {
        "Type": "Task",
        "Resource": bench.function_arn(bench.function("fail")),
        "End": True,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}],
    }
    execution = bench.start(bench.machine({"Task": task}))
    ended = bench.end_of(execution)
    history = bench.client("stepfunctions").get_execution_history(executionArn=execution)
    tries = [one for one in history["events"] if one["type"] == "LambdaFunctionScheduled"]
    return enforced_if(ended["status"] == "FAILED" and len(tries) == 3)


@WORKFLOWS.control(
    "Stop of an execution",
    probed="an execution that is stopped while it waits",
    on_aws="`ABORTED` at once",
)
def _stop(bench: Workbench) -> Finding:
    execution = bench.start(bench.machine(_WAIT))
    client = bench.client("stepfunctions")
    client.stop_execution(executionArn=execution)
    status = client.describe_execution(executionArn=execution)["status"]
    return enforced_if(status == "ABORTED")


@WORKFLOWS.control(
    "Events of an execution's end",
    probed="an EventBridge rule for executions that are `ABORTED`, and one that is stopped",
    on_aws="the rule's target is told",
)
def _events(bench: Workbench) -> Finding:
    machine = bench.machine(_WAIT)
    queue, queue_arn = bench.queue()
    _rule(bench, {"stateMachineArn": [machine], "status": ["ABORTED"]}, queue_arn)
    bench.client("stepfunctions").stop_execution(executionArn=bench.start(machine))
    return enforced_if(len(bench.messages(queue)) == 1)


def _rule(bench: Workbench, detail: dict[str, Any], target_arn: str) -> None:
    events, name = bench.client("events"), bench.name()
    pattern = {"source": ["aws.states"], "detail": detail}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    bench.undo.callback(events.delete_rule, Name=name)
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": target_arn}])
    bench.undo.callback(events.remove_targets, Rule=name, Ids=["queue"])


@WORKFLOWS.control(
    "One execution for each name",
    probed="a second execution of the same name with another input",
    on_aws="refused with `ExecutionAlreadyExists`",
)
def _names(bench: Workbench) -> Finding:
    machine = bench.machine(_PASS)
    bench.end_of(bench.start(machine, name="once", input='{"a": 1}'))
    code = bench.refused(
        bench.client("stepfunctions").start_execution,
        stateMachineArn=machine,
        name="once",
        input='{"a": 2}',
    )
    return enforced_if(code == "ExecutionAlreadyExists")


@WORKFLOWS.control(
    "Size of an input",
    probed="an execution with an input of more than 256 KiB",
    on_aws="refused",
)
def _input_size(bench: Workbench) -> Finding:
    code = bench.refused(
        bench.client("stepfunctions").start_execution,
        stateMachineArn=bench.machine(_PASS),
        input=json.dumps("x" * _TOO_LARGE),
    )
    return enforced_if(code is not None)


@WORKFLOWS.control(
    "Size of a state's output",
    probed="a task whose function answers with more than 256 KiB",
    on_aws="fails with `States.DataLimitExceeded`",
)
def _output_size(bench: Workbench) -> Finding:
    task = {
        "Type": "Task",
        "Resource": bench.function_arn(bench.function("answer_at_length")),
        "End": True,
    }
    machine = bench.machine({"Task": task})
    execution = bench.start(machine, input=json.dumps({"characters": _TOO_LARGE}))
    return enforced_if(bench.end_of(execution).get("error") == "States.DataLimitExceeded")
