"""What is noted of calls with a role, and whether the stacks' roles allow it.

The whole comparison is made when all tests have ended: `python -m local.permissions --whole`.
"""

import requests
from boto3.session import Session
from botocore.config import Config

from local.permissions import audit
from local.permissions.roles import Call, Roles
from local.state import Environment
from tests.integration.conftest import TIMEOUT_SECONDS, Api


def calls_of(environment: Environment, role: str) -> set[Call]:
    return {call for call in Roles.of(environment).calls if call.role == role}


def test_call_of_a_function_is_noted_as_its_role_s(api: Api, environment: Environment) -> None:
    assert api.get("/health").status_code == 200
    table = environment.output("AnalyticsStack", "QueryCacheTableName")
    call = Call(
        role="AdvancedAnalyticsFunctionRole",
        operation="dynamodb GetItem",
        action="dynamodb:GetItem",
        resource=f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}",
    )
    assert call in calls_of(environment, call.role)


def test_call_of_the_api_itself_is_noted_as_its_role_s(api: Api, environment: Environment) -> None:
    api.get("/analytics/jobs/018f0000-0000-7000-8000-000000000000")
    found = calls_of(environment, "RestApianalyticsjobsjobIdStatusRole")
    assert {call.operation for call in found} == {"dynamodb Query"}


def test_use_of_a_link_is_noted_as_the_role_s_that_made_it(
    environment: Environment, unique: str
) -> None:
    credentials = environment.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::000000000000:role/{unique}", RoleSessionName=unique
    )["Credentials"]
    link = signed(environment, credentials, f"test-{unique}")
    requests.get(link, timeout=TIMEOUT_SECONDS)
    told = requests.get(f"{environment.endpoint}/_pipeline/role-calls", timeout=TIMEOUT_SECONDS)
    (call,) = (call for call in told.json() if call["role"].endswith(f"/{unique}"))
    assert call["operation"] == "s3 GetObject"
    assert call["action"] == "s3:GetObject"
    assert call["resource"] == f"arn:aws:s3:::test-{unique}/folder/*"


def signed(environment: Environment, credentials: dict[str, str], bucket: str) -> str:
    """A link to an object, signed with other credentials than the environment's."""
    client = session_of(credentials).client(
        "s3",
        endpoint_url=environment.endpoint,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, proxies={}),
    )
    return str(
        client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "folder/a"})
    )


def session_of(credentials: dict[str, str]) -> Session:
    return Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name="us-east-1",
    )


def test_nothing_was_called_so_far_that_aws_would_refuse(environment: Environment) -> None:
    assert list(audit.not_allowed(Roles.of(environment))) == []
