"""What a client may not send, lest RDS Proxy keep a server's connection for it alone.

There is no RDS Proxy on this machine, so its rules are checked against what libpq really sends:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from data_pipeline.aws import database

MOST_BYTES = 16 * 1024
_BY_FIRST_WORD = re.compile(
    r"\s*(SET|RESET|DISCARD|PREPARE|EXECUTE|DEALLOCATE|DECLARE|LISTEN|LOAD"
    r"|CREATE\s+(LOCAL\s+|GLOBAL\s+)?TEMP)\b",
    re.IGNORECASE,
)
_BY_FUNCTION = re.compile(
    r"\b(set_config|nextval|setval|pg_(try_)?advisory_lock(_shared)?)\s*\(", re.IGNORECASE
)
# A line of libpq's trace begins with the time and who speaks; the frontend is the client.
_LINE = r"^[\d-]+ [\d:.]+\t"
_QUERY = re.compile(rf'{_LINE}F\t\d+\tQuery\t "(.*?)"$', re.MULTILINE | re.DOTALL)
_PARSE = re.compile(
    rf'{_LINE}F\t\d+\tParse\t "([^"]*)" "(.*?)" \d+[\d ]*$', re.MULTILINE | re.DOTALL
)
_COMMENT = re.compile(r"--[^\n]*")


class Sent:
    """The statements that went through connections opened meanwhile."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def statements(self) -> list[str]:
        """Each as it was sent, several in one message one by one."""
        text = self._text()
        messages = [*_QUERY.findall(text), *(statement for _, statement in _PARSE.findall(text))]
        assert messages
        return [
            part
            for message in messages
            for part in _COMMENT.sub("", message).split(";")
            if part.strip()
        ]

    def pinning(self) -> list[str]:
        """Those that RDS Proxy pins for, and prepared statements that have a name."""
        named = [statement for name, statement in _PARSE.findall(self._text()) if name]
        return named + [statement for statement in self.statements() if pins(statement)]

    def _text(self) -> str:
        return self._trace.read_text(encoding="utf-8", errors="replace")


def pins(statement: str) -> bool:
    return bool(
        _BY_FIRST_WORD.match(statement)
        or _BY_FUNCTION.search(statement)
        or len(statement.encode()) > MOST_BYTES
    )


@contextmanager
def recorded(trace: Path, patch: pytest.MonkeyPatch) -> Iterator[Sent]:
    """Has libpq write down what connections of the functions' code send and get."""
    connect = database._connect
    with trace.open("ab") as stream:

        def connect_and_trace(*arguments: Any) -> database.Connection:
            connection = connect(*arguments)
            connection.pgconn.trace(stream.fileno())
            return connection

        patch.setattr(database, "_connect", connect_and_trace)
        yield Sent(trace)
        patch.setattr(database, "_connect", connect)
