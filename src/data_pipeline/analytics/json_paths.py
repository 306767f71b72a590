"""Paths into JSON documents as users write them: `$.billing.terms`, `$.tags[*]`, `$."tax id"`."""

import json
import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

ELEMENTS: Final = "[*]"
"""The step into an array, to all of its elements alike."""

MOST_STEPS: Final = 8

_STEP = re.compile(
    r"""\.(?P<plain>\w+)                             # .terms
      | (?:\.|\[)(?P<quoted>"(?:[^"\\]|\\.)*")(?P<end>\])?  # ."tax id", ["tax id"]
      | \[\*\]                                       # [*]""",
    re.VERBOSE,
)


def steps(path: str) -> list[str]:
    """The steps of a path: `.name` into an object, `[*]` into an array, names as they are.

    Raises:
        ValueError: in words for the user, when it is no such path.
    """
    if not path.startswith("$"):
        raise ValueError("a path begins with $, such as '$.billing.terms' or '$.tags[*]'")
    found, place = [], 1
    while place < len(path):
        match = _STEP.match(path, place)
        if match is None or not _is_closed(path[place], match):
            raise ValueError(
                f'character {place + 1} begins no step: write .name, ."a name" or [*], such as '
                "'$.billing.terms' or '$.tags[*]'"
            )
        found.append(_step(match))
        place = match.end()
    if len(found) > MOST_STEPS:
        raise ValueError(f"a path has at most {MOST_STEPS} steps")
    return found


def _is_closed(first: str, match: re.Match[str]) -> bool:
    """Whether a name in brackets, and no other, ends with one."""
    return match["quoted"] is None or (first == "[") == (match["end"] is not None)


def _step(match: re.Match[str]) -> str:
    if match["plain"]:
        return f".{match['plain']}"
    if match["quoted"] is None:
        return ELEMENTS
    return f".{_name(match['quoted'])}"


def _name(quoted: str) -> str:
    name: str = json.loads(quoted)
    if "\0" in name or not name.isprintable():
        raise ValueError(f"the name {quoted} has characters that can't be looked for")
    return name


def _check(path: str) -> str:
    if steps(path)[:1] in ([], [ELEMENTS]):
        raise ValueError("a path names something below $, such as '$.billing' or '$.tags[*]'")
    return path


JsonPath = Annotated[str, AfterValidator(_check), Field(max_length=400)]
"""A path to something below the document itself."""
