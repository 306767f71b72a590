"""The OpenAPI document says what the code and the templates say."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from data_pipeline.analytics.catalog import OPERATIONS, parse
from infra.components.gateway_problems import PROBLEMS
from infra.lambda_bundle import PACKAGE, ROOT
from infra.openapi.document import document, text
from infra.openapi.problems import TYPES
from infra.openapi.schemas import common_form
from tests.infra.conftest import StageTemplates
from tests.infra.test_rest_api import WITHOUT_KEY, methods

COPY = ROOT / "docs" / "openapi.json"
DRAFT4 = "http://json-schema.org/draft-04/schema#"
# What the page of the documentation needs is nobody else's business.
UNDOCUMENTED = {("GET", "/docs/{file}")}
VERBS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text())
    return found


def routes(openapi: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (verb.upper(), path): operation
        for path, item in openapi["paths"].items()
        for verb, operation in item.items()
        if verb in VERBS
    }


def kinds_in_code() -> Iterator[str]:
    """The types of problems that the functions answer with, a job's status being one word."""
    for path in (ROOT / PACKAGE).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {
                "Problem",
                "_problem",
            }:
                for keyword in node.keywords:
                    if keyword.arg == "kind":
                        yield from _texts(keyword.value)


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(value)):
            yield value
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_texts(body), *_texts(orelse))
        case ast.JoinedStr():
            yield from ("job-failed", "job-cancelled", "job-timed-out")


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(target := node.get("$ref"), str):
            yield target
        yield from (found for value in node.values() for found in references(value))
    elif isinstance(node, list):
        yield from (found for value in node for found in references(value))


def test_committed_copy_is_the_generated_document() -> None:
    assert COPY.read_text(encoding="utf-8") == text(), (
        "run: .venv/bin/python -m infra.openapi docs/openapi.json"
    )


def test_documented_routes_are_those_of_the_api(
    openapi: dict[str, Any], local_templates: StageTemplates
) -> None:
    real = {route for route in methods(local_templates) if route[0] != "OPTIONS"}
    assert set(routes(openapi)) == real - UNDOCUMENTED


def test_routes_without_a_key_are_documented_as_such(openapi: dict[str, Any]) -> None:
    for route, operation in routes(openapi).items():
        assert (operation.get("security") == [{}]) is (route in WITHOUT_KEY), route


def test_every_problem_that_is_answered_is_documented() -> None:
    templates = "".join(
        path.read_text() for path in (ROOT / "infra/components").glob("*job_status*")
    )
    answered = {
        *kinds_in_code(),
        *(problem.kind for problem in PROBLEMS),
        *re.findall(r"/problems/([a-z-]+)", templates),
    }
    assert len(answered) > 20
    assert answered == {kind for types in TYPES.values() for kind in types}


def test_guide_names_every_problem() -> None:
    guide = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for types in TYPES.values():
        # API Gateway gives a method that a route does not answer a 404.
        assert all(f"`{kind}`" in guide for kind in types if kind != "method-not-allowed")


def test_gateway_answers_with_the_documented_status() -> None:
    for problem in PROBLEMS:
        if problem.status is not None:
            assert problem.kind in TYPES[problem.status]


def test_every_reference_leads_somewhere(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    targets = {target.removeprefix("#/components/schemas/") for target in references(openapi)}
    assert targets <= set(schemas)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_example_of_an_operation_is_a_question(openapi: dict[str, Any], operation: str) -> None:
    examples = routes(openapi)["POST", "/analytics"]["requestBody"]["content"]["application/json"][
        "examples"
    ]
    body = examples[operation]["value"]
    assert parse(body["operation"], body["parameters"]).operation.name == operation
    schema = {**openapi["components"]["schemas"]["Question"], "components": openapi["components"]}
    jsonschema_rs.validate(schema, body)
    jsonschema_rs.validate({"$schema": DRAFT4, **common_form("Question")}, body)


def test_every_parameter_is_described(openapi: dict[str, Any]) -> None:
    for path, operation in routes(openapi).items():
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])


def test_document_is_the_same_each_time() -> None:
    assert document() == document()
