import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from data_pipeline.canonical.entities import Customer
from tests.unit.seed_data.exported import (
    SEED_DATA,
    SOURCES,
    customers,
    files,
    generate,
    outcomes,
    rejected,
    written,
)

FILES = tuple(path.relative_to(SEED_DATA).as_posix() for path in files(SEED_DATA))


def test_committed_files_are_what_the_generator_writes_by_default(tmp_path: Path) -> None:
    generate(tmp_path)
    names = [path.relative_to(tmp_path).as_posix() for path in files(tmp_path)]
    assert names == list(FILES)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (SEED_DATA / name).read_bytes(), name


def test_seed_has_four_systems() -> None:
    assert {name.partition("/")[0] for name in FILES} == {
        "crm-data", "erp-data", "shop-data", "billing-data"
    }  # fmt: skip


def test_three_records_are_wrong_on_purpose_and_no_other() -> None:
    found = Counter(
        f"{wrong.path} {wrong.rule}" for each in written(SEED_DATA) for wrong in rejected(each)
    )
    assert found == {
        "customers[].email format": 1,
        "customers[].name required": 1,
        "customers[].opportunities[0].amount.currency enumeration": 1,
    }


def test_many_customers_of_the_seed_are_in_several_systems_by_their_address() -> None:
    systems = defaultdict(set)
    for each in written(SEED_DATA):
        for outcome in outcomes(each):
            if isinstance(outcome, Customer) and outcome.email:
                systems[outcome.email.lower()].add(each.key.partition("/")[0])
    counts = Counter(len(known) for known in systems.values())
    assert counts[2] > 300
    assert counts[3] > 100
    assert counts[4] > 30


def test_files_are_small_enough_to_keep() -> None:
    for name in FILES:
        limit = 400_000 if name.startswith(("shop", "billing")) else 2_000_000
        assert (SEED_DATA / name).stat().st_size < limit, name


def test_another_seed_gives_other_data(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        generate(tmp_path / seed, "--seed", seed, "--customers", "20", "--source", "all")
    for path in files(tmp_path / "1"):
        other = tmp_path / "2" / path.relative_to(tmp_path / "1")
        assert (path.read_bytes() != other.read_bytes()) == ("product" not in path.name and
            "price" not in path.name), path  # fmt: skip


@pytest.mark.parametrize("form", ["json", "ndjson"])
@pytest.mark.parametrize("source", SOURCES)
def test_source_takes_all_of_its_own_exports(tmp_path: Path, source: str, form: str) -> None:
    generate(tmp_path, "--source", source, "--dirty", "0", "--customers", "150", "--format", form)
    found = [wrong for each in written(tmp_path) for wrong in rejected(each)]
    assert found == []
    assert len(customers(tmp_path)) > 30


@pytest.mark.parametrize("source", SOURCES)
def test_records_of_one_system_have_ids_of_their_own(tmp_path: Path, source: str) -> None:
    generate(tmp_path, "--source", source, "--dirty", "0", "--customers", "300")
    ids = Counter(
        (type(outcome).__name__, outcome.source_id)  # type: ignore[union-attr]
        for each in written(tmp_path)
        for outcome in outcomes(each)
    )
    assert [identity for identity, count in ids.items() if count > 1] == []


def test_processes_and_compression_change_no_record(tmp_path: Path) -> None:
    arguments = ("--source", "all", "--customers", "4500", "--duplicates", "0.1", "--dirty", "0.1")
    generate(tmp_path / "one", *arguments, "--processes", "1", "--gzip")
    generate(tmp_path / "again", *arguments, "--processes", "2", "--gzip")
    generate(tmp_path / "plain", *arguments, "--processes", "2")
    names = [path.relative_to(tmp_path / "one") for path in files(tmp_path / "one")]
    systems = ("crm", "erp", "salesforce", "hubspot", "sap", "shop", "billing")
    assert {name.parts[0] for name in names} == {f"{name}-data" for name in systems}
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    assert list(written(tmp_path / "one", "*customer*.json.gz")) == [
        each._replace(key=f"{each.key}.gz")
        for each in written(tmp_path / "plain", "*customer*.json")
    ]


def test_fewer_customers_are_the_first_of_more(tmp_path: Path) -> None:
    for count in ("50", "100"):
        generate(tmp_path / count, "--source", "crm", "--dirty", "0", "--customers", count)
    few = [each.record for each in written(tmp_path / "50")]
    more = [each.record for each in written(tmp_path / "100")]
    assert few == more[:50]


@pytest.mark.parametrize(
    "arguments", [["--customers", "0"], ["--dirty", "1.5"], ["--dirty", "x"], ["--round", "0"]]
)
def test_wrong_arguments_are_refused_in_words(arguments: list[str]) -> None:
    command = [sys.executable, str(SEED_DATA / "generate.py"), *arguments]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 2
    assert arguments[0] in result.stderr
