"""A JSON text cut into its values while it streams by, without holding or decoding all of it."""

import re
from collections.abc import Iterator
from typing import Final

from data_pipeline.ingestion.unreadable import UnreadableFile

# The largest value that is cut out in one piece.
LARGEST_VALUE_BYTES: Final = 16 * 1024 * 1024

# Of a larger one, what people need to recognise it.
BEGINNING_BYTES: Final = 64 * 1024

_WHITE_SPACE: Final = re.compile(rb"[ \t\n\r]*+")
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_WHOLE_STRING: Final = re.compile(_STRING, re.DOTALL)
_SCALAR: Final = re.compile(rb"[^\s,:\[\]{}\"]++(?=[\s,:\[\]{}\"])")
# Up to the next bracket that stands in no string. Possessive throughout: nothing is tried twice.
_NO_BRACKET: Final = rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+'
_BRACKET: Final = re.compile(_NO_BRACKET + rb"(?:([{\[])|[}\]])", re.DOTALL)

# For values that are passed over: as much as there is, which may be nothing.
_UP_TO_BRACKET: Final = re.compile(_NO_BRACKET, re.DOTALL)
_IN_STRING: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_IN_SCALAR: Final = re.compile(rb"[^\s,:\[\]{}\"]*+")


class ValueTooLarge(Exception):  # noqa: N818 - the state, as callers name it
    """A value is longer than `LARGEST_VALUE_BYTES`. Nothing of it was taken."""


class Beginning(bytes):
    """The beginning of a value that is longer than `LARGEST_VALUE_BYTES`."""

    __slots__ = ()


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
        """Takes an array, value by value. Of one that is too large it gives the `Beginning`.

        Raises:
            UnreadableFile: it is broken.
        """
        self.expect(b"[")
        if self.peek() == b"]":
            self.expect(b"]")
            return
        while True:
            yield self._value_or_beginning()
            if self.expect(b",]") == b"]":
                return

    def broken(self, problem: str) -> UnreadableFile:
        """The error for what is at this place."""
        place = self._bytes_before + self._position
        end = "" if self._position < len(self._data) else ", where the file ends"
        return UnreadableFile("json", f"Broken JSON at byte {place}{end}: {problem}")

    def _value_or_beginning(self) -> bytes:
        try:
            return self.value()
        except ValueTooLarge:
            beginning = Beginning(self._data[self._position : self._position + BEGINNING_BYTES])
            self._pass_over()
            return beginning

    def _pass_over(self) -> None:
        """Reads to the end of the value that comes next, without holding it."""
        first = self.peek()
        if first == b'"':
            self._pass_over_string()
        elif first in (b"{", b"["):
            self._pass_over_nested()
        else:
            while not self._advance_over(_IN_SCALAR):
                self._read_or_refuse()

    def _pass_over_nested(self) -> None:
        depth = 0
        while True:
            following = self._advance_over(_UP_TO_BRACKET)
            if not following:
                self._read_or_refuse()
            elif following == b'"':
                self._pass_over_string()
            else:
                self._position += 1
                depth += 1 if following in b"{[" else -1
                if depth == 0:
                    return

    def _pass_over_string(self) -> None:
        self._position += 1
        while self._advance_over(_IN_STRING) != b'"':
            self._read_or_refuse()
        self._position += 1

    def _advance_over(self, pattern: re.Pattern[bytes]) -> bytes:
        """Passes over what matches; the byte behind it, if that is here already."""
        match = pattern.match(self._data, self._position)
        self._position = match.end() if match else self._position
        return self._data[self._position : self._position + 1]

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
        self._read_or_refuse()

    def _read_or_refuse(self) -> None:
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
