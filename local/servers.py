"""What both runtimes say of their servers, and how tests and commands handle them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class ServerState:
    """One server as `make status` shows it.

    Attributes:
        place: what it runs as, such as `pid 17` or a container's name; `-` when it is down.
        log: where its output is.
    """

    name: str
    running: bool
    place: str
    log: str


class LogSource(Protocol):
    """A log that can be looked at again and again."""

    @property
    def name(self) -> str:
        """Whose log it is."""

    def newest(self, lines: int) -> list[str]:
        """Its last lines."""

    def new(self) -> list[str]:
        """What came since the last look."""


@dataclass(kw_only=True)
class FileLog:
    """A server's log file."""

    name: str
    file: Path
    position: int = 0

    def newest(self, lines: int) -> list[str]:
        """Its last lines."""
        if not self.file.is_file():
            return []
        content = self.file.read_bytes()
        self.position = len(content)
        return content.decode("utf-8", "replace").splitlines()[-lines:]

    def new(self) -> list[str]:
        """What was written since the last look."""
        if not self.file.is_file():
            return []
        with self.file.open("rb") as stream:
            # A shorter file is a new one.
            stream.seek(self.position if self.file.stat().st_size >= self.position else 0)
            content = stream.read()
            self.position = stream.tell()
        return content.decode("utf-8", "replace").splitlines()
