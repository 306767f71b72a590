"""Whatever the API's document allows, and much that it does not, is answered as it says.

Schemathesis makes requests from the document that the API itself serves and compares the answers
with it. The same requests each time: a failure can be repeated.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, reject, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.conftest import TIMEOUT_SECONDS, Api

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
STATUS_ALONE = [not_a_server_error, status_code_conformance]


@pytest.fixture(scope="module")
def document(api: Api) -> Any:
    made = schemathesis.openapi.from_dict(api.get("/openapi.json").json())
    made.config.phases.coverage.enabled = False
    return made


def _assume_that_local_gateway_takes(body: object) -> None:
    """LocalStack's gateway fails on a body that is no text; API Gateway hands it on."""
    try:
        assume(not isinstance(body, bytes) or body.decode())
    except UnicodeDecodeError:
        reject()


schema = schemathesis.pytest.from_fixture("document")


BOUNDED = settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schema.exclude(path="/analytics/jobs", method="POST").parametrize()
@BOUNDED
def test_answer_is_as_documented(case: schemathesis.Case[Any], api: Api) -> None:
    _check(case, api)


# Not one job for each example of each parameter: a job takes a second.
@schema.include(path="/analytics/jobs", method="POST").parametrize()
@settings(BOUNDED, phases=[Phase.generate])
def test_submitted_job_is_answered_as_documented(case: schemathesis.Case[Any], api: Api) -> None:
    case.headers.pop("Prefer", None)  # for which it would wait
    _check(case, api)


def _check(case: schemathesis.Case[Any], api: Api) -> None:
    _assume_that_local_gateway_takes(case.body)
    answer = case.call(
        base_url=api.url,
        headers={"x-api-key": api.key},
        timeout=TIMEOUT_SECONDS,
        allow_redirects=False,
    )
    is_of_gateway = "X-Request-Id" not in {name.title() for name in answer.headers}
    case.validate_response(answer, checks=STATUS_ALONE if is_of_gateway else CHECKS)
