from dataclasses import dataclass
from typing import Any

import pytest

from pipeline_localstack.api_gateway import body_errors


@dataclass
class Error:
    """An error as jsonschema describes it."""

    validator: str
    validator_value: Any
    instance: Any
    message: str = "in jsonschema's own words"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            Error("type", "object", []),
            'instance type (array) does not match any allowed primitive type (allowed: ["object"])',
        ),
        (
            Error("type", ["null", "integer"], 1.5),
            (
                "instance type (number) does not match any allowed primitive type "
                '(allowed: ["integer","null"])'
            ),
        ),
        (
            Error("required", ["operation", "format", "limit"], {"limit": 1}),
            'object has missing required properties (["format","operation"])',
        ),
        (
            Error("enum", ["json", "csv"], "xml"),
            'instance value ("xml") not found in enum (possible values: ["json","csv"])',
        ),
        (
            Error("minLength", 2, "a"),
            'string "a" is too short (length: 1, required minimum: 2)',
        ),
        (
            Error("maxLength", 3, "abcd"),
            'string "abcd" is too long (length: 4, maximum allowed: 3)',
        ),
        (Error("minimum", 1, 0), "in jsonschema's own words"),
    ],
    ids=lambda value: value.validator if isinstance(value, Error) else "",
)
def test_error_is_said_as_the_validator_of_api_gateway_says_it(error: Error, expected: str) -> None:
    assert body_errors.described([error]) == f"[{expected}]"


def test_every_error_is_said_once() -> None:
    twice = [Error("type", "string", 1), Error("type", "string", 1), Error("minimum", 1, 0)]
    assert body_errors.described(twice) == (
        '[instance type (integer) does not match any allowed primitive type (allowed: ["string"]), '
        "in jsonschema's own words]"
    )
