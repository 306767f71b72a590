"""What a source is to the generator: its files, and what of each customer is in them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from generator.companies import World

Record = dict[str, Any]


class Collection(NamedTuple):
    """Records of one kind, in one list.

    Attributes:
        name: the list's name in its envelope.
        of_customer: those that the customer of a number has, in the order of their ids.
        of_all: those that belong to no customer.
    """

    name: str
    of_customer: Callable[[World, int], Iterator[Record]] | None = None
    of_all: Callable[[World], Iterator[Record]] | None = None


class Export(NamedTuple):
    """A file.

    Attributes:
        path: without its extension, below the output's directory.
        collections: the lists in it, in their order.
        before: what an envelope has before the lists.
        after: what an envelope has after the lists, from the number of records; `}` included.
    """

    path: str
    collections: tuple[Collection, ...]
    before: str = "{"
    after: Callable[[int], str] = lambda _count: "}"


class Source(NamedTuple):
    """A system whose exports can be made.

    Attributes:
        name: as users call it.
        exports: its files.
        numbers: how many customers' numbers there are, of which it has some.
        faults: ways to spoil a record so that it breaks a rule, by the list that it is in.
        revise: the record as it was after so many later changes; None if it has no time of change
            or nothing in it is to change.
    """

    name: str
    exports: tuple[Export, ...]
    numbers: Callable[[World], int]
    faults: Mapping[str, tuple[Callable[[Record], object], ...]]
    revise: Callable[[str, Record, int], Record | None]


def customers_alone(world: World) -> int:
    """The numbers of the CRM's customers."""
    return world.customers


def customers_and_others(world: World) -> int:
    """Those, and the numbers of customers that the CRM does not know."""
    return world.customers + world.customers // 8
