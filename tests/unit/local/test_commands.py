from pathlib import Path

from local.progress import table
from local.seeding import seed_files


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
