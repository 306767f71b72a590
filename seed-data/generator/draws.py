"""Chance that can be repeated: every number drawn follows from a name alone."""

from collections.abc import Sequence
from hashlib import blake2b
from struct import Struct
from typing import Final, TypeVar

T = TypeVar("T")

_PER_DIGEST: Final = 32
_unpack: Final = Struct(f"<{_PER_DIGEST}H").unpack


class Draws:
    """A sequence of numbers that depends on its name and nothing else.

    So any customer can be made alone, in any order and by any process, and is always the same.
    """

    __slots__ = ("_at", "_digest", "_values")

    def __init__(self, *name: object) -> None:
        self._digest = blake2b("/".join(map(str, name)).encode()).digest()
        self._values = _unpack(self._digest)
        self._at = 0

    def below(self, limit: int) -> int:
        """A number from 0 up to but not including `limit`, which is at most 65,536."""
        at = self._at
        if at == _PER_DIGEST:
            self._digest = blake2b(self._digest).digest()
            self._values = _unpack(self._digest)
            at = 0
        self._at = at + 1
        return int(self._values[at] * limit >> 16)

    def below_many(self, limit: int) -> int:
        """As `below`, for limits of up to four thousand million."""
        return (self.below(65_536) << 16 | self.below(65_536)) * limit >> 32

    def between(self, lowest: int, highest: int) -> int:
        """A number from `lowest` to `highest`, both of them included."""
        return lowest + self.below_many(highest - lowest + 1)

    def pick(self, words: Sequence[T]) -> T:
        """One of the words, each as likely as the others."""
        return words[self.below(len(words))]

    def happens(self, share: float) -> bool:
        """Whether something comes about that does so in that share of cases."""
        return self.below(65_536) < share * 65_536


def weighted(words: dict[str, int]) -> list[str]:
    """A list to pick from, of words as often as their weights say."""
    return [word for word, weight in words.items() for _ in range(weight)]
