"""An object's content: decompressed and checked to be UTF-8 as it streams by."""

import codecs
import re
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Final

from data_pipeline.ingestion.unreadable import UnreadableFile

_CHUNK_BYTES: Final = 256 * 1024
_GZIP_MAGIC: Final = b"\x1f\x8b"
_WITH_GZIP_HEADER: Final = 16 + zlib.MAX_WBITS

# Exports shrink to a twentieth or so. What shrinks to less than this was made to fill memories;
# small files may, whatever they hold.
_LARGEST_RATIO: Final = 200
_ALWAYS_ALLOWED_BYTES: Final = 64 * 1024 * 1024

_UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# JSON begins with a character of ASCII, of which the wider encodings make that byte and zeros.
_WIDE_TEXT: Final = re.compile(rb"\x00{1,3}[\t\n\r -~]|[\t\n\r -~]\x00")


def text_chunks(chunks: Iterator[bytes], *, gzipped: bool) -> Iterator[bytes]:
    """The content as UTF-8 without a byte order mark.

    Args:
        chunks: the object's bytes.
        gzipped: the object's name says so. What begins like gzip is taken for it in any case.

    Raises:
        UnreadableFile: broken or truncated gzip, a compression bomb, or another encoding.
    """
    first = next(chunks, b"")
    whole: Iterator[bytes] = chain([first], chunks)
    if first.startswith(_GZIP_MAGIC):
        whole = _decompressed(whole)
    elif gzipped and first:
        raise UnreadableFile("gzip", "The file's name ends with .gz but its content is not gzip")
    return _checked(whole)


def _decompressed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The content of all members: a gzip file may be several, one after the other."""
    member = zlib.decompressobj(_WITH_GZIP_HEADER)
    read = written = 0
    for chunk in chunks:
        read += len(chunk)
        rest = chunk
        while rest:
            if member.eof:
                member = zlib.decompressobj(_WITH_GZIP_HEADER)
            try:
                text = member.decompress(rest, _CHUNK_BYTES)
            except zlib.error as error:
                raise UnreadableFile("gzip", f"The file is broken gzip: {error}") from None
            written += len(text)
            if written > max(_ALWAYS_ALLOWED_BYTES, _LARGEST_RATIO * read):
                raise UnreadableFile(
                    "gzip_ratio", f"The file grows to over {_LARGEST_RATIO} times its size"
                )
            if text:
                yield text
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise UnreadableFile("gzip", "The file is truncated gzip: it ends before its content does")


def _checked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    bytes_before = 0
    for chunk in chunks:
        if bytes_before == 0 and _WIDE_TEXT.match(chunk):
            raise UnreadableFile("encoding", "The file is UTF-16 or UTF-32; export it as UTF-8")
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise _other_encoding(chunk, bytes_before + error.start, bytes_before == 0) from None
        yield chunk.removeprefix(codecs.BOM_UTF8) if bytes_before == 0 else chunk
        bytes_before += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnreadableFile("encoding", "The file ends within a UTF-8 character") from None


def _other_encoding(chunk: bytes, place: int, is_first: bool) -> UnreadableFile:
    if is_first and chunk.startswith(_UTF_16_MARKS):
        return UnreadableFile("encoding", "The file is UTF-16; export it as UTF-8")
    return UnreadableFile("encoding", f"The file is not UTF-8 at byte {place}; export it as UTF-8")
