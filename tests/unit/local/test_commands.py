from pathlib import Path

import pytest

from local import runtime
from local.progress import table
from local.runtime import UnsupportedRuntimeError
from local.seeding import seed_files


def test_without_a_wish_the_runtime_is_embedded_and_says_why() -> None:
    assert "RUNTIME is not set" in runtime.choose({})
    assert "as RUNTIME says" in runtime.choose({"RUNTIME": "embedded"})


@pytest.mark.parametrize("wanted", ["docker", "podman"])
def test_another_runtime_is_refused_in_one_line(wanted: str) -> None:
    with pytest.raises(UnsupportedRuntimeError, match=f"^RUNTIME={wanted}: .*") as refused:
        runtime.choose({"RUNTIME": wanted})
    assert "\n" not in str(refused.value)


def test_seed_files_are_those_of_a_source(tmp_path: Path) -> None:
    for name in (
        "generate.py",
        "README.md",
        "crm-data/customer-data.json",
        "crm-data/2026/more.ndjson.gz",
        "crm-data/.DS_Store",
        "__pycache__/generate.cpython-313.pyc",
        "generator/crm.py",
        "erp-data/orders.json",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert [file.relative_to(tmp_path).as_posix() for file in seed_files(tmp_path)] == [
        "crm-data/2026/more.ndjson.gz",
        "crm-data/customer-data.json",
        "erp-data/orders.json",
    ]


def test_a_table_puts_numbers_to_the_right() -> None:
    assert table(("name", "rows"), [("customers", 7), ("orders", 1200)]).splitlines() == [
        "name       rows",
        "customers     7",
        "orders     1200",
    ]


def test_a_table_without_rows_has_its_headings() -> None:
    assert table(("name", "rows"), []) == "name  rows"
