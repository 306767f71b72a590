"""What holds for the records of every source."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from data_pipeline.canonical.entities import Customer
from data_pipeline.sources import crm
from data_pipeline.sources.records import MalformedJson
from data_pipeline.sources.source import Origin, Outcome, Source
from tests.unit.sources.outcomes import WRITTEN_AT, entities, outcomes, rejected


def customer(**changes: object) -> dict[str, object]:
    return {"id": "C1", "name": "Acme"} | changes


def test_change_up_to_a_day_after_the_file_was_written_is_believed() -> None:
    changed_at = (WRITTEN_AT + timedelta(days=1)).isoformat()
    (made,) = entities(crm.SOURCE, customer(updated_at=changed_at))
    assert made.source_updated_at == WRITTEN_AT + timedelta(days=1)


def test_change_in_the_future_is_not_believed_with_what_is_nested_in_it() -> None:
    changed_at = (WRITTEN_AT + timedelta(days=1, seconds=1)).isoformat()
    record = customer(updated_at=changed_at, contacts=[{"id": "P1", "last_name": "A"}])
    bad = rejected(crm.SOURCE, record)
    assert (bad.rule, bad.path, json.loads(bad.raw)) == ("future", "customers[]", record)
    assert "not 2026-11-02T12:00:01+00:00" in bad.message


def test_nested_record_of_the_future_does_not_spoil_the_one_around_it() -> None:
    contact = {"id": "P1", "last_name": "A", "updated_at": "2999-01-01T00:00:00Z"}
    made = outcomes(crm.SOURCE, customer(contacts=[contact]))
    assert isinstance(made[0], Customer)
    assert [getattr(each, "rule", None) for each in made] == [None, "future"]


def test_what_was_the_future_when_it_was_written_is_believed_when_it_is_past() -> None:
    raw = json.dumps(customer(updated_at="2027-06-01T00:00:00Z")).encode()
    read_at = datetime(2027, 7, 1, tzinfo=UTC)
    (made,) = crm.SOURCE.outcomes(raw, collection=None, as_of=WRITTEN_AT, read_at=read_at)
    assert isinstance(made, Customer)


def failing(_raw: bytes, _origin: Origin) -> Iterator[Outcome]:
    raise ZeroDivisionError("by nothing")


def test_record_that_its_mapper_did_not_foresee_is_rejected() -> None:
    source = Source(
        name="x", mappers={"a": failing}, collection_of=lambda *_: "a", record_fields=frozenset()
    )
    bad = rejected(source, {"id": 1})
    assert (bad.rule, bad.record_type) == ("unforeseen", "a")
    assert "ZeroDivisionError: by nothing" in bad.message


@pytest.mark.parametrize("depth", [5_000, 100_000])
@pytest.mark.parametrize(
    "text", ['{"id": 1, "name": %s}', '{"id": %s}', "%s", '{"record_type": %s}']
)
def test_nesting_of_any_depth_is_rejected_with_a_reason(text: str, depth: int) -> None:
    raw = (text % ("[" * depth + "]" * depth)).encode()
    assert rejected(crm.SOURCE, raw).rule in ("nesting", "type")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_number_that_json_does_not_have_is_named(number: str) -> None:
    name = number.removeprefix("-")
    with pytest.raises(MalformedJson, match=f"JSON has no -?{name}"):
        outcomes(crm.SOURCE, b'{"id": 1, "name": "A", "x": ' + number.encode() + b"}")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"id": ""}, "required"),
        ({"id": " \t"}, "required"),
        ({"id": "x" * 256}, "length"),
        ({"id": 10**300}, "length"),
        ({"id": None}, "required"),
        ({"id": True}, "type"),
        ({"id": 1.5}, "type"),
        ({"name": "  "}, "required"),
        ({"name": "x" * 501}, "length"),
        ({"employees": -1}, "range"),
        ({"employees": 2**64}, "range"),
        ({"updated_at": "2026-02-30T00:00:00Z"}, "date"),
        ({"updated_at": "0001-01-01T00:00:00+14:00"}, "range"),
        ({"created_at": "9999-12-31T23:00:00-12:00"}, "range"),
        ({"annual_revenue": {"amount": "NaN", "currency": "EUR"}}, "decimal"),
        ({"annual_revenue": {"amount": 1e16, "currency": "EUR"}}, "range"),
        ({"annual_revenue": {"amount": "0.1234567", "currency": "EUR"}}, "range"),
        ({"annual_revenue": {"amount": 5, "currency": "euro"}}, "enumeration"),
        ({"annual_revenue": {"amount": 5}}, "required"),
        ({"email": "a@b"}, "format"),
        ({"status": "sleeping"}, "enumeration"),
        ({"contacts": {}}, "type"),
    ],
)  # fmt: skip
def test_rule_that_is_broken_is_named(changes: dict[str, object], rule: str) -> None:
    bad = rejected(crm.SOURCE, customer(**changes))
    assert bad.rule == rule
    assert bad.message


def test_number_of_more_digits_than_any_id_or_count_has_is_rejected() -> None:
    digits = b"9" * 5000
    assert rejected(crm.SOURCE, b'{"id": %s, "name": "A"}' % digits).rule == "range"
    assert rejected(crm.SOURCE, b'{"id": 1, "name": "A", "employees": %s}' % digits).rule == "range"
