"""Templates and headers of gateway responses.

Only variables are replaced; there is no Velocity Template Language:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_VARIABLE = re.compile(r"\$((?:context|stageVariables|method\.request)(?:\.[A-Za-z][\w-]*)+)")
_HEADER: Final = "gatewayresponse.header."
# The one variable that brings its own quotes.
_QUOTED_MESSAGE: Final = "context.error.messageString"


@dataclass(frozen=True, kw_only=True)
class Variables:
    """What a template can name.

    Attributes:
        context: `$context`, nested.
        stage: `$stageVariables`.
        request: `$method.request`: mappings of `header`, `path` and `querystring`.
        absent: what stands for a variable that has no value.
    """

    context: Mapping[str, Any]
    stage: Mapping[str, str] = field(default_factory=dict)
    request: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    absent: str = ""

    def value(self, name: str) -> str:
        """The value of a variable, written without its dollar."""
        *path, last = name.removeprefix("method.").split(".")
        found: Any = {
            "context": self.context,
            "stageVariables": self.stage,
            "request": self.request,
        }
        for part in (*path, last):
            found = found.get(part) if hasattr(found, "get") else None
        return self.absent if found is None else str(found)


def body(template: str, variables: Variables) -> str:
    """The template with its variables replaced, each fit to stand within a JSON string."""

    def replaced(match: re.Match[str]) -> str:
        name = match.group(1)
        quoted = json.dumps(variables.value(name), ensure_ascii=False)
        return quoted if name == _QUOTED_MESSAGE else quoted[1:-1]

    return _VARIABLE.sub(replaced, template)


def headers(parameters: Mapping[str, str], variables: Variables) -> dict[str, str]:
    """The headers that response parameters describe: literals in single quotes, or variables."""
    return {
        name.removeprefix(_HEADER): _header(expression, variables)
        for name, expression in parameters.items()
        if name.startswith(_HEADER)
    }


def _header(expression: str, variables: Variables) -> str:
    if expression.startswith("'") and expression.endswith("'"):
        return expression[1:-1]
    return variables.value(expression)
