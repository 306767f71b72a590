"""Why a query is not run."""

from typing import Final

SYNTAX_ERROR: Final = "42601"
NOT_ALLOWED: Final = "42501"
TOO_LARGE: Final = "54000"
BAD_VALUE: Final = "22023"
UNDEFINED_PARAMETER: Final = "42P02"


class QueryRefused(Exception):  # noqa: N818 - says what happened to the query
    """The query is not run, for a reason that its author can mend.

    `sqlstate` is the code that PostgreSQL has for such a mistake, `offset` the place in the
    author's text, counted in characters from 0, where there is one.
    """

    def __init__(
        self, message: str, *, sqlstate: str = NOT_ALLOWED, offset: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.sqlstate = sqlstate
        self.offset = offset
