"""What is wrong with a user's SQL, as a problem: in words, with SQLSTATE and place."""

from collections.abc import Sequence
from typing import Final

from data_pipeline.analytics.sql_guard.refusal import NOT_ALLOWED, QueryRefused
from data_pipeline.aws.problems import FieldError, Problem, ProblemError

_POINTER: Final = "#/parameters/query"
_DUPLICATE_COLUMN: Final = "42701"
_LONGEST_EXCERPT: Final = 120


def refused(refusal: QueryRefused, text: str) -> ProblemError:
    """400: the guard does not let the query pass."""
    return invalid_query(
        refusal.message, sqlstate=refusal.sqlstate, text=text, offset=refusal.offset
    )


def duplicate_columns(names: list[str]) -> ProblemError:
    """400: rows are JSON objects, which have each name once."""
    listed = ", ".join(names)
    detail = f"Several columns are named {listed}. Give each a name of its own with AS."
    return invalid_query(detail, sqlstate=_DUPLICATE_COLUMN)


def invalid_query(
    detail: str,
    *,
    sqlstate: str,
    text: str = "",
    offset: int | None = None,
    suggestions: Sequence[str] = (),
) -> ProblemError:
    """400: `offset` is the place in the query, `suggestions` are what may have been meant."""
    is_forbidden = sqlstate == NOT_ALLOWED
    extensions: dict[str, object] = {"sqlState": sqlstate}
    if offset is not None:
        line, column = _line_and_column(text, offset)
        extensions |= {"line": line, "column": column, "excerpt": _excerpt(text, offset)}
        detail = f"Line {line}, column {column}: {detail}"
    if suggestions:
        extensions["suggestions"] = list(suggestions)
    return ProblemError(
        Problem(
            kind="query-not-allowed" if is_forbidden else "invalid-query",
            title="Query not allowed" if is_forbidden else "Invalid query",
            status=400,
            detail=detail,
            errors=(FieldError(pointer=_POINTER, detail=detail),),
            extensions=extensions,
        )
    )


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _excerpt(text: str, offset: int) -> str:
    """The line with a caret below the place; of a long line what is around it."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : end if end >= 0 else len(text)].replace("\t", " ")
    column = offset - start
    cut = max(0, column - _LONGEST_EXCERPT // 2)
    return f"{line[cut : cut + _LONGEST_EXCERPT]}\n{' ' * (column - cut)}^"
