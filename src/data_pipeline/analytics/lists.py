"""Lists as users write them: arrays in a body, `a,b` or `a,b;c` in a query string."""

from typing import Final

from pydantic import BeforeValidator


def _split(given: object) -> object:
    return [part.strip() for part in given.split(",")] if isinstance(given, str) else given


Separated: Final = BeforeValidator(_split)
"""Takes a string for the list of what its commas separate (OpenAPI: form, not exploded)."""


def _split_lists(given: object) -> object:
    if not isinstance(given, str):
        return given
    return [_split(part) if part.strip() else [] for part in given.split(";")]


SeparatedLists: Final = BeforeValidator(_split_lists)
"""Takes a string for lists that semicolons separate; nothing between two is the empty list."""


def distinct[T](given: tuple[T, ...]) -> tuple[T, ...]:
    """The list as it is.

    Raises:
        ValueError: it has something twice.
    """
    for place, item in enumerate(given):
        if item in given[:place]:
            raise ValueError(f"'{item}' is given more than once")
    return given
