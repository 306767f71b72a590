"""Patterns of a series as a textbook finds them: in plain Python, one step after the other."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import correlation, fmean, linear_regression, median

LEAST_PERIODS = 7
_CYCLES = 3


@dataclass(frozen=True)
class Patterns:
    """What there is to find in a series of days."""

    slope: float
    r_squared: float
    weekday_index: dict[int, float]
    expected: list[float]
    scores: list[float]
    level_begins: list[int]


def patterns(amounts: Sequence[float], first: date, *, threshold: float) -> Patterns:
    """The patterns of a series of consecutive days."""
    places = list(range(1, len(amounts) + 1))
    line = linear_regression(places, amounts)
    off_trend = [y - line.slope * x - line.intercept for x, y in zip(places, amounts, strict=True)]
    by_weekday = defaultdict(list)
    for offset, remainder in enumerate(off_trend):
        by_weekday[(first + timedelta(days=offset)).isoweekday()].append(remainder)
    takes_part = min(map(len, by_weekday.values())) >= _CYCLES
    season = [
        median(by_weekday[(first + timedelta(days=offset)).isoweekday()]) if takes_part else 0.0
        for offset in range(len(amounts))
    ]
    remainders = [left - effect for left, effect in zip(off_trend, season, strict=True)]
    middle = median(remainders)
    deviation = _deviation(remainders)
    scores = [(remainder - middle) / deviation for remainder in remainders]
    expected = [y - score * deviation for y, score in zip(amounts, scores, strict=True)]
    levels = [y - effect for y, effect in zip(amounts, season, strict=True)]
    mean = fmean(amounts)
    return Patterns(
        slope=line.slope,
        r_squared=correlation(places, amounts) ** 2,
        weekday_index={day: (mean + fmean(found)) / mean for day, found in by_weekday.items()},
        expected=expected,
        scores=scores,
        level_begins=_level_begins(levels, threshold),
    )


def _deviation(values: Sequence[float]) -> float:
    middle = median(values)
    return 1.4826 * median(abs(value - middle) for value in values)


def _level_begins(levels: list[float], threshold: float) -> list[int]:
    noise = _deviation([later - earlier for earlier, later in pairwise(levels)]) / math.sqrt(2)
    around = [median(levels[max(0, at - 2) : at + 3]) for at in range(len(levels))]
    steady = [
        middle if abs(level - middle) > threshold * noise else level
        for level, middle in zip(levels, around, strict=True)
    ]
    return _splits(steady, 0, penalty=3 * math.log(len(levels)) * noise**2)


def _splits(levels: list[float], offset: int, penalty: float) -> list[int]:
    candidates = range(LEAST_PERIODS, len(levels) - LEAST_PERIODS + 1)
    if not candidates:
        return []
    best = min(candidates, key=lambda at: _squares(levels[:at]) + _squares(levels[at:]))
    of_two = _squares(levels[:best]) + _squares(levels[best:])
    if _squares(levels) - of_two <= penalty or of_two >= _squares_off_line(levels):
        return []
    return [
        *_splits(levels[:best], offset, penalty),
        offset + best,
        *_splits(levels[best:], offset + best, penalty),
    ]


def _squares(values: Sequence[float]) -> float:
    mean = fmean(values)
    return sum((value - mean) ** 2 for value in values)


def _squares_off_line(values: Sequence[float]) -> float:
    places = range(len(values))
    line = linear_regression(places, values)
    return sum(
        (value - line.slope * place - line.intercept) ** 2
        for place, value in zip(places, values, strict=True)
    )
