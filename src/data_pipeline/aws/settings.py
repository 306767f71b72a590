"""A function's settings, typed, from its environment variables.

Each function's stand in its handler: a function needs no other's when it starts.
"""

import os
from collections.abc import Mapping
from dataclasses import MISSING, fields


class MissingSetting(Exception):  # noqa: N818 - says what is wrong, as callers name it
    """An environment variable that a function needs is absent, empty or of the wrong type."""


def load[Settings](kind: type[Settings], environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads one function's settings: field `alert_topic_arn` is variable `ALERT_TOPIC_ARN`.

    A field with a default may be absent or empty.

    Raises:
        MissingSetting: naming the variable that is absent, empty or of the wrong type.
    """
    values: dict[str, str | int] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        variable = field.name.upper()
        text = environment.get(variable, "").strip()
        if not text and field.default is not MISSING:
            continue
        if not text:
            raise MissingSetting(f"The environment variable {variable} is not set.")
        values[field.name] = _whole_number(variable, text) if field.type is int else text
    return kind(**values)


def _whole_number(variable: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = f"The environment variable {variable} must be a whole number, not {text!r}."
        raise MissingSetting(message) from None
