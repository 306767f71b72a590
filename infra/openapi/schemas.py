"""The document's schemas: from the parameter models, and from the structures that answers are."""

import contextlib
from typing import Any, Final

import msgspec

from data_pipeline.analytics.catalog import OPERATIONS, Catalog, parse
from data_pipeline.analytics.health import Health
from data_pipeline.analytics.operation import Operation
from data_pipeline.analytics.representation import Envelope
from data_pipeline.aws.problems import ProblemError
from data_pipeline.jobs.job import (
    DEFAULT_TTL,
    LONGEST_TTL,
    SHORTEST_TTL,
    Format,
    JobResource,
    Status,
)
from data_pipeline.jobs.listing import JobListing
from data_pipeline.jobs.results import ResultEnvelope
from infra.openapi.naming import REFERENCE, Schema, pascal, reference, with_names
from infra.openapi.problems import JOB_ERROR, PROBLEM

LONGEST_NAME: Final = 200


def all_schemas() -> dict[str, Schema]:
    """Every schema by name."""
    schemas = {"Problem": PROBLEM, "JobError": JOB_ERROR, **_structures()}
    envelope = schemas.pop("Envelope")
    schemas["JobResult"] = _titled("JobResult", _as_result(schemas.pop("ResultEnvelope")))
    schemas["Row"] = {
        "type": "object",
        "description": "A row: a value for each column. Exact numbers, so all money, are strings; "
        "timestamps are ISO 8601 in UTC.",
    }
    for operation in OPERATIONS.values():
        schemas |= _parameters(operation)
        schemas |= _questions(operation)
        schemas |= _result(operation, envelope)
    schemas["Question"] = _variants("Question")
    schemas["JobSubmission"] = _variants("JobSubmission")
    schemas["Result"] = _variants("Result")
    return schemas


def example(operation: Operation[Any]) -> Schema | None:
    """A request that the operation takes, from the first examples of its parameters.

    Those that it needs if that is enough, else all that have one. None if that is no request.
    """
    schema = operation.parameters.model_json_schema()
    examples = {
        name: found["examples"][0]
        for name, found in schema.get("properties", {}).items()
        if found.get("examples")
    }
    needed = {name: examples[name] for name in schema.get("required", []) if name in examples}
    for parameters in (needed, examples):
        with contextlib.suppress(ProblemError):
            parse(operation.name, parameters)
            return {"operation": operation.name, "parameters": parameters}
    return None


def common_form(kind: str) -> Schema:
    """What the requests of a kind have in common: their members and the types of these.

    None is required: who names no operation is told which there are, by the function.
    """
    schemas = all_schemas()
    types: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        for name, member in schemas[f"{pascal(operation)}{kind}"]["properties"].items():
            types.setdefault(name, set()).update(_types(member, schemas))
    properties = {name: {"type": sorted(found)} for name, found in types.items()}
    return {"type": "object", "properties": properties}


def _types(schema: Schema, schemas: dict[str, Schema]) -> list[str]:
    if "$ref" in schema:
        return _types(schemas[schema["$ref"].removeprefix(REFERENCE)], schemas)
    found = schema["type"]
    return found if isinstance(found, list) else [found]


def _structures() -> dict[str, Schema]:
    kinds = [Envelope, Catalog, Health, JobResource, JobListing, ResultEnvelope]
    _, components = msgspec.json.schema_components(
        kinds, schema_hook=_any_value, ref_template="{name}"
    )
    found = {name: with_names(schema, str) for name, schema in components.items()}
    for schema in found.values():
        for name, member in schema.get("properties", {}).items():
            if name == "time" or name.endswith("At"):
                _mark_as_timestamp(member)
    job = found["JobResource"]["properties"]
    job["status"] = {"type": "string", "enum": [str(status) for status in Status]}
    job["parameters"] = {"type": "object", "description": "The parameters, defaults filled in."}
    job["error"] = {"anyOf": [reference("JobError"), {"type": "null"}]}
    return found


def _mark_as_timestamp(schema: Schema) -> None:
    """Structures also hold times that are texts already, which their types don't tell."""
    for choice in schema.get("anyOf", [schema]):
        if choice["type"] == "string":
            choice["format"] = "date-time"


def _any_value(kind: type) -> Schema:
    """The schema of what may be anything: a `schema_hook` of msgspec.

    https://jcristharif.com/msgspec/api.html#msgspec.json.schema

    Raises:
        NotImplementedError: for any other kind. By this msgspec knows that the hook has no schema
            for it, and says which type it was.
    """
    if kind is object:
        return {"description": "Any value that JSON has."}
    raise NotImplementedError


def _parameters(operation: Operation[Any]) -> dict[str, Schema]:
    """The model of an operation's parameters, and what it defines."""
    name = pascal(operation.name)
    schema = operation.parameters.model_json_schema(ref_template="{model}")
    definitions = schema.pop("$defs", {})
    schemas = {f"{name}{own}": definition for own, definition in definitions.items()}
    schemas[f"{name}Parameters"] = schema
    return {
        own: _titled(own, with_names(found, lambda definition: f"{name}{definition}"))
        for own, found in schemas.items()
    }


def _titled(title: str, schema: Schema) -> Schema:
    """Generated clients name classes by titles: a schema's is its name, a property has none."""
    titled = {**schema, "title": title}
    if "properties" in schema:
        titled["properties"] = {
            name: {key: value for key, value in member.items() if key != "title"}
            for name, member in schema["properties"].items()
        }
    return titled


def _questions(operation: Operation[Any]) -> dict[str, Schema]:
    """The bodies that ask an operation, at once and as a job."""
    name = pascal(operation.name)
    required = ["operation"]
    if operation.parameters.model_json_schema().get("required"):
        required.append("parameters")
    question: Schema = {
        "type": "object",
        "title": f"{name}Question",
        "description": operation.description,
        "properties": {
            "operation": {"type": "string", "const": operation.name},
            "parameters": reference(f"{name}Parameters"),
        },
        "required": required,
        "additionalProperties": False,
        "examples": [found] if (found := example(operation)) else [],
    }
    job = {
        **question,
        "title": f"{name}JobSubmission",
        "properties": {**question["properties"], **_job_members()},
    }
    return {f"{name}Question": question, f"{name}JobSubmission": job}


def _job_members() -> dict[str, Schema]:
    """What a job's request can have beyond a question."""
    return {
        "format": {
            "type": "string",
            "enum": [str(one) for one in Format],
            "default": str(Format.JSON),
            "description": "How the rows are written: a large result is a file of it. Parquet is a "
            "file in any case.",
        },
        "ttl": {
            "type": "integer",
            "minimum": SHORTEST_TTL,
            "maximum": LONGEST_TTL,
            "default": DEFAULT_TTL,
            "description": "For how many seconds the job and its result are kept.",
        },
        "name": {
            "type": ["string", "null"],
            "minLength": 1,
            "maxLength": LONGEST_NAME,
            "description": "What the job is called in lists.",
        },
    }


def _result(operation: Operation[Any], envelope: Schema) -> dict[str, Schema]:
    name = pascal(operation.name)
    row: Schema = {
        "type": "object",
        "title": f"{name}Row",
        "description": "The columns that there can be; which of them there are, and their types, "
        "`columns` says.",
        "properties": {
            column.name: {"description": column.description} for column in operation.columns
        },
    }
    result = _as_result(envelope)
    result["title"] = f"{name}Result"
    result["properties"] |= {
        "operation": {"type": "string", "const": operation.name},
        "parameters": {"type": "object", "description": "The parameters, defaults filled in."},
        "rows": {"type": "array", "items": reference(f"{name}Row")},
    }
    return {f"{name}Row": row, f"{name}Result": result}


def _as_result(envelope: Schema) -> Schema:
    properties = {
        **envelope["properties"],
        "parameters": {"type": "object", "description": "The parameters, defaults filled in."},
        "rows": {"type": "array", "items": reference("Row")},
    }
    return {**envelope, "properties": properties}


def _variants(kind: str) -> Schema:
    """One of the schemas that each operation has of a kind."""
    names = {operation: f"{pascal(operation)}{kind}" for operation in OPERATIONS}
    return {
        "oneOf": [reference(name) for name in names.values()],
        "discriminator": {
            "propertyName": "operation",
            "mapping": {operation: reference(name)["$ref"] for operation, name in names.items()},
        },
    }
