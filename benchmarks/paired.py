"""Differences that are smaller than what they are differences of varies from run to run."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import comb
from typing import Final

_OUTSIDE: Final = 0.025


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A median, and the bounds that it lies between with a confidence of 95 %.

    The bounds are two of the differences themselves, by the sign test, which takes nothing for
    granted of how they are spread: https://en.wikipedia.org/wiki/Sign_test. They are the extremes
    of fewer than six.
    """

    median: float
    low: float
    high: float


def against_neighbours(measured: Sequence[float], neighbours: Sequence[float]) -> Difference:
    """Of measurements from those before and after each, which are one more."""
    return _difference(
        one - (before + after) / 2
        for one, (before, after) in zip(measured, pairwise(neighbours), strict=True)
    )


def against_themselves(measured: Sequence[float]) -> Difference:
    """The same for measurements of one thing: what is found where there is no difference."""
    return _difference(
        one - (before + after) / 2
        for before, one, after in zip(measured, measured[1:], measured[2:], strict=False)
    )


def _difference(differences: Iterable[float]) -> Difference:
    ordered = sorted(differences)
    count = len(ordered)
    tails = accumulate(comb(count, below) / 2**count for below in range(count))
    rank = max(1, sum(tail <= _OUTSIDE for tail in tails))
    return Difference(median=statistics.median(ordered), low=ordered[rank - 1], high=ordered[-rank])
