"""What the dials do to a delivery."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from data_pipeline.canonical.entities import Customer
from tests.unit.seed_data.exported import (
    SOURCES,
    customers,
    files,
    generate,
    outcomes,
    rejected,
    written,
)

CUSTOMERS = ("--customers", "1500")
STAMPED = tuple(name for name in SOURCES if name != "stripe")


def newest(directory: Path) -> dict[str, tuple[datetime, str | None, str]]:
    """What is left of customers when the newest of each won."""
    found: dict[str, tuple[datetime, str | None, str]] = {}
    for customer in customers(directory):
        version = (customer.source_updated_at, customer.name, customer.attributes)
        known = found.setdefault(customer.source_id, version)
        if version[0] >= known[0]:
            found[customer.source_id] = version
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_dirty_share_of_records_is_rejected_and_the_rest_not(tmp_path: Path, source: str) -> None:
    generate(tmp_path, "--source", source, "--dirty", "0.1", *CUSTOMERS)
    records = list(written(tmp_path))
    wrong = [each for each in records if rejected(each)]
    assert 0.07 < len(wrong) / len(records) < 0.13
    # nothing of such a record is loaded but what is told apart from it
    assert all(len(rejected(each)) == len(outcomes(each)) == 1 for each in wrong)


@pytest.mark.parametrize("source", SOURCES)
def test_all_may_be_dirty(tmp_path: Path, source: str) -> None:
    generate(tmp_path, "--source", source, "--dirty", "1", "--customers", "100")
    assert all(rejected(each) for each in written(tmp_path))


@pytest.mark.parametrize("source", SOURCES)
def test_duplicates_are_the_same_record_twice(tmp_path: Path, source: str) -> None:
    generate(tmp_path / "once", "--source", source, "--dirty", "0", *CUSTOMERS)
    generate(tmp_path, "--source", source, "--dirty", "0", "--duplicates", "0.2", *CUSTOMERS)
    once, twice = list(written(tmp_path / "once")), list(written(tmp_path))
    assert 0.16 < len(twice) / len(once) - 1 < 0.24
    assert all(each in once for each in twice[-50:])
    assert newest(tmp_path) == newest(tmp_path / "once")


@pytest.mark.parametrize("source", STAMPED)
def test_late_records_are_older_and_the_result_is_the_same(tmp_path: Path, source: str) -> None:
    generate(tmp_path / "once", "--source", source, "--dirty", "0", *CUSTOMERS)
    generate(tmp_path, "--source", source, "--dirty", "0", "--out-of-order", "0.2", *CUSTOMERS)
    versions = defaultdict(list)
    for customer in customers(tmp_path):
        versions[customer.source_id].append(customer.source_updated_at)
    late = [moments for moments in versions.values() if len(moments) > 1]
    assert 0.15 < len(late) / len(versions) < 0.25
    assert all(first > second for first, second in late)
    assert newest(tmp_path) == newest(tmp_path / "once")


@pytest.mark.parametrize("source", SOURCES)
def test_redeliveries_are_a_second_file_of_the_same_records(tmp_path: Path, source: str) -> None:
    generate(tmp_path, "--source", source, "--dirty", "0", "--redeliveries", "0.3", *CUSTOMERS)
    again = list(written(tmp_path, "*-again.json"))
    first = [each.record for each in written(tmp_path) if "-again" not in each.key]
    assert 0.25 < len(again) / len(first) < 0.35
    assert all(each.record in first for each in again[:50])


@pytest.mark.parametrize("source", SOURCES)
def test_updates_change_a_share_of_an_earlier_run(tmp_path: Path, source: str) -> None:
    generate(tmp_path / "before", "--source", source, "--dirty", "0", *CUSTOMERS)
    for day in ("1", "2"):
        output = tmp_path / day
        generate(output, "--source", source, "--updates", "0.2", "--round", day, *CUSTOMERS)
        assert {path.stem.rpartition("-")[2] for path in files(output)} == {"updates"}
    before, first, second = (newest(tmp_path / name) for name in ("before", "1", "2"))
    assert 0.15 < len(first) / len(before) < 0.25
    assert first.keys() != second.keys()
    for changes in (first, second):
        assert changes.keys() <= before.keys()
        assert all(changes[key] != before[key] for key in changes)
    if source in STAMPED:
        assert all(first[key][0] > before[key][0] for key in first)
        assert all(second[key][0] > first[key][0] for key in first.keys() & second.keys())
    assert not any(rejected(each) for each in written(tmp_path / "1"))


def test_dials_of_one_source_have_their_own_lot(tmp_path: Path) -> None:
    generate(tmp_path, "--source", "crm", "--source", "erp", "--updates", "0.2", *CUSTOMERS)
    kinds = {type(outcome) for each in written(tmp_path) for outcome in outcomes(each)}
    assert Customer in kinds
