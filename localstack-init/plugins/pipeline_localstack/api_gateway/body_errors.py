"""What API Gateway says of a body that does not fit its model, in its validator's words.

They are those of https://github.com/java-json-tools/json-schema-validator, from its
`validation.properties`; other errors are said in the words of `jsonschema`.
"""

import json
from collections.abc import Iterable
from typing import Any, Protocol

_TYPES = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


class SchemaError(Protocol):
    """The part of jsonschema's ValidationError that is needed."""

    validator: str
    validator_value: Any
    instance: Any
    message: str


def described(errors: Iterable[SchemaError]) -> str:
    """The value of `$context.error.validationErrorString`."""
    return f"[{', '.join(dict.fromkeys(_described(error) for error in errors))}]"


def _described(error: SchemaError) -> str:
    instance, expected = error.instance, error.validator_value
    match error.validator:
        case "required":
            missing = sorted(name for name in expected if name not in instance)
            return f"object has missing required properties ({_text(missing)})"
        case "type":
            allowed = sorted(expected if isinstance(expected, list) else [expected])
            return (
                f"instance type ({_TYPES[type(instance)]}) does not match any allowed primitive "
                f"type (allowed: {_text(allowed)})"
            )
        case "enum":
            return (
                f"instance value ({_text(instance)}) not found in enum "
                f"(possible values: {_text(expected)})"
            )
        case "minLength":
            return (
                f"string {_text(instance)} is too short "
                f"(length: {len(instance)}, required minimum: {expected})"
            )
        case "maxLength":
            return (
                f"string {_text(instance)} is too long "
                f"(length: {len(instance)}, maximum allowed: {expected})"
            )
    return error.message


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
