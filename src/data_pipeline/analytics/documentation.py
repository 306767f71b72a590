"""The OpenAPI document, and a page to read it and to try the API.

Both are made when the bundle is built, and lie beside the code in it. The page and all it needs
come from here, so it works where nothing else can be reached; addresses are relative, so it works
under any domain and stage.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from data_pipeline.aws.api import Request, Response
from data_pipeline.aws.problems import Problem, ProblemError

DIRECTORY: Final = Path(__file__).parents[2] / "api_documentation"
_PAGE: Final = Path(__file__).with_name("documentation.html")
_SCRIPT: Final = Path(__file__).with_name("documentation.js")

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
}
# Nothing from elsewhere runs or is asked for, whatever the document or an answer holds. Swagger UI
# styles elements by attribute, and has its pictures in its style sheet.
_SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}


class _File(NamedTuple):
    """A file's text and its strong entity tag."""

    text: str
    tag: str


def openapi(request: Request) -> Response:
    """The OpenAPI document. Its server is relative to its own address."""
    return _respond(DIRECTORY / "openapi.json", request, max_age=300)


def page(request: Request) -> Response:
    """The page to try the API."""
    return _respond(_PAGE, request, max_age=300, headers=_SECURITY)


def file(request: Request) -> Response:
    """A file that the page needs.

    Raises:
        ProblemError: 404 for any other.
    """
    files = {_SCRIPT.name: _SCRIPT, **{path.name: path for path in _assets()}}
    wanted = files.get(request.path_parameters.get("file", ""))
    if wanted is None:
        raise ProblemError(
            Problem(
                kind="not-found",
                title="Not found",
                status=404,
                detail=f"There is nothing at {request.path}.",
            )
        )
    return _respond(wanted, request, max_age=24 * 3600)


def _assets() -> list[Path]:
    return [path for path in DIRECTORY.glob("swagger-ui*") if path.suffix in _TYPES]


def _respond(
    path: Path, request: Request, *, max_age: int, headers: dict[str, str] | None = None
) -> Response:
    found = _read(path)
    every = {"Cache-Control": f"public, max-age={max_age}", "ETag": found.tag, **(headers or {})}
    held = {tag.strip().removeprefix("W/") for tag in request.header("if-none-match").split(",")}
    if found.tag in held:
        return Response(status=304, headers=every)
    return Response(status=200, body=found.text, content_type=_TYPES[path.suffix], headers=every)


@cache
def _read(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content.decode(), f'"{hashlib.sha256(content).hexdigest()[:32]}"')
