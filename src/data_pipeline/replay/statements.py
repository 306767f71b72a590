"""The SQL of replays: files beside this one."""

from functools import cache
from pathlib import Path
from typing import Final

from psycopg import sql

_DIRECTORY: Final = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> sql.SQL:
    """The statement in the file of that name."""
    return sql.SQL((_DIRECTORY / f"{name}.sql").read_text(encoding="utf-8"))
