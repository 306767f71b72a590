"""Scores of a few records with faults that are counted by hand, beside each of them below."""

from typing import Any

import psycopg
import pytest

from data_pipeline.analytics.operations import data_integrity_analysis
from tests.integration import sales
from tests.integration.analytics.answer import Row, answer
from tests.integration.analytics.rows import Rows

AS_OF = "2026-06-30"

type Found = dict[tuple[str, str, str, str], tuple[int, list[str]]]


class Written:
    """What was written, and the source id of each row of each table."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.names: dict[tuple[str, int], str] = {}

    def add(self, table: str, system: str, source_id: str, **values: object) -> None:
        self.names[table, self.rows.add(table, system, source_id, **values)] = source_id


def _write(written: Written) -> None:
    add = written.add
    # customers of the CRM: 5 checked, of 4 an address and of 2 a number
    add("customers", "crm", "good", name="Good", email="a@good.test", phone="1", phone_key="+491",
        country="DE", tax_id="DE 1")  # fmt: skip
    add("customers", "crm", "silent", name="Silent", country="DE")
    add("customers", "crm", "stateless", name="Stateless", email="no address", phone="call me")
    for twin in ("twin1", "twin2"):
        add("customers", "crm", twin, name=twin, email="same@twin.test", country="FR",
            source_updated_at="2020-01-01T00:00:00Z")  # fmt: skip
    add("customers", "crm", "deleted", name="Deleted", deleted_at="2026-01-01T00:00:00Z")
    # the same customer as the first by its address, in another country with another tax id
    add("customers", "erp", "E-good", name="Good", email="A@good.test", country="AT", tax_id="de2")
    add("contacts", "crm", "anna", name="Anna", email="anna@good.test", customer_source_id="good")
    add("contacts", "crm", "ben", name="Ben", customer_source_id="nobody")
    add("contacts", "crm", "carla", name="Carla", email="carla.test")
    for system, name in (("crm", "Kit"), ("erp", "KIT "), ("shop", "Case")):
        add("products", system, f"{system}-kit", sku="K1", name=name,
            unit_price="1", unit_price_currency="EUR")  # fmt: skip
    add("products", "crm", "bare", name="Bare", unit_price="-1", unit_price_currency="EUR")
    add("opportunities", "crm", "deal", name="Deal", status="open", amount="5", currency="EUR",
        customer_source_id="good", contact_source_id="anna",
        expected_close_date="2026-06-29")  # fmt: skip
    add("opportunities", "crm", "won", name="Won", status="won", customer_source_id="nobody",
        contact_source_id="nobody")  # fmt: skip
    order = {"ordered_at": "2026-06-01T00:00:00Z", "currency": "EUR"}
    add("orders", "crm", "O1", **order, customer_source_id="good", status="open", order_number="1",
        subtotal="10", discount="1", tax="2", shipping="3", total="14")  # fmt: skip
    add("orders", "crm", "O2", **order, customer_source_id="nobody", order_number="1",
        subtotal="10", tax="2", total="13")  # fmt: skip
    add("orders", "crm", "O3", ordered_at="2026-01-01T00:00:00Z", status="processing")
    add("orders", "crm", "O4", **(order | {"ordered_at": "2026-07-01T00:00:00Z"}), total="-1",
        customer_source_id="good", opportunity_source_id="lost")  # fmt: skip
    line = {"order_source_id": "O1", "product_source_id": "bare", "currency": "EUR"}
    add("order_items", "crm", "L1", **line, quantity="2", unit_price="5", discount="1", total="9")
    add("order_items", "crm", "L2", **line, quantity="2", unit_price="5", total="9")
    add("order_items", "crm", "L3", **(line | {"currency": "USD"}), quantity="0", total="0")
    add("order_items", "crm", "L4", order_source_id="O9", product_source_id="P9")
    add("order_items", "crm", "L5", opportunity_source_id="gone")
    invoice = {"currency": "EUR", "issued_on": "2026-06-01", "customer_source_id": "good"}
    add("invoices", "crm", "I1", **invoice, order_source_id="O1", status="open", total="12",
        subtotal="10", tax="2", due_on="2026-06-30", invoice_number="A")  # fmt: skip
    add("invoices", "crm", "I2", **(invoice | {"currency": "USD"}), order_source_id="O1",
        status="open", total="12", subtotal="10", due_on="2026-05-01",
        invoice_number="A")  # fmt: skip
    add("invoices", "crm", "I3", customer_source_id="nobody", order_source_id="O9", total="-1",
        currency="EUR", invoice_number="B")  # fmt: skip
    add("invoices", "crm", "I4")
    pairs = [("good", "silent"), ("good", "good"), ("good", "nobody"), ("gone", "good")]
    written.rows.relate("parent_of", pairs)


# entity, source system, dimension, check: records checked, and those that fail
_RIGHT: Found = {
    ("customers", "crm", "completeness", "contact_details"): (5, ["silent"]),
    ("customers", "crm", "completeness", "country"): (5, ["stateless"]),
    ("customers", "crm", "validity", "email"): (4, ["stateless"]),
    ("customers", "crm", "validity", "phone"): (2, ["stateless"]),
    ("customers", "crm", "uniqueness", "email"): (4, ["twin1", "twin2"]),
    ("customers", "crm", "consistency", "country"): (1, ["good"]),
    ("customers", "crm", "consistency", "tax_id"): (1, ["good"]),
    ("customers", "crm", "timeliness", "changed_recently"): (5, ["twin1", "twin2"]),
    ("customers", "erp", "completeness", "contact_details"): (1, []),
    ("customers", "erp", "consistency", "country"): (1, ["E-good"]),
    ("contacts", "crm", "completeness", "contact_details"): (3, ["ben"]),
    ("contacts", "crm", "completeness", "customer"): (3, ["carla"]),
    ("contacts", "crm", "validity", "email"): (2, ["carla"]),
    ("contacts", "crm", "referential_integrity", "customer"): (2, ["ben"]),
    ("products", "crm", "completeness", "sku"): (2, ["bare"]),
    ("products", "crm", "validity", "unit_price"): (2, ["bare"]),
    ("products", "crm", "uniqueness", "sku"): (1, []),
    ("products", "crm", "consistency", "name"): (1, ["crm-kit"]),
    ("products", "shop", "consistency", "name"): (1, ["shop-kit"]),
    ("opportunities", "crm", "completeness", "amount"): (2, ["won"]),
    ("opportunities", "crm", "completeness", "closed_at"): (1, ["won"]),
    ("opportunities", "crm", "timeliness", "not_overdue"): (1, ["deal"]),
    ("opportunities", "crm", "referential_integrity", "customer"): (2, ["won"]),
    ("opportunities", "crm", "referential_integrity", "contact"): (2, ["won"]),
    ("orders", "crm", "completeness", "customer"): (4, ["O3"]),
    ("orders", "crm", "completeness", "total"): (4, ["O3"]),
    ("orders", "crm", "validity", "total"): (3, ["O4"]),
    ("orders", "crm", "validity", "ordered_at"): (4, ["O4"]),
    ("orders", "crm", "uniqueness", "order_number"): (2, ["O1", "O2"]),
    ("orders", "crm", "consistency", "total"): (2, ["O2"]),
    ("orders", "crm", "timeliness", "not_open_too_long"): (2, ["O3"]),
    ("orders", "crm", "referential_integrity", "customer"): (3, ["O2"]),
    ("orders", "crm", "referential_integrity", "opportunity"): (1, ["O4"]),
    ("order_items", "crm", "completeness", "quantity"): (5, ["L4", "L5"]),
    ("order_items", "crm", "completeness", "product"): (5, ["L5"]),
    ("order_items", "crm", "validity", "quantity"): (3, ["L3"]),
    ("order_items", "crm", "consistency", "total"): (2, ["L2"]),
    ("order_items", "crm", "consistency", "currency"): (3, ["L3"]),
    ("order_items", "crm", "referential_integrity", "order"): (4, ["L4"]),
    ("order_items", "crm", "referential_integrity", "opportunity"): (1, ["L5"]),
    ("order_items", "crm", "referential_integrity", "product"): (4, ["L4"]),
    ("invoices", "crm", "completeness", "customer"): (4, ["I4"]),
    ("invoices", "crm", "completeness", "due_on"): (4, ["I3", "I4"]),
    ("invoices", "crm", "validity", "total"): (3, ["I3"]),
    ("invoices", "crm", "validity", "due_on"): (2, ["I2"]),
    ("invoices", "crm", "uniqueness", "invoice_number"): (3, ["I1", "I2"]),
    ("invoices", "crm", "consistency", "total"): (2, ["I2"]),
    ("invoices", "crm", "consistency", "currency"): (2, ["I2"]),
    ("invoices", "crm", "timeliness", "not_overdue"): (2, ["I2"]),
    ("invoices", "crm", "referential_integrity", "customer"): (3, ["I3"]),
    ("invoices", "crm", "referential_integrity", "order"): (3, ["I3"]),
    ("relationships", "crm", "validity", "ends"): (4, ["parent_of:good:good"]),
    ("relationships", "crm", "uniqueness", "ends"): (4, []),
    ("relationships", "crm", "referential_integrity", "from"): (4, ["parent_of:gone:good"]),
    ("relationships", "crm", "referential_integrity", "to"): (4, ["parent_of:good:nobody"]),
}


@pytest.fixture
def written(database_url: sales.Conninfos) -> Written:
    with Rows(database_url) as rows:
        written = Written(rows)
        _write(written)
        known = rows.connection.execute("SELECT id, source_id FROM canonical.relationships")
        written.names |= {("relationships", int(row[0])): str(row[1]) for row in known}
    return written


@pytest.fixture
def ask(database_url: sales.Conninfos, written: Written) -> Any:  # noqa: ARG001 - it fills it
    def ask(**parameters: object) -> list[Row]:
        return answer(database_url, "data_integrity_analysis", {"as_of": AS_OF, **parameters})

    return ask


def _checks(rows: list[Row]) -> dict[tuple[str, str, str, str], Row]:
    checks = [row for row in rows if row["level"] == "check"]
    keys = ("entity", "source_system", "dimension", "check")
    return {tuple(str(row[key]) for key in keys): row for row in checks}  # type: ignore[misc]


def test_each_check_finds_what_is_wrong_and_nothing_else(ask: Any, written: Written) -> None:
    rows = _checks(ask())
    found = {
        key: (row["checked"], sorted(written.names[key[0], id_] for id_ in row["example_ids"]))
        for key, row in rows.items()
        if key in _RIGHT
    }
    assert found == _RIGHT
    assert all(rows[key]["failed"] == len(failing) for key, (_, failing) in _RIGHT.items())
    others = {key for key, row in rows.items() if row["failed"] and key not in _RIGHT}
    assert others == {
        ("customers", "erp", "consistency", "tax_id"),
        ("products", "erp", "consistency", "name"),
        ("order_items", "crm", "completeness", "total"),
        ("invoices", "crm", "completeness", "total"),
    }


def test_score_is_the_share_that_passes(ask: Any) -> None:
    rows = _checks(ask())
    assert rows["customers", "crm", "completeness", "country"]["score"] == 80.0
    assert rows["customers", "crm", "consistency", "country"]["score"] == 0.0
    assert rows["relationships", "crm", "uniqueness", "ends"]["score"] == 100.0
    assert rows["order_items", "crm", "validity", "quantity"]["score"] == 66.67


def test_sums_count_each_record_in_each_check(ask: Any) -> None:
    rows = ask()
    checks = [row for row in rows if row["level"] == "check"]
    (everything,) = [row for row in rows if row["level"] == "all"]
    assert everything["checked"] == sum(row["checked"] for row in checks)
    assert everything["failed"] == sum(row["failed"] for row in checks)
    share = 1 - everything["failed"] / everything["checked"]
    assert everything["score"] == pytest.approx(100 * share, abs=0.005)
    relationships = next(
        row for row in rows if (row["level"], row["entity"]) == ("entity", "relationships")
    )
    assert (relationships["checked"], relationships["failed"]) == (16, 3)
    assert relationships["score"] == 81.25
    dimensions = {row["dimension"] for row in rows if row["level"] == "dimension"}
    assert dimensions == {dimension.value for dimension in data_integrity_analysis.Dimension}


def test_files_count_with_their_quarantine(ask: Any, database_url: sales.Conninfos) -> None:
    with psycopg.connect(database_url.owner) as connection:
        connection.execute(
            "UPDATE ingest.files SET records_read = 4, records_inserted = 2,"
            " records_quarantined = 2, finished_at = '2026-06-25'"
        )
        connection.execute(
            "INSERT INTO ingest.quarantine (file_id, position, place, raw, rule, message, status,"
            " replayed_at) SELECT id, 1, 'line 1', '{}', 'r', 'm', kind.status, kind.at"
            " FROM ingest.files, (VALUES ('quarantined', NULL), ('replayed', now()))"
            " AS kind (status, at)"
        )
        connection.execute(
            "INSERT INTO ingest.files (bucket, key, version_id, etag, source, status, error)"
            " VALUES ('raw', 'crm-data/broken.json', 'v1', 'e', 'crm', 'failed', 'no JSON')"
        )
        sales.raise_version(connection)
    rows = {key[3]: row for key, row in _checks(ask(entity="files")).items()}
    counts = {check: (row["checked"], row["failed"]) for check, row in rows.items()}
    assert counts == {
        "not_in_quarantine": (4, 1),
        "readable": (2, 1),
        "loaded_recently": (1, 0),
    }
    late = _checks(ask(entity="files", max_silence_days=4))
    assert late["files", "crm", "timeliness", "loaded_recently"]["failed"] == 1


def test_age_is_counted_from_the_day_asked_for(ask: Any) -> None:
    overdue = ("opportunities", "crm", "timeliness", "not_overdue")
    assert _checks(ask(entity="opportunities", as_of="2026-06-29"))[overdue]["failed"] == 0
    recently = ("customers", "crm", "timeliness", "changed_recently")
    assert _checks(ask(entity="customers", max_age_days=10))[recently]["failed"] == 5
    stay_open = ("orders", "crm", "timeliness", "not_open_too_long")
    assert _checks(ask(entity="orders", max_open_days=10))[stay_open]["failed"] == 2


def test_only_what_was_asked_for_is_shown(ask: Any) -> None:
    of_source = ask(source_system="shop", level="check")
    assert {(row["entity"], row["source_system"]) for row in of_source} == {("products", "shop")}
    validity = ask(dimension="validity")
    assert {row["dimension"] for row in validity if row["level"] != "all"} >= {"validity"}
    assert all(row["dimension"] in (None, "validity") for row in validity)
    bad = ask(level="check", max_score=50)
    assert bad
    assert all(row["score"] <= 50 for row in bad)
    assert all(row["score"] >= 80 for row in ask(level="check", min_score="80"))
    assert {row["level"] for row in ask(level="dimension")} == {"dimension"}


def test_examples_are_as_many_as_asked_for_and_the_lowest(ask: Any) -> None:
    many = _checks(ask(entity="order_items"))["order_items", "crm", "completeness", "quantity"]
    one = _checks(ask(entity="order_items", examples=1))
    assert one["order_items", "crm", "completeness", "quantity"]["example_ids"] == [
        min(many["example_ids"])
    ]
    none = _checks(ask(entity="order_items", examples=0)).values()
    assert all(row["example_ids"] == [] for row in none)


def test_large_tables_are_sampled_unless_all_is_asked_for(database_url: sales.Conninfos) -> None:
    sales.load_customers(database_url.owner, 20_000)

    def checked(scan: str) -> tuple[int, bool]:
        rows = answer(
            database_url,
            "data_integrity_analysis",
            {"entity": "customers", "scan": scan, "as_of": AS_OF},
        )
        row = _checks(rows)["customers", "bulk", "completeness", "country"]
        assert row["failed"] == row["checked"]
        return row["checked"], row["is_sampled"]

    assert checked("full") == (20_000, False)
    looked_at, is_sampled = checked("sample")
    assert is_sampled
    assert 8_000 < looked_at < 12_000
    assert checked("sample") == (looked_at, is_sampled)


def test_nothing_loaded_gives_nothing_to_score(database_url: sales.Conninfos) -> None:
    assert answer(database_url, "data_integrity_analysis", {}) == []
