"""What an analytics operation is: typed parameters, documented columns, and one SQL statement."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from data_pipeline.analytics.sql_guard.checked import CheckedQuery


class Parameters(BaseModel):
    """Base of every operation's parameters: nothing unknown gets in, nothing changes later."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        # Each is made ready when it is first asked for: most calls ask for one.
        defer_build=True,
    )

    @property
    def is_repeatable(self) -> bool:
        """Whether the answer is the same each time as long as the data are the same."""
        return True


@dataclass(frozen=True, kw_only=True)
class Column:
    """One documented column of an operation's result."""

    name: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Statement:
    """SQL with psycopg's named placeholders, and their values.

    Every statement also takes `row_limit`, the most rows to give, null for all; `most_rows` is the
    most that the user wants. `users_query` is the user's own SQL that the statement holds, and
    `users_offset` the place where it begins.
    """

    sql: str
    values: Mapping[str, object]
    most_rows: int | None = None
    users_query: CheckedQuery | None = None
    users_offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Operation[P: Parameters]:
    """A question that can be asked by name.

    `reads_ledger` says that the answer also depends on the load ledger, which can change while
    the data does not. `most_job_seconds` is how long its query may take as a job, no longer than a
    job may at all.
    """

    name: str
    description: str
    parameters: type[P]
    columns: tuple[Column, ...]
    statement: Callable[[P], Statement]
    reads_ledger: bool = False
    most_job_seconds: float = math.inf


def sql_file(module: str, name: str) -> str:
    """The SQL of a file that lies beside a module, given the module's `__file__`.

    Lines of comments are left out: RDS Proxy counts them when it judges how long a statement is.
    """
    text = Path(module).with_name(f"{name}.sql").read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith("--"))
