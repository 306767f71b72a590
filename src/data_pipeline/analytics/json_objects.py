"""JSON objects as parameters: an object in a body, its text in a query string."""

import json
import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, JsonValue

_MOST_CHARACTERS: Final = 4000
_DEEPEST: Final = 20
_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def _parse(given: object) -> object:
    if not isinstance(given, str):
        return given
    if len(given) > _MOST_CHARACTERS:
        raise ValueError(f"the JSON has more than {_MOST_CHARACTERS} characters")
    try:
        return json.loads(given)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"this is no JSON at character {error.pos + 1}: write an object such as "
            '{"tier": "gold"}'
        ) from None
    except (RecursionError, ValueError):
        raise ValueError("the JSON is nested too deep or has too long a number") from None


def _check(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    _check_depth(document, _DEEPEST)
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        raise ValueError(
            "it has a number or a character that PostgreSQL's jsonb can't hold"
        ) from None
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"the JSON has more than {_MOST_CHARACTERS} characters")
    if _NUL.search(text):
        raise ValueError("it has the character U+0000, which PostgreSQL's jsonb can't hold")
    return document


def _check_depth(value: JsonValue, levels: int) -> None:
    if levels < 0:
        raise ValueError(f"the JSON is nested deeper than {_DEEPEST} levels")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        _check_depth(item, levels - 1)


JsonObject = Annotated[
    dict[str, JsonValue],
    BeforeValidator(_parse),
    AfterValidator(_check),
]
"""An object that PostgreSQL's `jsonb` can hold."""
