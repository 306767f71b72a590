"""Questions as HTTP requests carry them: in the query string, or as a JSON body."""

from typing import Final

from data_pipeline.analytics import problems
from data_pipeline.analytics.catalog import OPERATIONS, Question, parse
from data_pipeline.analytics.query_values import parameter_values
from data_pipeline.aws.api import Request
from data_pipeline.aws.problems import FieldError

# An answer repeats the parameters, twice if it is truncated.
MOST_BODY_BYTES: Final = 256 * 1024


def from_query_string(request: Request) -> Question:
    """`?operation=…&<parameter>=…`; the same models parse the strings as parse a body.

    Raises:
        ProblemError: 400, saying what is wrong.
    """
    given = dict(request.query)
    named = given.pop("operation", [])
    if len(named) > 1:
        raise problems.invalid_request([_repeated("operation", under="#")])
    name = named[0] if named else None
    operation = OPERATIONS.get(name or "")
    return parse(name, parameter_values(operation.parameters, given) if operation else {})


def single_values(request: Request) -> dict[str, str]:
    """The query string's parameters, each of which may be given once.

    Raises:
        ProblemError: 400, naming those given more often.
    """
    repeated = [_repeated(name, under="#") for name, found in request.query.items() if found[1:]]
    if repeated:
        raise problems.invalid_request(repeated)
    return {name: values[0] for name, values in request.query.items() if values}


def _repeated(name: str, *, under: str) -> FieldError:
    return FieldError(pointer=f"{under}/{name}", detail=f"'{name}' is given more than once.")


def from_body(request: Request) -> Question:
    """`{"operation": …, "parameters": {…}}`.

    Raises:
        ProblemError: 400, saying what is wrong.
    """
    document = members(request, known=("operation", "parameters"))
    return parse(document.get("operation"), document.get("parameters"))


def members(
    request: Request, *, known: tuple[str, ...], most_bytes: int = MOST_BODY_BYTES
) -> dict[str, object]:
    """The body as an object that has none but the known members.

    Raises:
        ProblemError: 400 when it is no JSON, no object, or has other members; 413 when it is
            too large.
    """
    if len(request.body) > most_bytes:
        raise problems.request_too_large(len(request.body), most_bytes)
    document = request.json()
    if not isinstance(document, dict):
        error = FieldError(pointer="#", detail="The body must be a JSON object.")
        raise problems.invalid_request([error])
    unknown = [_unknown(name, known) for name in document if name not in known]
    if unknown:
        raise problems.invalid_request(unknown)
    return document


def _unknown(name: str, known: tuple[str, ...]) -> FieldError:
    suggestion = problems.nearest(name, known)
    hint = f" Did you mean '{suggestion}'?" if suggestion else f" Known: {', '.join(known)}."
    detail = f"There is no member '{name}' in the request.{hint}"
    return FieldError(pointer=f"#/{name}", detail=detail)
