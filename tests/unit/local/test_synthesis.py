"""A synthesis is left out only when nothing that it is made from has changed."""

from pathlib import Path

import pytest

from local import synthesis

CONTEXT = ("-c", "stage=local")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("infra/app.py", "src/data_pipeline/sql/query.sql", "requirements/lambda.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("one")
    (tmp_path / "cdk.json").write_text("{}")
    (tmp_path / "package-lock.json").write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    "changed",
    ["infra/app.py", "src/data_pipeline/sql/query.sql", "requirements/lambda.txt", "cdk.json"],
)
def test_a_changed_source_is_noticed(checkout: Path, changed: str) -> None:
    before = synthesis.fingerprint(CONTEXT, checkout)
    (checkout / changed).write_text("two")
    assert synthesis.fingerprint(CONTEXT, checkout) != before


def test_new_renamed_and_removed_sources_are_noticed(checkout: Path) -> None:
    seen = [synthesis.fingerprint(CONTEXT, checkout)]
    (checkout / "src/new.py").write_text("one")
    seen.append(synthesis.fingerprint(CONTEXT, checkout))
    (checkout / "src/new.py").rename(checkout / "src/renamed.py")
    seen.append(synthesis.fingerprint(CONTEXT, checkout))
    (checkout / "infra/app.py").unlink()
    seen.append(synthesis.fingerprint(CONTEXT, checkout))
    assert len(set(seen)) == len(seen)


def test_another_context_is_another_synthesis(checkout: Path) -> None:
    assert synthesis.fingerprint(CONTEXT, checkout) != synthesis.fingerprint(
        ("-c", "stage=prod"), checkout
    )


def test_bytecode_is_no_source(checkout: Path) -> None:
    before = synthesis.fingerprint(CONTEXT, checkout)
    cache = checkout / "infra" / "__pycache__"
    cache.mkdir()
    (cache / "app.cpython-313.pyc").write_bytes(b"anything")
    assert synthesis.fingerprint(CONTEXT, checkout) == before
