"""The whole document."""

import json
from typing import Any, Final

from infra.openapi import headers
from infra.openapi.jobs import job_routes
from infra.openapi.naming import Schema, reference
from infra.openapi.problems import ANYWHERE, problem_responses
from infra.openapi.questions import question_routes
from infra.openapi.schemas import all_schemas

VERSION: Final = "1.0.0"
_DESCRIPTION: Final = """\
Questions over the unified data of all source systems, answered at once or as a job.

Every route but `/health` and this documentation needs an API key in the header `x-api-key`. \
Errors are problem details (RFC 9457). Exact numbers, so all money, are JSON strings; timestamps \
are ISO 8601 in UTC.
"""
_OPEN: Final[list[Schema]] = [{}]


def document() -> dict[str, Any]:
    """The OpenAPI document as an object."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Data pipeline: analytics API",
            "version": VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        # Relative to the document's own address, so it is right behind any domain and stage
        # (OpenAPI 3.1.0, section 4.8.5).
        "servers": [{"url": ".", "description": "Where this document is served"}],
        "security": [{"apiKey": []}],
        "tags": [
            {"name": "Questions", "description": "Answered at once, with at most 1,000 rows."},
            {"name": "Jobs", "description": "Take up to 14 minutes and give all rows."},
            {"name": "Service", "description": "The API itself."},
        ],
        "paths": {**question_routes(), **job_routes(), **_service_routes()},
        "components": {
            "schemas": all_schemas(),
            "securitySchemes": {"apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        },
    }


def text() -> str:
    """The document as the file holds it."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _service_routes() -> Schema:
    health = {"application/json": {"schema": reference("Health")}}
    return {
        "/health": {
            "get": {
                "operationId": "getHealth",
                "summary": "Says whether the API and what it depends on are well",
                "tags": ["Service"],
                "security": _OPEN,
                "responses": {
                    "200": {"description": "It can serve.", "content": health},
                    **problem_responses(ANYWHERE),
                    "503": {"description": "It can't: its database is away.", "content": health},
                },
            }
        },
        "/openapi.json": {
            "get": _file("getOpenApi", "This document", "application/json", {"type": "object"})
        },
        "/docs": {
            "get": _file("getDocs", "A page to try the API", "text/html", {"type": "string"})
        },
    }


def _file(name: str, summary: str, media_type: str, schema: Schema) -> Schema:
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["Service"],
        "security": _OPEN,
        "parameters": [headers.IF_NONE_MATCH],
        "responses": {
            "200": {
                "description": summary,
                "headers": {**headers.REQUEST_ID, **headers.TAGGED},
                "content": {media_type: {"schema": schema}},
            },
            "304": {"description": "The client holds the current one."},
            **problem_responses(ANYWHERE),
        },
    }
