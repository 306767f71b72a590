"""The rules of docs/identity.md once more, as plain as can be, to compare the answer with.

It looks at all customers at once and knows nothing of SQL, of batches or of what was there before.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

type Key = tuple[str, str, str]
type Name = tuple[str, str]

_LEGAL_FORMS = re.compile(
    r"(?<=\w)( (co|kg|gmbh|mbh|ag|ohg|ug|ev|se|sas|sarl|sa|spa|srl|sl|slu|bv|nv|ab|as|oy|oyj|aps"
    r"|ltd|limited|plc|llc|llp|lp|inc|incorporated|corp|corporation|company|kk|pty|pte|sp|z|o|oo|doo))+$"
)
_SHARED_MAILBOXES = {"info", "office", "sales", "billing", "support", "contact"}
_NOBODY_S_MAILBOXES = {"noreply", "donotreply", "none", "test"}


@dataclass(frozen=True, kw_only=True)
class Record:
    """A customer as one system knows it."""

    system: str
    id: str
    name: str
    legal_name: str | None = None
    email: str | None = None
    phone_key: str | None = None
    tax_id: str | None = None
    postal_code: str | None = None
    country: str | None = None
    external_ids: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def own_name(self) -> Name:
        return self.system, self.id

    def identifiers(self) -> list[Key]:
        found = [("external_id", *self.own_name)]
        found += [("external_id", system, id_) for system, id_ in self.external_ids.items()]
        if self.email and self.email.strip():
            found.append(("email", "", self.email.strip().lower()))
        if self.phone_key:
            found.append(("phone", "", self.phone_key))
        return found


class Groups:
    """Disjoint sets."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._parents = {name: name for name in names}

    def of(self, name: Name) -> Name:
        while self._parents[name] != name:
            name = self._parents[name]
        return name

    def join(self, one: Name, other: Name) -> None:
        self._parents[self.of(one)] = self.of(other)

    def copy(self) -> "Groups":
        made = Groups(())
        made._parents = dict(self._parents)
        return made

    def all(self) -> set[frozenset[Name]]:
        members = defaultdict(set)
        for name in self._parents:
            members[self.of(name)].add(name)
        return {frozenset(group) for group in members.values()}


def unified(records: Iterable[Record]) -> set[frozenset[Name]]:
    """Which records are one customer each."""
    by_name = {record.own_name: record for record in records}
    holders = defaultdict(list)
    for record in by_name.values():
        for key in record.identifiers():
            holders[key].append(record)
    usable = {key: found for key, found in holders.items() if not _is_ambiguous(key, found)}
    groups = Groups(by_name)
    for (kind, _, _), found in usable.items():
        for one, other in combinations(found, 2):
            if kind == "external_id" and one.system == other.system:
                groups.join(one.own_name, other.own_name)
    aliases = groups.copy()
    for tier in (_declared, _decisive_email, _supported):
        groups = _joined(groups, aliases, usable, tier)
    return groups.all()


def _is_ambiguous(key: Key, found: list[Record]) -> bool:
    systems = [record.system for record in found if record.system != key[1]]
    return len(systems) > len(set(systems))


def _joined(
    before: Groups,
    aliases: Groups,
    usable: Mapping[Key, list[Record]],
    joins: Callable[[Key, Record, Record], bool],
) -> Groups:
    """All edges of a tier but those of groups in which a system would have two customers."""
    edges = [
        (one.own_name, other.own_name)
        for key, found in usable.items()
        for one, other in combinations(found, 2)
        if joins(key, one, other)
    ]
    tried = before.copy()
    for one, other in edges:
        tried.join(one, other)
    contradictory: set[Name] = set()
    for group in tried.all():
        customers = {aliases.of(name) for name in group}
        if len(customers) > len({system for system, _ in customers}):
            contradictory |= group
    joined = before.copy()
    for one, other in edges:
        if one not in contradictory:
            joined.join(one, other)
    return joined


def _declared(key: Key, one: Record, other: Record) -> bool:
    return key[0] == "external_id" and one.system != other.system


def _decisive_email(key: Key, _one: Record, _other: Record) -> bool:
    mailbox = key[2].partition("@")[0]
    return key[0] == "email" and mailbox not in _SHARED_MAILBOXES | _NOBODY_S_MAILBOXES


def _supported(key: Key, one: Record, other: Record) -> bool:
    mailbox = key[2].partition("@")[0]
    if key[0] == "email" and mailbox not in _SHARED_MAILBOXES:
        return False
    if key[0] == "phone" and re.search(r"([0-9])\1{6}", key[2]):
        return False
    return key[0] != "external_id" and _agree(one, other)


def _agree(one: Record, other: Record) -> bool:
    both = {key for key in one.identifiers() if key[0] != "external_id"} & set(other.identifiers())
    names = {_folded(one.name), _folded(one.legal_name)} - {None}
    return (
        len(both) == 2
        or (one.tax_id is not None and one.tax_id == other.tax_id)
        or (
            None not in (one.postal_code, one.country)
            and (one.postal_code, one.country) == (other.postal_code, other.country)
        )
        or bool(names & {_folded(other.name), _folded(other.legal_name)})
    )


def _folded(name: str | None) -> str | None:
    if name is None:
        return None
    letters = unicodedata.normalize("NFKD", name.lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"[^\w]+", " ", bare.replace(".", "")).strip()
    return _LEGAL_FORMS.sub("", words) or None
