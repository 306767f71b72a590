import importlib.util
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_pipeline.sources.registry import source_of
from data_pipeline.sources.source import Rejected

ROOT = Path(__file__).parents[3]
SEED_DATA = ROOT / "seed-data"
FILES = ("crm-data/customer-data.json", "erp-data/master-data.json", "erp-data/sales-data.json")


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate", SEED_DATA / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refusals(key: str) -> Counter[str]:
    source = source_of(key)
    envelope = json.loads((SEED_DATA / key).read_text(encoding="utf-8"))
    return Counter(
        f"{outcome.path} {outcome.rule}"
        for collection, records in envelope.items()
        for record in records
        for outcome in source.outcomes(
            json.dumps(record).encode(), collection=collection, as_of=datetime.now(UTC), key=key
        )
        if isinstance(outcome, Rejected)
    )


def test_committed_files_are_what_the_generator_writes(tmp_path: Path) -> None:
    generator().generate(customers=1200, seed=2026, output=tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (SEED_DATA / name).read_bytes(), name


def test_another_seed_gives_other_data(tmp_path: Path) -> None:
    for seed in (1, 2):
        generator().generate(customers=20, seed=seed, output=tmp_path / str(seed))
    for name in ("crm-data/customer-data.json", "erp-data/sales-data.json"):
        assert (tmp_path / "1" / name).read_bytes() != (tmp_path / "2" / name).read_bytes()


def test_three_records_are_wrong_on_purpose() -> None:
    assert refusals("crm-data/customer-data.json") == {
        "customers[].email format": 1,
        "customers[] required": 1,
        "customers[].opportunities[0].amount.currency enumeration": 1,
    }


@pytest.mark.parametrize("key", FILES[1:])
def test_all_else_is_valid(key: str) -> None:
    assert refusals(key) == {}


def test_files_are_small_enough_to_keep() -> None:
    for name in FILES:
        assert (SEED_DATA / name).stat().st_size < 2_000_000
