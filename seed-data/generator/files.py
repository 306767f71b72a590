"""Writes files of any size: a piece at a time, by several processes, always the same bytes."""

import gzip
import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

from generator.companies import World
from generator.delivery import Dials, Kind, Part, delivered
from generator.sources import VARIANTS

_CUSTOMERS_PER_PIECE: Final = 2_000
_PIECES_AHEAD: Final = 4
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Format(NamedTuple):
    """How files are written."""

    is_lines: bool = False
    is_gzipped: bool = False

    @property
    def extension(self) -> str:
        """The end of the files' names."""
        return (".ndjson" if self.is_lines else ".json") + (".gz" if self.is_gzipped else "")


class Order(NamedTuple):
    """What is to be written. `variant` is a name of a source, or of a form of it."""

    world: World
    variant: str
    dials: Dials
    form: Format
    output: Path


class _Piece(NamedTuple):
    records: int
    text: bytes


def write(order: Order, kind: Kind, executor: Executor | None = None) -> Iterator[tuple[Path, int]]:
    """Writes the source's files of that kind; each with the number of its records.

    Args:
        order: what is to be written.
        kind: which of the files.
        executor: what makes the pieces; None for this process itself.
    """
    for position, export in enumerate(VARIANTS[order.variant].exports):
        path = order.output / f"{export.path}{kind}{order.form.extension}"
        path.parent.mkdir(parents=True, exist_ok=True)
        with _opened(path, is_gzipped=order.form.is_gzipped) as file:
            count = _write_file(file, order, kind, position, executor)
        if count or kind is Kind.WHOLE:
            yield path, count
        else:
            path.unlink()


@contextmanager
def _opened(path: Path, *, is_gzipped: bool) -> Iterator[BinaryIO]:
    with path.open("wb") as file:
        if not is_gzipped:
            yield file
            return
        # Neither a time nor a name: the same records are the same bytes.
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as zipped:
            yield cast("BinaryIO", zipped)


def _write_file(
    file: BinaryIO, order: Order, kind: Kind, position: int, executor: Executor | None
) -> int:
    export = VARIANTS[order.variant].exports[position]
    total = 0
    if not order.form.is_lines:
        file.write(export.before.encode())
    for place, collection in enumerate(export.collections):
        count = 0
        if not order.form.is_lines:
            separator = "," if place else ""
            file.write(f"{separator}\n{json.dumps(collection.name)}: [".encode())
        for piece in _pieces(order, kind, position, place, executor):
            if not order.form.is_lines and piece.records:
                file.write(b",\n" if count else b"\n")
            file.write(piece.text)
            count += piece.records
        if not order.form.is_lines:
            file.write(b"\n]")
        total += count
    if not order.form.is_lines:
        file.write(f"\n{export.after(total)}\n".encode())
    return total


def _pieces(
    order: Order, kind: Kind, position: int, place: int, executor: Executor | None
) -> Iterator[_Piece]:
    """One after the other, of which only a few are made ahead: memory does not grow with size."""
    last = VARIANTS[order.variant].numbers(order.world)
    ahead: deque[Future[_Piece]] = deque()
    for first in range(1, last + 1, _CUSTOMERS_PER_PIECE):
        numbers = range(first, min(first + _CUSTOMERS_PER_PIECE, last + 1))
        if executor is None:
            yield _piece(order, kind, position, place, numbers)
            continue
        ahead.append(executor.submit(_piece, order, kind, position, place, numbers))
        if len(ahead) > _PIECES_AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _piece(order: Order, kind: Kind, position: int, place: int, numbers: range) -> _Piece:
    source = VARIANTS[order.variant]
    export = source.exports[position]
    part = Part(order.world, source, export, export.collections[place])
    records = delivered(part, numbers, order.dials, kind)
    texts = [_encode(record) for record in records]
    if order.form.is_lines:
        return _Piece(len(texts), "".join(f"{text}\n" for text in texts).encode())
    return _Piece(len(texts), ",\n".join(texts).encode())
