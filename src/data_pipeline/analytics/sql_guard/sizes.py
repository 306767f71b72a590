"""Functions whose arguments decide how much they make: their sizes must be known and small."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from data_pipeline.analytics.sql_guard.values import Context, number, text

MOST_ROWS: Final = 100_000
MOST_REPETITIONS: Final = 1_000
MOST_LETTERS: Final = 100

type Limit = Callable[[Any, Context], str | None]

_SECONDS: Final = {
    "second": 1,
    "minute": 60,
    "min": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_592_000,
    "mon": 2_592_000,
    "quarter": 7_776_000,
    "year": 31_536_000,
}
_STEP: Final = re.compile(r"-?(?P<count>\d{1,6}) ?(?P<unit>[a-z]+?)s?")
# Width and precision of a conversion in format()'s first argument, as in %-20s or %1$*2$s.
_WIDTH: Final = re.compile(r"%(?:\d+\$)?-?(?P<width>\*|\d+)")


def _series(node: Any, context: Context) -> str | None:
    """Numbers are counted; times may come from the data, and step by a minute at least."""
    arguments: Sequence[Any] = node.args or ()
    if len(arguments) not in (2, 3):
        return "generate_series takes a start, a stop and a step"
    numbers = [number(argument, context) for argument in arguments]
    step_text = text(arguments[2], context) if len(arguments) == 3 else None
    if step_text is None:
        return _numbers(numbers)
    step = _step_seconds(step_text)
    if step is None:
        return (
            "The step of generate_series over times must be written out, and be a minute or "
            "more, such as '1 day'"
        )
    return _times([text(argument, context) for argument in arguments[:2]], step)


def _numbers(numbers: list[Decimal | None]) -> str | None:
    known = [value for value in numbers if value is not None]
    if len(known) < len(numbers):
        return (
            "generate_series over numbers takes literals or parameters, and over times a step "
            "that is written out, such as '1 day'"
        )
    step = known[2] if len(known) == 3 else Decimal(1)
    if step and (known[1] - known[0]) / step >= MOST_ROWS:
        return f"generate_series makes at most {MOST_ROWS:,} rows"
    return None


def _times(ends: list[str | None], step: float) -> str | None:
    first, last = (_time(end) for end in ends)
    if first and last and abs((last - first).total_seconds()) / step >= MOST_ROWS:
        return f"generate_series makes at most {MOST_ROWS:,} rows"
    return None


def _time(written: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(written or "").replace(tzinfo=None)
    except ValueError:
        return None


def _step_seconds(written: str) -> float | None:
    match = _STEP.fullmatch(written.strip().lower())
    if match is None or match["unit"] not in _SECONDS:
        return None
    seconds = int(match["count"]) * _SECONDS[match["unit"]]
    return seconds if seconds >= 60 else None


def _repetitions(node: Any, context: Context) -> str | None:
    """The second argument is a length."""
    name = node.funcname[-1].sval
    arguments: Sequence[Any] = node.args or ()
    count = number(arguments[1], context) if len(arguments) > 1 else None
    if count is None or count > MOST_REPETITIONS:
        return f"The length that {name} takes must be a number up to {MOST_REPETITIONS:,}"
    return None


def _letters(node: Any, context: Context) -> str | None:
    """For each letter translate looks through them all, and for no cancellation meanwhile."""
    arguments: Sequence[Any] = node.args or ()
    letters = text(arguments[1], context) if len(arguments) > 1 else None
    if letters is None or len(letters) > MOST_LETTERS:
        return f"The letters that translate replaces must be written out, at most {MOST_LETTERS}"
    return None


def _format(node: Any, context: Context) -> str | None:
    template = text(node.args[0], context) if node.args else None
    if template is None:
        return "The template that format takes must be written out"
    for match in _WIDTH.finditer(template):
        if match["width"] == "*" or len(match["width"]) > 3:
            return "A width in format's template must be a number up to 999"
    return None


LIMITS: Final[Mapping[str, Limit]] = {
    "generate_series": _series,
    "repeat": _repetitions,
    "lpad": _repetitions,
    "rpad": _repetitions,
    "format": _format,
    "translate": _letters,
}
