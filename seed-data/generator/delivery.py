"""What arrives of the records, and how: wrong, twice, in the wrong order, again, and changed."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from generator.companies import World
from generator.draws import Draws
from generator.exports import Collection, Export, Record, Source


class Kind(StrEnum):
    """Which of the files of an export it is. Its value is the end of the file's name."""

    WHOLE = ""
    AGAIN = "-again"
    UPDATES = "-updates"


class Dials(NamedTuple):
    """How the delivery is, in shares of records from 0 to 1.

    Attributes:
        dirty: break a rule of their source; none of these is subject to the other dials.
        duplicates: come a second time in their file, the same.
        out_of_order: are followed, later in their file, by what they were a minute before. Only
            records that say when they changed.
        redeliveries: come again, the same, in a second file.
        updates: are changed, in a file of their own.
        round: how many minutes after the first export these changes were.
    """

    dirty: float = 0
    duplicates: float = 0
    out_of_order: float = 0
    redeliveries: float = 0
    updates: float = 0
    round: int = 1

    @property
    def is_plain(self) -> bool:
        """Whether every record comes once, as it is."""
        return not (self.dirty or self.duplicates or self.out_of_order)


class Part(NamedTuple):
    """One list in one file of one source."""

    world: World
    source: Source
    export: Export
    collection: Collection


def delivered(part: Part, numbers: range, dials: Dials, kind: Kind) -> Iterator[Record]:
    """The records that come of the customers of these numbers.

    Those that come once more do so at the end: so far, and no farther, are they from the first.
    """
    world, source, export, collection = part
    records = _records(world, collection, numbers)
    if kind is Kind.WHOLE and dials.is_plain:
        for _, _, record in records:
            yield record
        return
    late: list[Record] = []
    for number, index, record in records:
        draws = Draws(world.seed, export.path, collection.name, kind, dials.round, number, index)
        if kind is Kind.AGAIN:
            yield from [record] if draws.happens(dials.redeliveries) else []
        elif kind is Kind.UPDATES:
            if draws.happens(dials.updates):
                revised = source.revise(collection.name, record, dials.round)
                yield from [revised] if revised is not None else []
        elif draws.happens(dials.dirty):
            draws.pick(source.faults[collection.name])(record)
            yield record
        else:
            yield record
            late += _once_more(source, collection, record, draws, dials)
    yield from late


def _once_more(
    source: Source, collection: Collection, record: Record, draws: Draws, dials: Dials
) -> Iterator[Record]:
    if draws.happens(dials.duplicates):
        yield record
    if draws.happens(dials.out_of_order):
        former = source.revise(collection.name, record, -1)
        if former is not None and "object" not in former:
            yield former


def _records(
    world: World, collection: Collection, numbers: range
) -> Iterator[tuple[int, int, Record]]:
    if collection.of_customer is not None:
        for number in numbers:
            for index, record in enumerate(collection.of_customer(world, number)):
                yield number, index, record
    if collection.of_all is not None and numbers.start == 1:
        for index, record in enumerate(collection.of_all(world)):
            yield 0, index, record
