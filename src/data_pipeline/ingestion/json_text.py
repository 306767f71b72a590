"""A JSON text cut into its values while it streams by, without holding or decoding all of it."""

import re
from collections.abc import Iterator
from typing import Final

from data_pipeline.ingestion.unreadable import UnreadableFile

# The largest value that is cut out in one piece.
LARGEST_VALUE_BYTES: Final = 16 * 1024 * 1024

_WHITE_SPACE: Final = re.compile(rb"[ \t\n\r]*+")
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_WHOLE_STRING: Final = re.compile(_STRING, re.DOTALL)
_SCALAR: Final = re.compile(rb"[^\s,:\[\]{}\"]++(?=[\s,:\[\]{}\"])")
# Up to the next bracket that stands in no string. Possessive throughout: nothing is tried twice.
_BRACKET: Final = re.compile(
    rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+(?:([{\[])|[}\]])', re.DOTALL
)


class ValueTooLarge(Exception):  # noqa: N818 - the state, as callers name it
    """A value is longer than `LARGEST_VALUE_BYTES`. Nothing of it was taken."""


class JsonText:
    """A cursor over a JSON text that arrives in chunks.

    Brackets are counted, not told apart: whether a value is JSON, its decoder finds out.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._data = b""
        self._position = 0
        self._bytes_before = 0

    def peek(self) -> bytes:
        """The next byte that is no white space; empty at the end of the text."""
        while True:
            space = _WHITE_SPACE.match(self._data, self._position)
            self._position = space.end() if space else self._position
            if self._position < len(self._data):
                return self._data[self._position : self._position + 1]
            if not self._read():
                return b""

    def expect(self, symbols: bytes) -> bytes:
        """Takes one of the symbols.

        Raises:
            UnreadableFile: something else comes next.
        """
        found = self.peek()
        if not found or found not in symbols:
            wanted = " or ".join(f"'{chr(symbol)}'" for symbol in symbols)
            raise self.broken(f"expected {wanted}")
        self._position += 1
        return found

    def value(self) -> bytes:
        """Takes the value that comes next, as it is written.

        Raises:
            UnreadableFile: the text ends within it, or no value comes next.
            ValueTooLarge: it does not end within `LARGEST_VALUE_BYTES`.
        """
        first = self.peek()
        if first in (b"{", b"["):
            return self._take_nested()
        if first in (b"", b",", b":", b"]", b"}"):
            raise self.broken("expected a value")
        return self._take(_WHOLE_STRING if first == b'"' else _SCALAR)

    def elements(self) -> Iterator[bytes]:
        """Takes an array, value by value.

        Raises:
            UnreadableFile: it is broken.
            ValueTooLarge: one of the values is.
        """
        self.expect(b"[")
        if self.peek() == b"]":
            self.expect(b"]")
            return
        while True:
            yield self.value()
            if self.expect(b",]") == b"]":
                return

    def broken(self, problem: str) -> UnreadableFile:
        """The error for what is at this place."""
        place = self._bytes_before + self._position
        end = "" if self._position < len(self._data) else ", where the file ends"
        return UnreadableFile("json", f"Broken JSON at byte {place}{end}: {problem}")

    def _take_nested(self) -> bytes:
        depth = length = 0
        while True:
            bracket = _BRACKET.match(self._data, self._position + length)
            if bracket is None:
                self._read_more_of_value()
                continue
            length = bracket.end() - self._position
            depth += 1 if bracket[1] else -1
            if depth == 0:
                return self._advance(length)

    def _take(self, pattern: re.Pattern[bytes]) -> bytes:
        while (match := pattern.match(self._data, self._position)) is None:
            self._read_more_of_value()
        return self._advance(match.end() - self._position)

    def _advance(self, length: int) -> bytes:
        start = self._position
        self._position += length
        return self._data[start : self._position]

    def _read_more_of_value(self) -> None:
        if len(self._data) - self._position > LARGEST_VALUE_BYTES:
            raise ValueTooLarge
        if not self._read():
            self._position = len(self._data)
            raise self.broken("a value is not finished")

    def _read(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._bytes_before += self._position
        self._data = self._data[self._position :] + chunk
        self._position = 0
        return True
