"""The document's schemas: from the parameter models, and from the structures that answers are."""

from typing import Any, Final

import msgspec

from data_pipeline.analytics.catalog import OPERATIONS, Catalog
from data_pipeline.analytics.health import Health
from data_pipeline.analytics.operation import Operation
from data_pipeline.analytics.representation import Envelope
from data_pipeline.jobs.job import Format, JobResource, Status
from data_pipeline.jobs.listing import JobListing
from data_pipeline.jobs.results import ResultEnvelope
from infra.openapi.naming import Schema, pascal, reference, with_names
from infra.openapi.problems import PROBLEM

LONGEST_NAME: Final = 200


def all_schemas() -> dict[str, Schema]:
    """Every schema by name."""
    schemas = {"Problem": PROBLEM, **_structures()}
    envelope = schemas.pop("Envelope")
    schemas["JobResult"] = _as_result(schemas.pop("ResultEnvelope"))
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


def example(operation: Operation[Any]) -> Schema:
    """A request for an operation: what it needs, each with the first example of it."""
    schema = operation.parameters.model_json_schema()
    required = schema.get("required", [])
    parameters = {name: schema["properties"][name]["examples"][0] for name in required}
    return {"operation": operation.name, "parameters": parameters}


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
    job["error"] = {"anyOf": [reference("Problem"), {"type": "null"}]}
    return found


def _mark_as_timestamp(schema: Schema) -> None:
    """Structures also hold times that are texts already, which their types don't tell."""
    for choice in schema.get("anyOf", [schema]):
        if choice["type"] == "string":
            choice["format"] = "date-time"


def _any_value(kind: type) -> Schema:
    """The schema of what may be anything."""
    if kind is object:
        return {"description": "Any value that JSON has."}
    raise NotImplementedError


def _parameters(operation: Operation[Any]) -> dict[str, Schema]:
    """The model of an operation's parameters, and what it defines."""
    name = pascal(operation.name)
    schema = operation.parameters.model_json_schema(ref_template="{model}")
    definitions = schema.pop("$defs", {})
    schemas = {f"{name}{own}": definition for own, definition in definitions.items()}
    schemas[f"{name}Parameters"] = {**schema, "title": f"{name}Parameters"}
    return {
        own: with_names(found, lambda definition: f"{name}{definition}")
        for own, found in schemas.items()
    }


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
        "examples": [example(operation)],
    }
    job = {
        **question,
        "title": f"{name}JobSubmission",
        "properties": {**question["properties"], **job_members()},
    }
    return {f"{name}Question": question, f"{name}JobSubmission": job}


def job_members() -> dict[str, Schema]:
    """What a job's request can have beyond a question."""
    return {
        "format": {
            "type": "string",
            "enum": [str(one) for one in Format],
            "default": str(Format.JSON),
            "description": "How the rows of a large result are written.",
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
