"""The problems that a question to the analytics can meet."""

import difflib
from collections.abc import Iterable

from data_pipeline.aws.problems import FieldError, Problem, ProblemError


def unknown_operation(name: str, available: Iterable[str]) -> ProblemError:
    """400: there is no such operation; the answer lists those there are."""
    names = sorted(available)
    extensions: dict[str, object] = {"availableOperations": names}
    suggestion = nearest(name, names)
    if suggestion:
        extensions["suggestion"] = suggestion
    hint = f" Did you mean '{suggestion}'?" if suggestion else ""
    return ProblemError(
        Problem(
            kind="unknown-operation",
            title="Unknown operation",
            status=400,
            detail=f"There is no operation '{name}'.{hint} Available: {', '.join(names)}.",
            errors=(FieldError(pointer="#/operation", detail="Unknown operation."),),
            extensions=extensions,
        )
    )


def missing_operation(available: Iterable[str]) -> ProblemError:
    """400: the request does not say which operation it wants."""
    names = sorted(available)
    return ProblemError(
        Problem(
            kind="missing-operation",
            title="Missing operation",
            status=400,
            detail=f"Say which operation to run in 'operation'. Available: {', '.join(names)}.",
            errors=(FieldError(pointer="#/operation", detail="Required."),),
            extensions={"availableOperations": names},
        )
    )


def invalid_request(errors: Iterable[FieldError]) -> ProblemError:
    """400: the request has not the shape it must have."""
    found = tuple(errors)
    return ProblemError(
        Problem(
            kind="invalid-request",
            title="Invalid request",
            status=400,
            detail=" ".join(error.detail for error in found),
            errors=found,
        )
    )


def request_too_large(size: int, most: int) -> ProblemError:
    """413: the body is larger than any question needs to be."""
    return ProblemError(
        Problem(
            kind="request-too-large",
            title="Request too large",
            status=413,
            detail=f"The body has {size:,} bytes; the most is {most:,}.",
        )
    )


def invalid_parameters(operation: str, errors: Iterable[FieldError]) -> ProblemError:
    """400: some parameters of the operation are wrong; each has an entry in `errors`."""
    found = tuple(errors)
    listed = " ".join(f"{error.pointer.rsplit('/', 1)[-1]}: {error.detail}" for error in found)
    return ProblemError(
        Problem(
            kind="invalid-parameters",
            title="Invalid parameters",
            status=400,
            detail=f"The parameters of '{operation}' are not valid. {listed}",
            errors=found,
            extensions={"operation": operation},
        )
    )


def query_timeout(seconds: float) -> ProblemError:
    """504: the query took longer than a request may; a job may take longer."""
    return ProblemError(
        Problem(
            kind="query-timeout",
            title="Query took too long",
            status=504,
            detail=(
                f"The query was stopped after {seconds:g} seconds. Narrow its parameters, or run "
                "it as a job with POST /analytics/jobs."
            ),
        )
    )


def database_unavailable() -> ProblemError:
    """503: the database is away; to be tried again."""
    return ProblemError(
        Problem(
            kind="database-unavailable",
            title="Database unavailable",
            status=503,
            detail="The database cannot answer now. Try again in a few seconds.",
        ),
        headers={"Retry-After": "5"},
    )


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like the one given, if any is like it."""
    matches = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.5)
    return matches[0] if matches else None
