"""Events as API Gateway hands them to a function (REST API, Lambda proxy integration)."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs


def proxy_event(
    method: str,
    resource: str,
    *,
    query: str = "",
    body: object = None,
    headers: Mapping[str, str] | None = None,
    path_parameters: Mapping[str, str] | None = None,
    owner: str = "key-1",
) -> dict[str, Any]:
    """An event with the members that API Gateway sends; a body that is text goes as it is."""
    values = parse_qs(query, keep_blank_values=True)
    path = resource
    for name, value in (path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", value)
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    sent = dict(headers or {})
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": sent or None,
        "multiValueHeaders": {name: [value] for name, value in sent.items()} or None,
        "queryStringParameters": {name: found[-1] for name, found in values.items()} or None,
        "multiValueQueryStringParameters": values or None,
        "pathParameters": dict(path_parameters) if path_parameters else None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": f"/prod{path}",
            "stage": "prod",
            "requestId": "11111111-2222-4333-8444-555555555555",
            "identity": {"sourceIp": "127.0.0.1", "apiKeyId": owner},
        },
        "body": text,
        "isBase64Encoded": False,
    }
