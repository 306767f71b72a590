"""What is true of a customer, whichever system tells it."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Final, NamedTuple

from generator import vocabulary
from generator.draws import Draws
from generator.times import NOW
from generator.vocabulary import Place, Segment

# Of so many customers one has the telephone number, or the mailbox, of the one before: a daughter
# company, or a neighbour behind the same switchboard.
_SHARES_PHONE: Final = 60
_SHARES_MAILBOX: Final = 100


class World(NamedTuple):
    """Which customers there are.

    Attributes:
        customers: how many the CRM has; other systems have a share of them, and some others.
        seed: another one, another world.
    """

    customers: int
    seed: int


class Company(NamedTuple):
    """A customer. `email` is the address that most systems have."""

    number: int
    name: str
    legal_name: str
    domain: str
    email: str
    phone: str
    industry: str
    segment: Segment
    place: Place
    street: str
    postal_code: str
    since: datetime

    @property
    def crm_id(self) -> str:
        """Its number in the CRM."""
        return f"CRM-{self.number:06d}"

    @property
    def customer_no(self) -> str:
        """Its number in the ERP, and in SAP."""
        return str(100_000 + self.number)


class Person(NamedTuple):
    """Somebody who works at a customer."""

    first_name: str
    last_name: str
    email: str
    title: str
    department: str


# The lists that one customer is in are made one record after the other.
@lru_cache(maxsize=64)
def company(world: World, number: int) -> Company:
    """The customer of that number, from 1."""
    draws = Draws(world.seed, number)
    name = _name(number)
    place = draws.pick(vocabulary.PLACES)
    mailbox = "office@" if draws.happens(0.7) else f"{_letters(draws.pick(vocabulary.LAST_NAMES))}@"
    phone = f"{place.phone} {200 + draws.below(800)} {draws.below(10_000):04d}"
    domain = f"{name.lower().replace(' ', '-')}.example"
    email = mailbox + domain
    if number % _SHARES_PHONE == 0:
        phone = company(world, number - 1).phone
    if number % _SHARES_MAILBOX == 0:
        email = company(world, number - 1).email
    return Company(
        number=number,
        name=name,
        legal_name=f"{name} {place.legal}",
        domain=domain,
        email=email,
        phone=phone,
        industry=draws.pick(vocabulary.INDUSTRIES),
        segment=draws.pick(vocabulary.SEGMENTS),
        place=place,
        street=f"{1 + draws.below(180)} {draws.pick(vocabulary.STREETS)}",
        postal_code=f"{place.postal}{10 + draws.below(90)}",
        since=NOW - timedelta(seconds=draws.between(200 * 86_400, 2_600 * 86_400)),
    )


def people(known: Company, draws: Draws, count: int) -> Iterator[Person]:
    """So many who work there."""
    for _ in range(count):
        first, last = draws.pick(vocabulary.FIRST_NAMES), draws.pick(vocabulary.LAST_NAMES)
        position = draws.below(len(vocabulary.TITLES))
        yield Person(
            first_name=first,
            last_name=last,
            email=f"{_letters(first)}.{_letters(last)}@{known.domain}",
            title=vocabulary.TITLES[position],
            department=vocabulary.DEPARTMENTS[position],
        )


def buyer(world: World, known: Company) -> Person:
    """The one that all systems deal with."""
    (person,) = people(known, Draws(world.seed, "people", known.number), 1)
    return person


def is_known_to(world: World, system: str, number: int, share: float) -> bool:
    """Whether a system that has that share of the customers has this one."""
    return Draws(world.seed, "known", system, number).happens(share)


def _name(number: int) -> str:
    firsts, seconds = vocabulary.NAME_FIRST, vocabulary.NAME_SECOND
    serial, pair = divmod(number - 1, len(firsts) * len(seconds))
    # 37 has no factor in common with the number of first words, so every pair comes once.
    name = f"{firsts[pair * 37 % len(firsts)]} {seconds[pair // len(firsts)]}"
    return f"{name} {serial + 1}" if serial else name


@cache
def _letters(name: str) -> str:
    """A name in the characters that every mail system takes."""
    letters = unicodedata.normalize("NFKD", name.replace("ø", "o"))
    return "".join(letter for letter in letters.lower() if letter.isascii() and letter.isalpha())
