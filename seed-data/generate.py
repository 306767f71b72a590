"""Writes the sample exports of two systems, a CRM and an ERP, that know many of the same customers.

The same arguments always write the same bytes. In the CRM file three records are wrong on purpose,
to show what becomes of such records: a customer whose e-mail address is none, a customer without
a name, and an opportunity in a currency that does not exist.

    .venv/bin/python seed-data/generate.py                          # what is in the repository
    .venv/bin/python seed-data/generate.py --customers 100000 --output /tmp/large
"""

# ruff: noqa: INP001 -- a script beside its data, no package
import argparse
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
WORDS: Final[dict[str, Any]] = json.loads((HERE / "vocabulary.json").read_text(encoding="utf-8"))

NOW: Final = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
MONTHS_OF_ORDERS: Final = 24
SHARE_IN_BOTH_SYSTEMS: Final = 0.6
CENT: Final = Decimal("0.01")

type Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Company:
    """What is true of a customer, whichever system tells it."""

    number: int
    name: str
    legal_name: str
    domain: str
    industry: str
    segment: Record
    place: Record
    street: str
    postal_code: str
    phone: str
    since: datetime
    random: Random

    @property
    def email(self) -> str:
        """The address that both systems have."""
        return f"office@{self.domain}"

    @property
    def crm_id(self) -> str:
        """Its number in the CRM."""
        return f"CRM-{self.number:06d}"

    @property
    def customer_no(self) -> str:
        """Its number in the ERP."""
        return str(100_000 + self.number)


def company(number: int, seed: int) -> Company:
    """The customer of that number; its randomness is its own, so any number can be made alone."""
    random = Random(f"{seed}/{number}")  # noqa: S311 - reproducible, nothing to guess
    firsts, seconds = WORDS["name_first"], WORDS["name_second"]
    serial, pair = divmod(number - 1, len(firsts) * len(seconds))
    # 37 has no factor in common with the number of first words, so every pair comes once.
    words = [firsts[pair * 37 % len(firsts)], seconds[pair // len(firsts)]]
    if serial:
        words.append(str(serial + 1))
    place = random.choice(WORDS["places"])
    name = " ".join(words)
    return Company(
        number=number,
        name=name,
        legal_name=f"{name} {place['legal']}",
        domain=f"{'-'.join(words).lower()}.example",
        industry=random.choice(WORDS["industries"]),
        segment=random.choices(WORDS["segments"], [each["weight"] for each in WORDS["segments"]])[
            0
        ],
        place=place,
        street=f"{random.randint(1, 180)} {random.choice(WORDS['streets'])}",
        postal_code=f"{place['postal']}{random.randint(10, 99)}",
        phone=f"{place['phone']} {random.randint(1000, 9999)}",
        since=NOW - timedelta(days=random.randint(200, 2600), seconds=random.randint(0, 86_399)),
        random=random,
    )


def crm_customer(known: Company, customers: int) -> Record:
    """The customer as the CRM exports it, with its contacts and opportunities."""
    random = known.random
    low, high = known.segment["employees"]
    employees = random.randint(low, high)
    record = {
        "id": known.crm_id,
        "type": "company",
        "name": known.name,
        "legal_name": known.legal_name,
        "email": known.email,
        "phone": known.phone,
        "website": f"https://www.{known.domain}",
        "industry": known.industry,
        "segment": known.segment["name"],
        "status": random.choices(["active", "prospect", "inactive", "churned"], [70, 15, 9, 6])[0],
        "address": {
            "street": known.street,
            "city": known.place["city"],
            "region": known.place["region"],
            "postal_code": known.postal_code,
            "country": known.place["country"],
        },
        "employees": employees,
        "annual_revenue": money(Decimal(employees * random.randint(60, 240) * 1000), known),
        "created_at": stamp(known.since),
        "updated_at": stamp(recently(random)),
        "tags": random.sample(WORDS["tags"], random.randint(0, 2)),
        "contacts": [crm_contact(known, index) for index in range(1, random.randint(1, 2) + 1)],
    }
    if known.number % 12 == 0 and known.number > 12:
        record["parent_id"] = f"CRM-{known.number - known.number % 120 + 1:06d}"
    opportunities = [crm_opportunity(known, index) for index in range(1, random.randint(0, 2) + 1)]
    if opportunities:
        record["opportunities"] = opportunities
    return spoilt(record, known.number, customers)


def spoilt(record: Record, number: int, customers: int) -> Record:
    """The record, wrong on purpose if it is one of the three that are."""
    if number == customers // 4:
        record["email"] = "no address known"
    elif number == customers // 2:
        del record["name"]
    elif number == customers * 3 // 4:
        record["opportunities"] = [
            {"id": f"OPP-{number:06d}-9", "name": "Renewal", "status": "open",
             "amount": {"amount": "12000.00", "currency": "EURO"}}
        ]  # fmt: skip
    return record


def crm_contact(known: Company, index: int) -> Record:
    """A person at the customer."""
    random = known.random
    first, last = random.choice(WORDS["first_names"]), random.choice(WORDS["last_names"])
    position = random.randrange(len(WORDS["titles"]))
    return {
        "id": f"CON-{known.number:06d}-{index}",
        "first_name": first,
        "last_name": last,
        "email": f"{mailbox(first)}.{mailbox(last)}@{known.domain}",
        "phone": f"{known.phone}-{index}",
        "title": WORDS["titles"][position],
        "department": WORDS["departments"][position],
        "primary": index == 1,
    }


def crm_opportunity(known: Company, index: int) -> Record:
    """A sale that is under way, won or lost."""
    random = known.random
    status = random.choices(["open", "won", "lost"], [45, 35, 20])[0]
    created = recently(random, days=400)
    record = {
        "id": f"OPP-{known.number:06d}-{index}",
        "name": f"{random.choice(list(WORDS['products']))} for {known.name}",
        "contact_id": f"CON-{known.number:06d}-1",
        "stage": {"open": "Proposal", "won": "Closed Won", "lost": "Closed Lost"}[status],
        "status": status,
        "amount": money(Decimal(random.randint(20, 900) * 100), known),
        "probability": {"open": random.choice([20, 40, 60, 80]), "won": 100, "lost": 0}[status],
        "expected_close_date": f"{created + timedelta(days=90):%Y-%m-%d}",
        "owner": random.choice(WORDS["owners"]),
        "lead_source": random.choice(WORDS["lead_sources"]),
        "created_at": stamp(created),
    }
    if status != "open":
        record["closed_at"] = stamp(min(created + timedelta(days=random.randint(10, 120)), NOW))
    return record


def erp_customer(known: Company, *, in_crm: bool) -> Record:
    """The customer as the ERP exports it.

    Half of those that the CRM has too name its id, most have the same e-mail address if with
    another case, and some have neither: those can only be found by their names.
    """
    random = known.random
    record = {
        "customer_no": known.customer_no,
        "company_name": known.legal_name,
        "email": random.choices([known.email, known.email.upper(), None], [60, 25, 15])[0],
        "telephone": known.phone,
        "industry": known.industry,
        "customer_group": known.segment["name"],
        "vat_id": f"{known.place['country']}{random.randint(10**8, 10**9 - 1)}",
        "street": known.street,
        "zip": known.postal_code,
        "city": known.place["city"],
        "state": known.place["region"],
        "country": known.place["country"],
        "currency": known.place["currency"],
        "credit_limit": str(random.randint(5, 200) * 1000),
        "payment_terms_days": random.choice([14, 30, 60]),
        "blocked": random.random() < 0.03,
        "created_at": stamp(known.since),
        "changed_at": stamp(recently(random)),
    }
    if in_crm and random.random() < 0.5:
        record["crm_id"] = known.crm_id
    return record


def erp_items() -> list[Record]:
    """What is sold: every product in each line, at a list price in euros."""
    random = Random("items")  # noqa: S311 - reproducible, nothing to guess
    numbers = count(1)
    return [
        {
            "item_no": f"IT-{next(numbers):04d}",
            "name": f"{name} {line}",
            "category": category,
            "brand": "Northline" if category != "Spare Parts" else "Fitwell",
            "unit": {"Services": "day", "Software": "year"}.get(category, "piece"),
            "list_price": str(
                Decimal(random.randint(*WORDS["price_ranges"][category])) * (index + 2) / 2
            ),
            "currency": "EUR",
            "active": random.random() < 0.95,
            "changed_at": stamp(recently(random)),
        }
        for category, names in WORDS["products"].items()
        for name in names
        for index, line in enumerate(WORDS["product_lines"])
    ]


def erp_orders(known: Company, items: list[Record]) -> Iterator[tuple[Record, Record | None]]:
    """The customer's orders, each with its invoice if one was sent."""
    random = known.random
    most = known.segment["orders"]
    for index in range(1, random.randint(0, 2 * most) // 2 + random.randint(0, most) // 2 + 1):
        order = erp_order(known, index, items)
        invoiced = order["status"] in ("shipped", "completed", "refunded")
        yield order, erp_invoice(known, order) if invoiced else None


def erp_order(known: Company, index: int, items: list[Record]) -> Record:
    """An order with its lines."""
    random = known.random
    ordered = order_time(random, known.since)
    currency = known.place["currency"]
    lines = [
        erp_line(number, item, random.randint(*known.segment["quantity"]), currency)
        for number, item in enumerate(random.sample(items, random.randint(1, 3)), start=1)
    ]
    net = sum((Decimal(line["net"]) for line in lines), Decimal())
    tax = rounded(net * Decimal("0.19"), currency)
    freight = rounded(Decimal(random.choice([0, 12, 25])) * rate(currency), currency)
    is_recent = ordered > NOW - timedelta(days=21)
    statuses = (
        ["open", "processing", "shipped"] if is_recent else ["completed", "cancelled", "refunded"]
    )
    return {
        "order_no": f"SO-{known.number:06d}-{index:02d}",
        "customer_no": known.customer_no,
        "order_date": stamp(ordered),
        "status": random.choices(statuses, [40, 35, 25] if is_recent else [91, 6, 3])[0],
        "channel": random.choices(["web", "sales", "phone", "partner"], [45, 30, 10, 15])[0],
        "currency": currency,
        "net": str(net),
        "tax": str(tax),
        "freight": str(freight),
        "gross": str(net + tax + freight),
        "changed_at": stamp(min(ordered + timedelta(days=random.randint(1, 20)), NOW)),
        "lines": lines,
    }


def erp_line(number: int, item: Record, quantity: int, currency: str) -> Record:
    """A line of an order, priced in the order's currency."""
    price = rounded(Decimal(item["list_price"]) * rate(currency), currency)
    return {
        "line_no": number,
        "item_no": item["item_no"],
        "description": item["name"],
        "quantity": quantity,
        "unit_price": str(price),
        "net": str(price * quantity),
    }


def erp_invoice(known: Company, order: Record) -> Record:
    """The invoice for an order."""
    random = known.random
    issued = datetime.fromisoformat(order["order_date"]) + timedelta(days=2)
    due = issued + timedelta(days=30)
    paid = random.random() < 0.9 and issued + timedelta(days=15) < NOW
    record = {
        "invoice_no": order["order_no"].replace("SO", "INV"),
        "order_no": order["order_no"],
        "customer_no": order["customer_no"],
        "invoice_date": f"{issued:%Y-%m-%d}",
        "due_date": f"{due:%Y-%m-%d}",
        "status": "paid" if paid else "overdue" if due < NOW else "open",
        "currency": order["currency"],
        "net": order["net"],
        "tax": order["tax"],
        "gross": order["gross"],
        "paid": order["gross"] if paid else "0",
        "changed_at": stamp(min(due, NOW)),
    }
    if paid:
        record["paid_at"] = stamp(min(issued + timedelta(days=random.randint(3, 40)), NOW))
    return record


def order_time(random: Random, since: datetime) -> datetime:
    """A working hour of the last two years: more from month to month, most in November."""
    while True:
        moment = NOW - timedelta(days=random.random() * MONTHS_OF_ORDERS * 30.4)
        age = (NOW - moment).days / (MONTHS_OF_ORDERS * 30.4)
        if moment < since:
            continue
        season = {8: 0.6, 10: 1.1, 11: 1.35, 12: 1.2}.get(moment.month, 0.9)
        weekday = 1.0 if moment.weekday() < 5 else 0.25
        if random.random() < (1 - 0.45 * age) * season * weekday / 1.35:
            return moment.replace(hour=random.randint(7, 17), microsecond=0)


def recently(random: Random, days: int = 180) -> datetime:
    """A time in the last days."""
    return NOW - timedelta(seconds=random.randint(3600, days * 86_400))


def stamp(moment: datetime) -> str:
    """The time as the exports write it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def money(euros: Decimal, known: Company) -> Record:
    """An amount in the customer's own currency."""
    currency = known.place["currency"]
    return {"amount": str(rounded(euros * rate(currency), currency)), "currency": currency}


def rate(currency: str) -> Decimal:
    """How much of the currency is one euro."""
    return Decimal(WORDS["exchange_rates"][currency])


def rounded(value: Decimal, currency: str) -> Decimal:
    """To the smallest coin: the yen has no smaller one."""
    return value.quantize(Decimal(1) if currency == "JPY" else CENT, ROUND_HALF_UP)


def mailbox(name: str) -> str:
    """A name in the characters that every mail system takes."""
    letters = unicodedata.normalize("NFKD", name.replace("ø", "o"))
    return "".join(letter for letter in letters.lower() if letter.isascii() and letter.isalpha())


def crm_records(customers: int, seed: int) -> Iterator[Record]:
    """The CRM's customers."""
    return (crm_customer(company(number, seed), customers) for number in range(1, customers + 1))


def erp_companies(customers: int, seed: int) -> Iterator[tuple[Company, bool]]:
    """The ERP's customers, and whether the CRM has them too: more of the CRM's and some others."""
    last = customers + customers // 8
    for number in range(1, last + 1):
        in_crm = number <= customers
        # Another seed than the CRM's: what an ERP alone knows does not depend on the CRM's export.
        if not in_crm or Random(f"{seed}/both/{number}").random() < SHARE_IN_BOTH_SYSTEMS:  # noqa: S311
            yield erp_company(number, seed), in_crm


def erp_company(number: int, seed: int) -> Company:
    """The same customer as in the CRM, with randomness of its own for what only the ERP knows."""
    known = company(number, seed)
    known.random.seed(f"{seed}/erp/{number}")
    return known


def write(path: Path, collections: dict[str, Iterable[Record]]) -> None:
    """Writes an envelope of collections, one record to a line, whatever their number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("{")
        for index, (name, records) in enumerate(collections.items()):
            file.write(f"{',' if index else ''}\n{json.dumps(name)}: [")
            for position, record in enumerate(records):
                text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
                file.write(f"{',' if position else ''}\n{text}")
            file.write("\n]")
        file.write("\n}\n")


def generate(*, customers: int, seed: int, output: Path) -> None:
    """Writes all files below `output`."""
    items = erp_items()

    def orders() -> Iterator[tuple[Record, Record | None]]:
        for known, _ in erp_companies(customers, seed):
            yield from erp_orders(known, items)

    write(output / "crm-data" / "customer-data.json", {"customers": crm_records(customers, seed)})
    write(
        output / "erp-data" / "master-data.json",
        {
            "items": items,
            "customers": (
                erp_customer(known, in_crm=in_crm)
                for known, in_crm in erp_companies(customers, seed)
            ),
        },
    )
    write(
        output / "erp-data" / "sales-data.json",
        {
            "orders": (order for order, _ in orders()),
            "invoices": (invoice for _, invoice in orders() if invoice),
        },
    )


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--customers", type=int, default=1200, help="of the CRM (1200)")
    parser.add_argument("--seed", type=int, default=2026, help="another one, another world (2026)")
    parser.add_argument("--output", type=Path, default=HERE, help="the directory (this one)")
    arguments = parser.parse_args()
    if arguments.customers < 1:
        parser.error("--customers must be at least 1")
    generate(customers=arguments.customers, seed=arguments.seed, output=arguments.output)


if __name__ == "__main__":
    main()
