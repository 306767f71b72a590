"""The routes that answer questions at once."""

import json
from typing import Final

from data_pipeline.analytics.catalog import OPERATIONS
from infra.openapi import headers
from infra.openapi.naming import REFERENCE, Schema, pascal, reference
from infra.openapi.problems import ANYWHERE, WITH_BODY, WITH_KEY, problem_responses
from infra.openapi.schemas import all_schemas, example

_PROBLEMS: Final = (
    *ANYWHERE,
    *WITH_KEY,
    *("missing-operation", "unknown-operation", "invalid-parameters", "invalid-request"),
    *("invalid-query", "query-not-allowed", "not-acceptable", "bad-request"),
    *("database-unavailable", "query-timeout"),
)


def question_routes() -> Schema:
    """GET and POST of `/analytics`, and the catalog."""
    return {
        "/analytics": {"get": _get(), "post": _post()},
        "/analytics/operations": {"get": _catalog()},
    }


def examples() -> Schema:
    """A request for each operation."""
    return {
        name: {"summary": operation.description.split(".")[0], "value": found}
        for name, operation in OPERATIONS.items()
        if (found := example(operation))
    }


def _get() -> Schema:
    operation = {
        "name": "operation",
        "in": "query",
        "required": True,
        "description": "The question to ask; the catalog says which parameters it takes.",
        "schema": {"type": "string", "enum": list(OPERATIONS)},
        "example": "simple_demo",
    }
    return {
        "operationId": "askByQueryString",
        "summary": "Answers a question that stands in the query string",
        "description": "Parameters are those of the operation, parsed as those of a body. A list "
        "is given by repeating its name or with commas, an object as JSON. A parameter that the "
        "operation does not take is an error.",
        "tags": ["Questions"],
        "parameters": [
            operation,
            *_query_parameters(),
            headers.CACHE_CONTROL,
            headers.IF_NONE_MATCH,
        ],
        "responses": {
            "200": _answer(),
            "304": {
                "description": "The client holds the current answer.",
                "headers": {**headers.REQUEST_ID, **headers.TAGGED},
            },
            **problem_responses(_PROBLEMS),
        },
    }


def _post() -> Schema:
    return {
        "operationId": "ask",
        "summary": "Answers a question that is the body",
        "tags": ["Questions"],
        "parameters": [headers.CACHE_CONTROL],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": reference("Question"), "examples": examples()}
            },
        },
        "responses": {"200": _answer(), **problem_responses((*_PROBLEMS, *WITH_BODY))},
    }


def _catalog() -> Schema:
    return {
        "operationId": "listOperations",
        "summary": "Lists the operations with their parameters and columns",
        "tags": ["Questions"],
        "responses": {
            "200": {
                "description": "The catalog.",
                "headers": headers.REQUEST_ID,
                "content": {"application/json": {"schema": reference("Catalog")}},
            },
            **problem_responses((*ANYWHERE, *WITH_KEY)),
        },
    }


def _answer() -> Schema:
    return {
        "description": "The first rows, at most 1,000, and none beyond what an answer can hold. "
        "`truncated` says that there are more, and `jobRequest` how to get all.",
        "headers": headers.ANSWER,
        "content": {
            "application/json": {"schema": reference("Result")},
            "text/csv": {"schema": {"type": "string"}},
        },
    }


def _query_parameters() -> list[Schema]:
    """The parameters of all operations; one that several have takes what any of them takes."""
    schemas = all_schemas()
    uses: dict[str, dict[str, Schema]] = {}
    for operation in OPERATIONS:
        model = schemas[f"{pascal(operation)}Parameters"]
        for name, schema in model.get("properties", {}).items():
            uses.setdefault(name, {})[operation] = schema
    return [_query_parameter(name, by_operation, schemas) for name, by_operation in uses.items()]


def _query_parameter(name: str, uses: dict[str, Schema], schemas: dict[str, Schema]) -> Schema:
    texts = {operation: _as_text(schema, schemas) for operation, schema in uses.items()}
    distinct = list({json.dumps(text): text for text in texts.values()}.values())
    described = [
        f"* {operation}: {schema.get('description', 'see the catalog')}"
        for operation, schema in uses.items()
    ]
    return {
        "name": name,
        "in": "query",
        "description": "\n".join(described),
        "schema": distinct[0] if len(distinct) == 1 else {"anyOf": distinct},
    }


def _as_text(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """What a parameter can be in a query string: no null; objects and nested lists are texts."""
    kept = {
        name: schema[name] for name in schema if name not in {"description", "title", "default"}
    }
    if "anyOf" in kept:
        choices = [_as_text(one, schemas) for one in kept["anyOf"] if one.get("type") != "null"]
        if len(choices) == 1:
            return {**choices[0], **{name: kept[name] for name in kept if name != "anyOf"}}
        return {**kept, "anyOf": choices}
    return {"type": "string"} if _is_nested(kept, schemas) else kept


def _is_nested(schema: Schema, schemas: dict[str, Schema]) -> bool:
    kind = _type(schema, schemas)
    items = _type(schema.get("items", {}), schemas) if kind == "array" else None
    return kind == "object" or items in {"array", "object"}


def _type(schema: Schema, schemas: dict[str, Schema]) -> object:
    if "$ref" in schema:
        return _type(schemas[schema["$ref"].removeprefix(REFERENCE)], schemas)
    return schema.get("type")
