"""HubSpot: lists of its CRM interface's objects."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from generator import vocabulary
from generator.companies import Company, World, buyer, company, is_known_to
from generator.draws import Draws
from generator.exports import Collection, Export, Record, Source, customers_and_others
from generator.money import converted, written
from generator.sales import Item, catalogue
from generator.times import NOW, recently

_SHARE: Final = 0.7
_COMPANIES: Final = 30_000_000_000
_CONTACTS: Final = 90_000_000_000
_DEALS: Final = 33_000_000_000
_LINES: Final = 31_000_000_000
_PRODUCTS: Final = 190_000
_STAGES: Final = (
    ("appointmentscheduled", "0.2"), ("contractsent", "0.9"), ("closedwon", "1"),
    ("closedlost", "0.0"),
)  # fmt: skip
_LIFECYCLE: Final = ("lead", "opportunity", "customer", "customer", "evangelist", "other")


def _record(
    source_id: int, created: datetime, changed: datetime, associated: Record, **properties: object
) -> Record:
    stamps = {
        "createdate": _stamp(created),
        "hs_lastmodifieddate": _stamp(changed),
        "hs_object_id": str(source_id),
    }
    record: Record = {
        "id": str(source_id),
        "properties": {**properties, **stamps},
        "createdAt": _stamp(created),
        "updatedAt": _stamp(changed),
        "archived": False,
    }
    if associated:
        record["associations"] = associated
    return record


def _stamp(moment: datetime) -> str:
    return f"{moment.isoformat()}.000Z"


def _associated(source_id: int, *kinds: str) -> Record:
    return {"results": [{"id": str(source_id), "type": kind} for kind in kinds]}


def _known(world: World, number: int) -> Iterator[Company]:
    if is_known_to(world, "hubspot", number, _SHARE):
        yield company(world, number)


def _companies(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        draws = Draws(world.seed, "hubspot", number)
        yield _record(
            _COMPANIES + number,
            known.since,
            recently(draws),
            {},
            name=known.name,
            domain=known.domain,
            website=f"www.{known.domain}",
            phone=known.phone,
            industry=known.industry.upper().replace(" ", "_"),
            lifecyclestage=draws.pick(_LIFECYCLE),
            address=known.street,
            city=known.place.city,
            state=None,
            zip=known.postal_code,
            country=known.place.country_name,
            numberofemployees=str(draws.between(*known.segment.employees)),
            annualrevenue=str(draws.between(1, 900) * 10_000),
            hubspot_owner_id=str(69_000_000 + draws.below(6)),
            erp_customer_id=known.customer_no if draws.happens(0.4) else None,
        )


def _contacts(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        person = buyer(world, known)
        changed = recently(Draws(world.seed, "hubspot", "contact", number))
        kinds = ("contact_to_company", "contact_to_company_unlabeled")
        yield _record(
            _CONTACTS + number,
            known.since,
            changed,
            {"companies": _associated(_COMPANIES + number, *kinds)},
            firstname=person.first_name,
            lastname=person.last_name,
            email=person.email,
            phone=known.phone,
            jobtitle=person.title,
            lastmodifieddate=_stamp(changed),
        )


def _deals(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        draws = Draws(world.seed, "hubspot", "deal", number)
        for index in range(draws.below(3)):
            created = recently(draws, days=400)
            stage, probability = draws.pick(_STAGES)
            deal = number * 10 + index
            amount = converted(draws.between(20, 900) * 10_000, known.place.currency)
            yield _record(
                _DEALS + deal,
                created,
                min(created + timedelta(hours=draws.between(1, 400)), NOW),
                {
                    "companies": _associated(_COMPANIES + number, "deal_to_company"),
                    "contacts": _associated(_CONTACTS + number, "deal_to_contact"),
                    "line items": _associated(_LINES + deal, "deal_to_line_item"),
                },
                dealname=f"{draws.pick(list(vocabulary.PRODUCTS))} for {known.name}",
                dealstage=stage,
                pipeline="default",
                amount=written(amount, known.place.currency),
                deal_currency_code=known.place.currency,
                closedate=_stamp(created + timedelta(days=90)),
                hs_deal_stage_probability=probability,
                hs_is_closed="true" if stage.startswith("closed") else "false",
                hs_is_closed_won="true" if stage == "closedwon" else "false",
            )


def _line_items(world: World, number: int) -> Iterator[Record]:
    """One for each deal."""
    for deal in _deals(world, number):
        draws = Draws(world.seed, "hubspot", "line", deal["id"])
        item = draws.pick(catalogue())
        quantity = draws.between(1, 20)
        currency = deal["properties"]["deal_currency_code"]
        price = converted(item.list_price, currency)
        serial = int(deal["id"]) - _DEALS
        created = datetime.fromisoformat(deal["createdAt"][:19])
        yield _record(
            _LINES + serial,
            created,
            created,
            {"deals": _associated(_DEALS + serial, "line_item_to_deal")},
            name=item.name,
            hs_product_id=str(_PRODUCTS + item.number),
            hs_sku=item.item_no,
            quantity=str(quantity),
            price=written(price, currency),
            amount=written(price * quantity, currency),
            discount=None,
            hs_line_item_currency_code=currency,
        )


def _products(_world: World) -> Iterator[Record]:
    yield from map(_product, catalogue())


def _product(item: Item) -> Record:
    return _record(
        _PRODUCTS + item.number,
        item.changed_at,
        item.changed_at,
        {},
        name=item.name,
        description=None,
        hs_sku=item.item_no,
        price=written(item.list_price, "EUR"),
        hs_price_eur=written(item.list_price, "EUR"),
        hs_product_type="service" if item.category == "Services" else "inventory",
        hs_status="active" if item.is_active else "inactive",
    )


def _revise(_collection: str, record: Record, times: int) -> Record | None:
    properties = record["properties"]
    if "domain" not in properties:
        return None
    stamp = _stamp(datetime.fromisoformat(record["updatedAt"][:19]) + timedelta(minutes=times))
    changed = {"industry": f"SECTOR_{times}", "hs_lastmodifieddate": stamp}
    return record | {"properties": properties | changed, "updatedAt": stamp}


def _no_id(record: Record) -> None:
    record["id"] = None


def _no_day(record: Record) -> None:
    record["updatedAt"] = "2026-02-30T00:00:00.000Z"


def _number_in_a_text(record: Record) -> None:
    record["properties"]["hs_object_id"] = {"value": record["id"]}


def _file(name: str, collection: Collection) -> Export:
    return Export(f"hubspot-data/{name}", (collection,))


SOURCE: Final = Source(
    name="hubspot",
    exports=(
        _file("companies", Collection("results", of_customer=_companies)),
        _file("contacts", Collection("results", of_customer=_contacts)),
        _file("deals", Collection("results", of_customer=_deals)),
        _file("line_items", Collection("results", of_customer=_line_items)),
        _file("products", Collection("results", of_all=_products)),
    ),
    numbers=customers_and_others,
    faults={"results": (_no_id, _no_day, _number_in_a_text)},
    revise=_revise,
)
