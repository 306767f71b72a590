"""Functions and executions that fail on purpose, of a test's own."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.state import Environment

BROKEN = {"broken.py": "def handler(event, context):\n    raise ValueError('on purpose')\n"}
_ROLE = "arn:aws:iam::000000000000:role/test"


@contextmanager
def state_machine(environment: Environment, states: dict[str, Any], **more: Any) -> Iterator[str]:
    """The ARN of a state machine of one state, which is gone afterwards."""
    client = environment.client("stepfunctions")
    arn = client.create_state_machine(
        name=f"test-{uuid.uuid4().hex}",
        definition=json.dumps({"StartAt": "Only", "States": {"Only": states}, **more}),
        roleArn=_ROLE,
    )["stateMachineArn"]
    try:
        yield arn
    finally:
        client.delete_state_machine(stateMachineArn=arn)
