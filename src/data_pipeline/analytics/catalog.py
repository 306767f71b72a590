"""The operations there are, and the parsing of a request into a checked question."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from data_pipeline.analytics import problems, query_problems
from data_pipeline.analytics.operation import Operation, Parameters, Statement
from data_pipeline.analytics.operations import ALL
from data_pipeline.analytics.sql_guard.refusal import QueryRefused
from data_pipeline.aws.problems import FieldError

OPERATIONS: Mapping[str, Operation[Parameters]] = ALL


@dataclass(frozen=True, kw_only=True)
class Question:
    """An operation with checked parameters."""

    operation: Operation[Parameters]
    parameters: Parameters

    def statement(self) -> Statement:
        """The SQL that answers the question."""
        return self.operation.statement(self.parameters)

    def normalised(self) -> dict[str, object]:
        """Every parameter with its value as JSON has it, defaults filled in."""
        return self.parameters.model_dump(mode="json")

    def fingerprint(self) -> str:
        """The same for the same question however it was written, else different. Hexadecimal."""
        document = msgspec.json.encode([self.operation.name, self.normalised()], order="sorted")
        return hashlib.sha256(document).hexdigest()


def parse(name: object, parameters: object) -> Question:
    """Checks a request's operation and parameters.

    Raises:
        ProblemError: 400, saying what is wrong and what would be right.
    """
    if name is None or name == "":
        raise problems.missing_operation(OPERATIONS)
    if not isinstance(name, str):
        error = FieldError(pointer="#/operation", detail="'operation' must be a string.")
        raise problems.invalid_request([error])
    operation = OPERATIONS.get(name)
    if operation is None:
        raise problems.unknown_operation(name, OPERATIONS)
    if parameters is None:
        parameters = {}
    if not isinstance(parameters, dict):
        error = FieldError(pointer="#/parameters", detail="'parameters' must be an object.")
        raise problems.invalid_request([error])
    try:
        return Question(
            operation=operation, parameters=operation.parameters.model_validate(parameters)
        )
    except QueryRefused as refusal:
        raise query_problems.refused(refusal, str(parameters["query"]).strip()) from None
    except ValidationError as invalid:
        known = list(operation.parameters.model_fields)
        errors = field_errors(invalid, known, under="#/parameters")
        raise problems.invalid_parameters(name, errors) from None


class ColumnDescription(msgspec.Struct, frozen=True):
    """A column that results of an operation can have."""

    name: str
    description: str


class OperationDescription(msgspec.Struct, frozen=True, kw_only=True):
    """An operation, its parameters as a JSON Schema, and its columns."""

    name: str
    description: str
    parameters: dict[str, object]
    columns: list[ColumnDescription]


class Catalog(msgspec.Struct, frozen=True):
    """All operations."""

    operations: list[OperationDescription]


def describe() -> Catalog:
    """The catalog as a document."""
    return Catalog([_describe(operation) for operation in OPERATIONS.values()])


def field_errors(invalid: ValidationError, known: list[str], *, under: str) -> list[FieldError]:
    """What a model found wrong, each with its place below the pointer `under`."""
    return [_field_error(details, known, under) for details in invalid.errors(include_url=False)]


def _describe(operation: Operation[Parameters]) -> OperationDescription:
    return OperationDescription(
        name=operation.name,
        description=operation.description,
        parameters=operation.parameters.model_json_schema(),
        columns=[
            ColumnDescription(column.name, column.description) for column in operation.columns
        ],
    )


def _field_error(details: ErrorDetails, known: list[str], under: str) -> FieldError:
    place = [str(part) for part in details["loc"]]
    pointer = "/".join([under, *(_escape(part) for part in place)])
    if details["type"] == "extra_forbidden":
        return FieldError(pointer=pointer, detail=_unknown_parameter(place[-1], known))
    # What a validator of ours says begins so in pydantic's words.
    message = details["msg"].removeprefix("Value error, ")
    return FieldError(pointer=pointer, detail=f"{message[:1].upper()}{message[1:]}.")


def _unknown_parameter(name: str, known: list[str]) -> str:
    if not known:
        return f"There is no parameter '{name}'; the operation takes none."
    suggestion = problems.nearest(name, known)
    hint = f" Did you mean '{suggestion}'?" if suggestion else ""
    return f"There is no parameter '{name}'.{hint} Parameters: {', '.join(known)}."


def _escape(part: str) -> str:
    """A reference token of a JSON Pointer (RFC 6901, section 3)."""
    return part.replace("~", "~0").replace("/", "~1")
