"""Notes the calls that are made with the credentials of a role, and tells them at `PATH`.

LocalStack runs functions, and does its own work for workflows, event sources and APIs, with
credentials that it gets by assuming their roles, as AWS does. So the key id of a call says which
role made it. LocalStack 4.14.0 allows all calls whatever the role allows.
"""

import re
import threading
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.aws.handlers import serve_custom_service_request_handlers
from localstack.http import Request, Response
from localstack.services.edge import ROUTER
from localstack.utils.aws.request_context import extract_access_key_id_from_auth_header
from moto.sts.models import AssumedRole, STSBackend

from pipeline_localstack.permissions.requirements import Place, Requirement, required

PATH: Final = "/_pipeline/role-calls"
_KEY_ID_OF_A_LINK: Final = re.compile(r"(?:X-Amz-Credential|AWSAccessKeyId)=([^/&]+)")
# Lambda writes into the group that is configured; LocalStack tries to make that each time.
_CALLS_OF_LOCALSTACK_ALONE: Final = {("logs", "CreateLogGroup")}


class Call(NamedTuple):
    """What a role was used for."""

    role_arn: str
    operation: str
    requirement: Requirement


_lock = threading.Lock()
_roles: dict[str, str] = {}
_calls: set[Call] = set()
_assume_role = STSBackend.assume_role


def apply() -> None:
    """Notes calls, for the life of this process."""
    STSBackend.assume_role = _assume_and_remember
    serve_custom_service_request_handlers.append(_note)
    ROUTER.add(PATH, _tell, methods=["GET"])


def _assume_and_remember(backend: STSBackend, *args: Any, **more: Any) -> AssumedRole:
    role = _assume_role(backend, *args, **more)
    _roles[role.access_key_id] = role.role_arn
    return role


def _note(_chain: HandlerChain, context: RequestContext, _response: Response) -> None:
    role = _roles.get(_key_id(context.request) or "")
    if role is None or context.service is None or context.operation is None:
        return
    service, operation = context.service.service_name, context.operation.name
    if context.is_internal_call and (service, operation) in _CALLS_OF_LOCALSTACK_ALONE:
        return
    place = Place(region=context.region, account=context.account_id)
    requirements = required(service, operation, context.service_request or {}, place)
    calls = {Call(role, f"{service} {operation}", requirement) for requirement in requirements}
    with _lock:
        _calls.update(calls)


def _key_id(request: Request) -> str | None:
    if of_link := _KEY_ID_OF_A_LINK.search(unquote(request.query_string.decode("latin-1"))):
        return of_link[1]
    key_id: str | None = extract_access_key_id_from_auth_header(request.headers)
    return key_id


def _tell(_request: Request) -> list[dict[str, str]]:
    with _lock:
        calls = sorted(_calls)
    return [
        {"role": call.role_arn, "operation": call.operation, **call.requirement._asdict()}
        for call in calls
    ]
