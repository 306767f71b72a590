import json

import pytest

from pipeline_localstack.api_gateway import templates
from pipeline_localstack.api_gateway.templates import Variables

VARIABLES = Variables(
    context={
        "path": "/prod/analytics",
        "requestId": "f00",
        "error": {"message": 'Say "please"', "messageString": 'Say "please"'},
    },
    stage={"colour": "green"},
    request={"header": {"Origin": "https://a.example"}, "path": {}, "querystring": {"q": "1"}},
)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"at":"$context.path."}', '{"at":"/prod/analytics."}'),
        ('{"m":$context.error.messageString}', '{"m":"Say \\"please\\""}'),
        ('{"m":"$context.error.message"}', '{"m":"Say \\"please\\""}'),
        ("$stageVariables.colour", "green"),
        ("$method.request.header.Origin", "https://a.example"),
        ("$method.request.querystring.q", "1"),
        ("<$context.nothing>", "<>"),
        ("<$context.path.deeper>", "<>"),
        ("costs $5, #if(true)", "costs $5, #if(true)"),
    ],
)
def test_template_has_its_variables_replaced_and_nothing_else(template: str, expected: str) -> None:
    assert templates.body(template, VARIABLES) == expected


def test_no_value_breaks_the_document() -> None:
    hostile = Variables(context={"path": '/"}\\\n{"x": "', "error": {"messageString": '"\n'}})
    template = '{"path": "$context.path", "detail": $context.error.messageString}'
    assert json.loads(templates.body(template, hostile)) == {
        "path": '/"}\\\n{"x": "',
        "detail": '"\n',
    }


def test_absent_variable_can_have_a_sign_of_its_own() -> None:
    variables = Variables(context={"status": 200}, absent="-")
    assert templates.body("$context.status $context.identity.user", variables) == "200 -"


def test_headers_are_literals_or_variables() -> None:
    parameters = {
        "gatewayresponse.header.Content-Type": "'application/problem+json'",
        "gatewayresponse.header.Access-Control-Allow-Origin": "method.request.header.Origin",
        "gatewayresponse.header.X-Request": "context.requestId",
        "something.else": "'ignored'",
    }
    assert templates.headers(parameters, VARIABLES) == {
        "Content-Type": "application/problem+json",
        "Access-Control-Allow-Origin": "https://a.example",
        "X-Request": "f00",
    }
