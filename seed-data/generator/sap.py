"""SAP S/4HANA: answers of its OData services, version 2, with what they expand."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from generator.companies import Company, World, buyer, company, is_known_to
from generator.draws import Draws
from generator.exports import Collection, Export, Record, Source, customers_and_others
from generator.money import written
from generator.sales import Line, Order, catalogue, orders
from generator.times import epoch, recently

_SHARE: Final = 0.6
_HOST: Final = "https://my300000-api.s4hana.example/sap/opu/odata/sap"
_UNITS: Final = {"piece": "PC", "day": "TAG", "year": "JHR"}
_PERSONS: Final = 500_000_000
_PROCESS_STATUSES: Final = {"open": "A", "processing": "B", "shipped": "B"}


def _record(service: str, entity: str, keys: str, **fields: object) -> Record:
    uri = f"{_HOST}/{service}/{entity}({keys})"
    metadata = {"id": uri, "uri": uri, "type": f"{service}.{entity}Type"}
    return {"__metadata": metadata, **fields}


def _expanded(*records: Record) -> Record:
    return {"results": list(records)}


def _day(moment: datetime) -> str:
    return f"/Date({epoch(moment) // 86_400 * 86_400_000})/"


def _moment(moment: datetime) -> str:
    return f"/Date({epoch(moment) * 1000}+0000)/"


def _time(moment: datetime) -> str:
    return f"PT{moment.hour:02d}H{moment.minute:02d}M{moment.second:02d}S"


def _known(world: World, number: int) -> Iterator[Company]:
    if number > world.customers or is_known_to(world, "sap", number, _SHARE):
        yield company(world, number)


def _partners(world: World, number: int) -> Iterator[Record]:
    """The organisation, and the person to talk to there as a partner of its own."""
    for known in _known(world, number):
        draws = Draws(world.seed, "sap", number)
        partner, person = known.customer_no, str(_PERSONS + number)
        yield _partner(
            partner,
            known.since,
            recently(draws),
            Customer=partner,
            BusinessPartnerCategory="2",
            BusinessPartnerFullName=known.legal_name,
            OrganizationBPName1=known.legal_name,
            OrganizationBPName2="",
            BusinessPartnerIsBlocked=draws.happens(0.03),
            to_BusinessPartnerAddress=_expanded(_address(known, partner)),
            to_BusinessPartnerTax=_expanded(
                {"BusinessPartner": partner, "BPTaxType": f"{known.place.country}0",
                 "BPTaxNumber": f"{known.place.country}{draws.between(10**8, 10**9 - 1)}"}
            ),
            to_BusinessPartnerContact=_expanded(
                {"BusinessPartnerCompany": partner, "BusinessPartnerPerson": person,
                 "RelationshipCategory": "BUR001", "ValidityEndDate": "/Date(253402300799000)/"}
            ),
        )  # fmt: skip
        buying = buyer(world, known)
        yield _partner(
            person,
            known.since,
            recently(draws),
            Customer="",
            BusinessPartnerCategory="1",
            BusinessPartnerFullName=f"{buying.first_name} {buying.last_name}",
            FirstName=buying.first_name,
            LastName=buying.last_name,
            BusinessPartnerIsBlocked=False,
        )


def _partner(source_id: str, created: datetime, changed: datetime, **fields: object) -> Record:
    return _record(
        "API_BUSINESS_PARTNER",
        "A_BusinessPartner",
        f"'{source_id}'",
        BusinessPartner=source_id,
        **fields,
        Industry="",
        CreationDate=_day(created),
        CreationTime=_time(created),
        LastChangeDate=_day(changed),
        LastChangeTime=_time(changed),
        IsMarkedForArchiving=False,
    )


def _address(known: Company, partner: str) -> Record:
    house, _, street = known.street.partition(" ")
    return {
        "BusinessPartner": partner,
        "AddressID": str(20_000 + known.number),
        "ValidityStartDate": _moment(known.since),
        "ValidityEndDate": "/Date(253402300799000+0000)/",
        "StreetName": street,
        "HouseNumber": house,
        "CityName": known.place.city,
        "Region": known.place.region,
        "PostalCode": known.postal_code,
        "Country": known.place.country,
        "to_EmailAddress": _expanded(
            {"EmailAddress": known.email, "IsDefaultEmailAddress": True, "OrdinalNumber": "1"}
        ),
        "to_PhoneNumber": _expanded(
            {"PhoneNumber": known.phone, "InternationalPhoneNumber": known.phone.replace(" ", ""),
             "IsDefaultPhoneNumber": True, "OrdinalNumber": "1"}
        ),
    }  # fmt: skip


def _products(_world: World) -> Iterator[Record]:
    for item in catalogue():
        description = {"Product": item.item_no, "Language": "EN", "ProductDescription": item.name}
        yield _record(
            "API_PRODUCT_SRV",
            "A_Product",
            f"'{item.item_no}'",
            Product=item.item_no,
            ProductType="DIEN" if item.category == "Services" else "FERT",
            CrossPlantStatus="" if item.is_active else "Z1",
            CreationDate=_day(item.changed_at),
            LastChangeDate=_day(item.changed_at),
            LastChangeDateTime=_moment(item.changed_at),
            IsMarkedForDeletion=False,
            ProductGroup=item.category[:9].upper().replace(" ", ""),
            BaseUnit=_UNITS[item.unit],
            Brand="",
            to_Description=_expanded(description),
        )


def _orders(world: World, number: int) -> Iterator[Record]:
    for known in _known(world, number):
        for order in orders(world, known, "sap", most=known.segment.orders):
            yield _order(known, order)


def _order(known: Company, order: Order) -> Record:
    number = str(known.number * 100 + order.number)
    rejected = "C" if order.status in {"cancelled", "refunded"} else "A"
    return _record(
        "API_SALES_ORDER_SRV",
        "A_SalesOrder",
        f"'{number}'",
        SalesOrder=number,
        SalesOrderType="OR",
        DistributionChannel="10",
        SoldToParty=known.customer_no,
        CreationDate=_day(order.ordered_at),
        LastChangeDate=_day(order.changed_at),
        LastChangeDateTime=_moment(order.changed_at),
        PurchaseOrderByCustomer="",
        SalesOrderDate=_day(order.ordered_at),
        TotalNetAmount=written(order.net, order.currency),
        TransactionCurrency=order.currency,
        OverallSDProcessStatus=_PROCESS_STATUSES.get(order.status, "C"),
        OverallTotalDeliveryStatus="C" if order.status == "shipped" else "A",
        OverallSDDocumentRejectionSts=rejected,
        to_Item=_expanded(*(_item(number, order, line) for line in order.lines)),
    )


def _item(order_number: str, order: Order, line: Line) -> Record:
    number = str(line.number * 10)
    return _record(
        "API_SALES_ORDER_SRV",
        "A_SalesOrderItem",
        f"SalesOrder='{order_number}',SalesOrderItem='{number}'",
        SalesOrder=order_number,
        SalesOrderItem=number,
        HigherLevelItem="0",
        SalesOrderItemText=line.item.name,
        Material=line.item.item_no,
        RequestedQuantity=f"{line.quantity}.000",
        RequestedQuantityUnit=_UNITS[line.item.unit],
        TransactionCurrency=order.currency,
        NetAmount=written(line.net, order.currency),
        TaxAmount=written(line.net * 19 // 100, order.currency),
        SalesDocumentRjcnReason="",
    )


def _revise(_collection: str, record: Record, times: int) -> Record | None:
    if record.get("BusinessPartnerCategory") != "2":
        return None
    day = datetime.fromtimestamp(int(record["LastChangeDate"].strip("/Date()")) / 1000, UTC)
    hours, minutes, seconds = map(int, re.findall(r"\d+", record["LastChangeTime"]))
    changed = day + timedelta(hours=hours, minutes=minutes + times, seconds=seconds)
    changed = changed.replace(tzinfo=None)
    return record | {
        "Industry": f"S{times}", "LastChangeDate": _day(changed), "LastChangeTime": _time(changed)
    }  # fmt: skip


def _no_key(record: Record) -> None:
    for key in ("BusinessPartner", "Product", "SalesOrder"):
        if key in record:
            record[key] = ""


def _no_day(record: Record) -> None:
    record["CreationDate"] = "30.02.2026"


def _file(name: str, collection: Collection) -> Export:
    return Export(
        f"sap-data/{name}", (collection,), before='{"d":{', after=lambda count:
        f',"__count":"{count}"}}}}'
    )  # fmt: skip


SOURCE: Final = Source(
    name="sap",
    exports=(
        _file("business-partners", Collection("results", of_customer=_partners)),
        _file("products", Collection("results", of_all=_products)),
        _file("sales-orders", Collection("results", of_customer=_orders)),
    ),
    numbers=customers_and_others,
    faults={"results": (_no_key, _no_day)},
    revise=_revise,
)
