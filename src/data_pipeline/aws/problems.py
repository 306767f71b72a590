"""Problem details for HTTP APIs (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One thing wrong with a request.

    `pointer` is a JSON Pointer (RFC 6901) as a URI fragment, such as `#/parameters/limit`. A
    request by query string is read as the body it stands for, so it gets the same pointers.
    """

    detail: str
    pointer: str

    def document(self) -> dict[str, str]:
        """The entry as it appears in `errors`."""
        return {"pointer": self.pointer, "detail": self.detail}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What went wrong, for people and for programs.

    `kind` becomes the `type` member, a relative URI reference such as
    `/problems/unknown-operation`. `extensions` are further members (RFC 9457, section 3.2).
    """

    kind: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()
    extensions: Mapping[str, object] = field(default_factory=dict)

    def document(self, *, instance: str, request_id: str) -> dict[str, object]:
        """The problem as the body of an answer to one request."""
        document: dict[str, object] = {
            "type": f"/problems/{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "requestId": request_id,
        }
        if self.errors:
            document["errors"] = [error.document() for error in self.errors]
        return document | dict(self.extensions)


class ProblemError(Exception):
    """Ends a request with a problem.

    `headers` go into the answer, such as `Retry-After`.
    """

    def __init__(self, problem: Problem, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = dict(headers or {})


def internal_error() -> Problem:
    """The problem for a fault of ours, which says nothing of its cause."""
    return Problem(
        kind="internal-error",
        title="Internal error",
        status=500,
        detail="The request could not be answered. The log has the cause under its requestId.",
    )
