"""The generic CRM: customers with their contacts and opportunities."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from generator import vocabulary
from generator.companies import Company, World, buyer, company, people
from generator.draws import Draws, weighted
from generator.exports import Collection, Export, Record, Source, customers_alone
from generator.money import converted, written
from generator.times import NOW, iso, recently

_STATUSES: Final = weighted({"active": 70, "prospect": 15, "inactive": 9, "churned": 6})
_OPPORTUNITIES: Final = weighted({"open": 45, "won": 35, "lost": 20})
_STAGES: Final = {"open": "Proposal", "won": "Closed Won", "lost": "Closed Lost"}
_CHILD: Final = 12
_PARENT: Final = 120


def _customers(world: World, number: int) -> Iterator[Record]:
    known = company(world, number)
    draws = Draws(world.seed, "crm", number)
    employees = draws.between(*known.segment.employees)
    record: Record = {
        "id": known.crm_id,
        "type": "company",
        "name": known.name,
        "legal_name": known.legal_name,
        "email": known.email,
        "phone": known.phone,
        "website": f"https://www.{known.domain}",
        "industry": known.industry,
        "segment": known.segment.name,
        "status": draws.pick(_STATUSES),
        "address": {
            "street": known.street,
            "city": known.place.city,
            "region": known.place.region,
            "postal_code": known.postal_code,
            "country": known.place.country,
        },
        "employees": employees,
        "annual_revenue": _money(employees * draws.between(60, 240) * 100_000, known),
        "created_at": iso(known.since),
        "updated_at": iso(recently(draws)),
        "tags": vocabulary.TAGS[draws.below(len(vocabulary.TAGS)) :][: draws.below(3)],
    }
    if number % _CHILD == 0 and number > _CHILD:
        record["parent_id"] = f"CRM-{number - number % _PARENT + 1:06d}"
    yield record


def _customers_with_children(world: World, number: int) -> Iterator[Record]:
    known = company(world, number)
    draws = Draws(world.seed, "crm", "children", number)
    for record in _customers(world, number):
        others = people(known, draws, draws.below(2))
        record["contacts"] = [
            _contact(known, index, person)
            for index, person in enumerate((buyer(world, known), *others), start=1)
        ]
        count = draws.below(3)
        if count:
            record["opportunities"] = [_opportunity(known, draws, n + 1) for n in range(count)]
        yield record


def _contact(known: Company, index: int, person: tuple[str, ...]) -> Record:
    first_name, last_name, email, title, department = person
    return {
        "id": f"CON-{known.number:06d}-{index}",
        "first_name": first_name,
        "last_name": last_name,
        "email": email,
        "phone": f"{known.phone} ext. {index}",
        "title": title,
        "department": department,
        "primary": index == 1,
    }


def _opportunity(known: Company, draws: Draws, index: int) -> Record:
    status = draws.pick(_OPPORTUNITIES)
    created = recently(draws, days=400)
    record = {
        "id": f"OPP-{known.number:06d}-{index}",
        "name": f"{draws.pick(list(vocabulary.PRODUCTS))} for {known.name}",
        "contact_id": f"CON-{known.number:06d}-1",
        "stage": _STAGES[status],
        "status": status,
        "amount": _money(draws.between(20, 900) * 10_000, known),
        "probability": {"won": 100, "lost": 0}.get(status, draws.pick((20, 40, 60, 80))),
        "expected_close_date": (created + timedelta(days=90)).date().isoformat(),
        "owner": draws.pick(vocabulary.OWNERS),
        "lead_source": draws.pick(vocabulary.LEAD_SOURCES),
        "created_at": iso(created),
    }
    if status != "open":
        record["closed_at"] = iso(min(created + timedelta(days=draws.between(10, 120)), NOW))
    return record


def _money(euro_cents: int, known: Company) -> Record:
    currency = known.place.currency
    return {"amount": written(converted(euro_cents, currency), currency), "currency": currency}


def _revise(_collection: str, record: Record, times: int) -> Record:
    changed = datetime.fromisoformat(record["updated_at"].removesuffix("Z"))
    return record | {
        "status": "active" if times % 2 else "inactive",
        "employees": record.get("employees", 0) + times,
        "updated_at": iso(changed + timedelta(minutes=times)),
    }


def _no_address(record: Record) -> None:
    record["email"] = "no address known"


def _no_name(record: Record) -> None:
    del record["name"]


def _no_country(record: Record) -> None:
    record["address"] = {"city": "Nowhere", "country": "XX"}


def _no_day(record: Record) -> None:
    record["updated_at"] = "2026-02-30T00:00:00Z"


def _no_currency(record: Record) -> None:
    """Only the opportunity is spoilt by it."""
    record["opportunities"] = [
        {"id": f"{record['id'].replace('CRM', 'OPP')}-9", "name": "Renewal", "status": "open",
         "amount": {"amount": "12000.00", "currency": "EURO"}}
    ]  # fmt: skip


def _showcase(world: World, number: int) -> Iterator[Record]:
    """As they are, but three of all are wrong, to show what becomes of such records."""
    spoil = {
        world.customers // 4: _no_address,
        world.customers // 2: _no_name,
        world.customers * 3 // 4: _no_currency,
    }.get(number)
    for record in _customers_with_children(world, number):
        if spoil is not None:
            spoil(record)
        yield record


def _source(records: Collection) -> Source:
    return Source(
        name="crm",
        exports=(Export("crm-data/customer-data", (records,)),),
        numbers=customers_alone,
        faults={"customers": (_no_address, _no_name, _no_country, _no_day)},
        revise=_revise,
    )


SOURCE: Final = _source(Collection("customers", of_customer=_customers_with_children))
ALONE: Final = _source(Collection("customers", of_customer=_customers))
SHOWCASE: Final = _source(Collection("customers", of_customer=_showcase))
