"""The statements that must do no harm, and the queries that must be answered."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


class Alone(StrEnum):
    """What becomes of a statement when the role stands alone; red_team/README.md has the words."""

    REFUSED = "refused"
    STOPPED = "stopped"
    HARMLESS = "harmless"
    GUARD = "guard"


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A statement that the guard must refuse."""

    title: str
    sql: str
    then: str = ""
    alone: Alone = Alone.REFUSED
    reason: str = ""
    seen: str = ""
    seconds: float = 4.0

    def __post_init__(self) -> None:
        assert (self.alone is Alone.GUARD) == bool(self.reason), self.title

    @property
    def messages(self) -> list[str]:
        """What is sent, one after the other."""
        return [self.sql, self.then] if self.then else [self.sql]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A query that the guard must let pass."""

    title: str
    sql: str
    parameters: dict[str, Any] = field(default_factory=dict)


def attacks() -> list[Attack]:
    """All of red_team/."""
    return [
        Attack(title=title, **{**keys, "alone": Alone(keys.get("alone", "refused"))})
        for file in sorted((_HERE / "red_team").glob("*.toml"))
        for title, keys in _read(file)
    ]


def questions() -> list[Question]:
    """All of honest.toml."""
    return [Question(title=title, **keys) for title, keys in _read(_HERE / "honest.toml")]


def _read(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from tomllib.loads(file.read_text(encoding="utf-8")).items()
