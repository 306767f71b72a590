"""The records of a file, cut out of its text in whatever form it has."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final, NamedTuple

import msgspec
from msgspec import Raw, Struct

from data_pipeline.ingestion.json_text import (
    LARGEST_VALUE_BYTES,
    Beginning,
    JsonText,
    ValueTooLarge,
)
from data_pipeline.ingestion.unreadable import UnreadableFile

_DOCUMENT_SUFFIXES: Final = (".json",)
_LINES_SUFFIXES: Final = (".ndjson", ".jsonl")

_fields: Final = msgspec.json.Decoder(dict[str, Raw]).decode


class RawRecord(Struct, frozen=True, gc=False):
    """A record as it is written in its file.

    `position` counts the records of the file from 1, and `number` the lines, or the elements of
    its list. `collection` is the list of an envelope that it was in. `is_cut` says that the record
    was too long and its rest is missing.
    """

    position: int
    number: int
    collection: str | None
    raw: bytes
    is_cut: bool = False


class Layout(NamedTuple):
    """How a file is written, from its name.

    `unit` is what the numbers of records count. In a document that is broken anywhere nothing can
    be trusted; a broken line is only that.
    """

    unit: str
    is_document: bool
    gzipped: bool


def layout_of(key: str) -> Layout:
    """How the object of that key is written.

    Raises:
        UnreadableFile: its extension says nothing of it.
    """
    suffixes = [suffix.lower() for suffix in PurePosixPath(key).suffixes]
    gzipped = suffixes[-1:] == [".gz"]
    extension = (suffixes[:-1] if gzipped else suffixes)[-1:]
    if extension and extension[0] in _DOCUMENT_SUFFIXES:
        return Layout("record", is_document=True, gzipped=gzipped)
    if extension and extension[0] in _LINES_SUFFIXES:
        return Layout("line", is_document=False, gzipped=gzipped)
    allowed = ", ".join((*_DOCUMENT_SUFFIXES, *_LINES_SUFFIXES))
    raise UnreadableFile("extension", f"Expected one of {allowed}, each may be followed by .gz")


def lines(chunks: Iterator[bytes]) -> Iterator[RawRecord]:
    """The records of a file of one JSON text to a line. Empty lines are none."""
    number = 0
    for whole, is_cut in _whole_lines(chunks):
        for number, line in enumerate(whole, start=number + 1):  # noqa: B020 - it counts on
            stripped = line.strip()
            if stripped:
                yield RawRecord(number, number, None, stripped, is_cut)


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[tuple[list[bytes], bool]]:
    """Lines that end in the same chunk, and whether they are the beginning of one."""
    begun = b""
    is_cut = False
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        begun = begun if is_cut else begun + first
        if not others:
            is_cut = is_cut or len(begun) > LARGEST_VALUE_BYTES
            continue
        yield [begun], is_cut
        begun, is_cut = others.pop(), False
        yield others, False
    yield [begun], is_cut


class Envelope(NamedTuple):
    """What a source's envelopes look like.

    Attributes:
        collections: names of the lists that hold records.
        record_fields: fields that only a record has, never the envelope.
        wrappers: names of the members that hold one record, or such a text again.
        ignored: names of the lists that hold no records.
        lists_of_page: better names of the lists, from the members. Not asked of an envelope that
            is too large to be held, which is longer than any page of a vendor.
    """

    collections: Collection[str]
    record_fields: Collection[str]
    wrappers: Collection[str] = ()
    ignored: Collection[str] = ()
    lists_of_page: Callable[[Mapping[str, Raw]], Mapping[str, str]] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members that hold records."""
        return (*self.collections, *self.wrappers)


def document(chunks: Iterator[bytes], envelope: Envelope) -> Iterator[RawRecord]:
    """The records of a file of one JSON text: an array, an envelope of collections, or a record.

    Args:
        chunks: the text.
        envelope: what the source's envelopes look like.

    Raises:
        UnreadableFile: it is broken, something else, or holds a value that is too large and no
            element of a list.
    """
    text = JsonText(chunks)
    numbers = Counter[str | None]()
    try:
        for position, (collection, raw) in enumerate(_values(text, envelope), start=1):
            numbers[collection] += 1
            is_cut = isinstance(raw, Beginning)
            yield RawRecord(position, numbers[collection], collection, raw, is_cut)
    except ValueTooLarge:
        limit = LARGEST_VALUE_BYTES // 1024**2
        raise UnreadableFile(
            "size", f"A value of the envelope, or its only record, is larger than {limit} MiB"
        ) from None
    if text.peek():
        raise text.broken("expected nothing more")


def _values(text: JsonText, envelope: Envelope) -> Iterator[tuple[str | None, bytes]]:
    first = text.peek()
    if first == b"[":
        for element in text.elements():
            yield None, element
    elif first == b"{":
        yield from _object(text, envelope)
    elif first:
        raise text.broken("expected an array or an object")
    else:
        raise UnreadableFile("empty", "The file is empty")


def _object(text: JsonText, envelope: Envelope) -> Iterator[tuple[str | None, bytes]]:
    try:
        whole = text.value()
    except ValueTooLarge:
        # No record is that large, so it is the envelope, of which nothing was taken yet.
        yield from _members(text, envelope)
        return
    try:
        members = _fields(whole)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnreadableFile("json", f"Broken JSON: {error}") from None
    if any(name in members for name in envelope.record_fields):
        yield None, whole
        return
    told = envelope.lists_of_page(members) if envelope.lists_of_page else {}
    for collection, raw in _members(JsonText(iter([whole])), envelope):
        yield told.get(collection, collection), raw


def _members(text: JsonText, envelope: Envelope) -> Iterator[tuple[str, bytes]]:
    """The records in the envelope's members. What else it says of the export is not data."""
    found = False
    text.expect(b"{")
    if text.peek() == b"}":
        raise _no_collection(envelope)
    while True:
        name = _name(text)
        if name in envelope.collections:
            found = True
            for element in _collection(text, name):
                yield name, element
        elif name in envelope.wrappers:
            found = True
            for collection, element in _values(text, envelope._replace(wrappers=())):
                yield collection or name, element
        elif _is_list_of_objects(text.value()) and name not in envelope.ignored:
            raise _unknown_collection(name, envelope)
        if text.expect(b",}") == b"}":
            break
    if not found:
        raise _no_collection(envelope)


def _name(text: JsonText) -> str:
    if text.peek() != b'"':
        raise text.broken("expected a name")
    name = msgspec.json.decode(text.value(), type=str)
    text.expect(b":")
    return name


def _collection(text: JsonText, name: str) -> Iterator[bytes]:
    if text.peek() == b"[":
        yield from text.elements()
    elif text.value() != b"null":
        raise UnreadableFile("envelope", f"Expected {name} to be a list")


def _is_list_of_objects(value: bytes) -> bool:
    return value[:1] == b"[" and value[1:].lstrip()[:1] == b"{"


def _no_collection(envelope: Envelope) -> UnreadableFile:
    known = " or ".join(envelope.names)
    return UnreadableFile("envelope", f"The object is no record and has no list named {known}")


def _unknown_collection(name: str, envelope: Envelope) -> UnreadableFile:
    known = ", ".join(envelope.names)
    return UnreadableFile("envelope", f"Unknown list {name!r}; the known ones are {known}")
