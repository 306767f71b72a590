"""Salesforce: pages of its REST API's answers to queries, with subqueries."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from generator import vocabulary
from generator.companies import Company, World, buyer, company, is_known_to
from generator.draws import Draws
from generator.exports import Collection, Export, Record, Source, customers_and_others
from generator.money import converted, number
from generator.sales import Order, catalogue, orders
from generator.times import NOW, recently

_SHARE: Final = 0.9
_VERSION: Final = "v66.0"
_CHECKS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_STAGES: Final = ("Prospecting", "Proposal/Price Quote", "Closed Won", "Closed Lost")


def _id(prefix: str, serial: int) -> str:
    """An id of 18 characters: 15, of which the last three check the case."""
    short = f"{prefix}5g{serial:010d}"
    checks = (
        _CHECKS[sum(1 << place for place, letter in enumerate(short[at : at + 5])
                    if letter.isupper())]
        for at in (0, 5, 10)
    )  # fmt: skip
    return short + "".join(checks)


def _record(kind: str, source_id: str, **fields: object) -> Record:
    url = f"/services/data/{_VERSION}/sobjects/{kind}/{source_id}"
    return {"attributes": {"type": kind, "url": url}, "Id": source_id, **fields}


def _stamps(created: datetime, changed: datetime) -> Record:
    return {
        "IsDeleted": False,
        "CreatedDate": _stamp(created),
        "LastModifiedDate": _stamp(changed),
        "SystemModstamp": _stamp(changed),
    }


def _stamp(moment: datetime) -> str:
    return f"{moment.isoformat()}.000+0000"


def _known(world: World, number: int) -> Iterator[Company]:
    if is_known_to(world, "salesforce", number, _SHARE):
        yield company(world, number)


def _accounts(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        draws = Draws(world.seed, "salesforce", number)
        place = known.place
        yield _record(
            "Account",
            _id("001", number),
            Name=known.legal_name if draws.happens(0.5) else known.name,
            Type=draws.pick(("Prospect", "Customer - Direct", "Customer - Direct", None)),
            ParentId=None,
            BillingStreet=known.street,
            BillingCity=place.city,
            BillingState=None,
            BillingPostalCode=known.postal_code,
            BillingCountry=place.country_name,
            BillingCountryCode=place.country,
            Phone=known.phone,
            Website=f"https://www.{known.domain}",
            Industry=known.industry,
            AnnualRevenue=float(draws.between(1, 900) * 10_000),
            NumberOfEmployees=draws.between(*known.segment.employees),
            CurrencyIsoCode=place.currency,
            ERP_Customer_Id__c=known.customer_no if draws.happens(0.4) else None,
            **_stamps(known.since, recently(draws)),
        )


def _contacts(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        person = buyer(world, known)
        yield _record(
            "Contact",
            _id("003", number),
            AccountId=_id("001", number),
            Name=f"{person.first_name} {person.last_name}",
            FirstName=person.first_name,
            LastName=person.last_name,
            Email=person.email,
            Phone=known.phone,
            Title=person.title,
            Department=person.department,
            MailingCountry=known.place.country_name,
            **_stamps(known.since, recently(Draws(world.seed, "salesforce", "contact", number))),
        )


def _opportunities(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        draws = Draws(world.seed, "salesforce", "opportunity", number)
        for index in range(draws.below(3)):
            created = recently(draws, days=400)
            stage = draws.below(len(_STAGES))
            amount = converted(draws.between(20, 900) * 10_000, known.place.currency)
            yield _record(
                "Opportunity",
                _id("006", number * 10 + index),
                AccountId=_id("001", number),
                ContactId=_id("003", number),
                Name=f"{draws.pick(list(vocabulary.PRODUCTS))} for {known.name}",
                StageName=_STAGES[stage],
                IsClosed=stage >= 2,
                IsWon=stage == 2,
                Amount=float(amount),
                CurrencyIsoCode=known.place.currency,
                Probability=(10.0, 60.0, 100.0, 0.0)[stage],
                CloseDate=(created + timedelta(days=90)).date().isoformat(),
                LeadSource=draws.pick(vocabulary.LEAD_SOURCES),
                Owner={"attributes": {"type": "User"}, "Name": draws.pick(vocabulary.OWNERS)},
                **_stamps(created, min(created + timedelta(hours=draws.between(1, 400)), NOW)),
            )


def _products(_world: World) -> Iterator[Record]:
    for item in catalogue():
        yield _record(
            "Product2",
            _id("01t", item.number),
            Name=item.name,
            ProductCode=item.item_no,
            StockKeepingUnit=item.item_no,
            Description=None,
            Family=item.category,
            IsActive=item.is_active,
            QuantityUnitOfMeasure=item.unit,
            CurrencyIsoCode="EUR",
            **_stamps(item.changed_at, item.changed_at),
        )


def _orders(world: World, serial: int) -> Iterator[Record]:
    for known in _known(world, serial):
        for order in orders(world, known, "salesforce", most=2):
            yield _order(known, order)


def _order(known: Company, order: Order) -> Record:
    serial = known.number * 10 + order.number
    items = [
        _record(
            "OrderItem",
            _id("802", serial * 10 + line.number),
            OrderId=_id("801", serial),
            OrderItemNumber=f"{line.number:010d}",
            Product2Id=_id("01t", line.item.number),
            Description=line.item.name,
            Quantity=float(line.quantity),
            UnitPrice=number(line.unit_price, order.currency),
            TotalPrice=number(line.net, order.currency),
            CurrencyIsoCode=order.currency,
            **_stamps(order.ordered_at, order.changed_at),
        )
        for line in order.lines
    ]
    return _record(
        "Order",
        _id("801", serial),
        OrderNumber=f"{serial:08d}",
        AccountId=_id("001", known.number),
        EffectiveDate=order.ordered_at.date().isoformat(),
        Status="Activated",
        StatusCode="Activated",
        TotalAmount=number(order.net, order.currency),
        CurrencyIsoCode=order.currency,
        IsReductionOrder=False,
        ActivatedDate=_stamp(order.ordered_at),
        **_stamps(order.ordered_at, order.changed_at),
        OrderItems={"totalSize": len(items), "done": True, "records": items},
    )


def _revise(_collection: str, record: Record, times: int) -> Record | None:
    if record["attributes"]["type"] != "Account":
        return None
    changed = datetime.fromisoformat(record["SystemModstamp"][:19]) + timedelta(minutes=times)
    stamp = _stamp(changed)
    return record | {
        "Industry": f"Sector {times}", "LastModifiedDate": stamp, "SystemModstamp": stamp
    }  # fmt: skip


def _no_name(record: Record) -> None:
    """Of a contact the address is wrong: it can do with any part of a name."""
    if "Email" in record:
        record["Email"] = "to be asked"
    else:
        record["Name" if "Name" in record else "EffectiveDate"] = None


def _no_id(record: Record) -> None:
    record["Id"] = "not an id"


def _no_day(record: Record) -> None:
    record["SystemModstamp"] = "2026-02-30T00:00:00.000+0000"


def _file(name: str, collection: Collection) -> Export:
    """A page that holds all: whoever asks for more than 2,000 records joins the pages."""
    return Export(
        f"salesforce-data/{name}",
        (collection,),
        before='{"done":true,',
        after=lambda count: f',"totalSize":{count}}}',
    )


SOURCE: Final = Source(
    name="salesforce",
    exports=(
        _file("accounts", Collection("records", of_customer=_accounts)),
        _file("contacts", Collection("records", of_customer=_contacts)),
        _file("opportunities", Collection("records", of_customer=_opportunities)),
        _file("products", Collection("records", of_all=_products)),
        _file("orders", Collection("records", of_customer=_orders)),
    ),
    numbers=customers_and_others,
    faults={"records": (_no_id, _no_day, _no_name)},
    revise=_revise,
)
