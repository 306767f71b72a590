"""What AWS does for the stacks and the account."""

import json
from typing import Final

from local.parity.control import Finding, Subject, enforced_if
from local.parity.workbench import Workbench

OPERATIONS: Final = Subject("Stacks and account")

_TEMPLATE: Final = {"Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}


@OPERATIONS.control(
    "Termination protection",
    probed="a stack that is protected, and deleted",
    on_aws="refused",
)
def _termination(bench: Workbench) -> Finding:
    client, name = bench.client("cloudformation"), bench.name()
    client.create_stack(
        StackName=name, TemplateBody=json.dumps(_TEMPLATE), EnableTerminationProtection=True
    )
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    refused = bench.refused(client.delete_stack, StackName=name) is not None
    if refused:
        client.update_termination_protection(StackName=name, EnableTerminationProtection=False)
        client.delete_stack(StackName=name)
    return enforced_if(refused)


@OPERATIONS.control(
    "Budget",
    probed="a call of AWS Budgets' API",
    on_aws="`dev` tells when a month costs more than planned",
)
def _budget(bench: Workbench) -> Finding:
    budgets = bench.client("budgets")
    return enforced_if(bench.offers(budgets.describe_budgets, AccountId="000000000000"))
