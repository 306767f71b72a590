import os
from pathlib import Path

import pytest

from local import postgres_programs
from local.postgres_programs import PostgresUnavailableError, locate


def programs(directory: Path, version: str) -> Path:
    for name in ("initdb", "postgres"):
        program = directory / name
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return directory


def test_the_locked_package_has_the_server_of_rds() -> None:
    account = postgres_programs.server_account()
    assert (locate("unit-test", account) / "postgres").is_file()


def test_postgres_bin_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_BIN", str(programs(tmp_path, "17.99")))
    assert locate("unit-test", None) == tmp_path


def test_another_major_version_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_BIN", str(programs(tmp_path, "16.4 (Debian 16.4-1)")))
    with pytest.raises(PostgresUnavailableError, match="has PostgreSQL 16, but 17 is needed"):
        locate("unit-test", None)


def test_a_directory_without_the_server_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_BIN", str(tmp_path))
    with pytest.raises(PostgresUnavailableError, match="has no initdb"):
        locate("unit-test", None)


def test_a_server_that_does_not_run_is_told_with_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path, "17.1")
    (tmp_path / "postgres").write_text("#!/bin/sh\necho 'libicu is missing' >&2\nexit 127\n")
    monkeypatch.setenv("POSTGRES_BIN", str(tmp_path))
    with pytest.raises(PostgresUnavailableError, match="libicu is missing"):
        locate("unit-test", None)


def test_a_machine_without_a_package_is_told_of_postgres_bin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("POSTGRES_BIN", raising=False)
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(PostgresUnavailableError, match="POSTGRES_BIN"):
        locate("unit-test", None)


def test_root_runs_the_server_as_somebody_else() -> None:
    account = postgres_programs.server_account()
    if os.geteuid() == 0:
        assert account is not None
        assert account.uid != 0
    else:
        assert account is None
