"""Functions made from the same archive share its files, and nothing else."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline_localstack.runtime import code


@dataclass
class Archive:
    """Code as LocalStack keeps it, with a count of how often it was really unpacked."""

    place: Path
    code_sha256: str
    hot: bool = False
    unpacked: int = field(default=0, init=False)

    def is_hot_reloading(self) -> bool:
        return self.hot

    def get_unzipped_code_location(self) -> Path:
        return self.place

    def prepare_for_execution(self) -> None:
        if self.place.exists():
            return
        self.unpacked += 1
        (self.place / "package").mkdir(parents=True)
        (self.place / "package" / "handler.py").write_text("print('hello')")


@pytest.fixture
def digest(tmp_path: Path) -> str:
    """Of an archive that no other test has."""
    return str(tmp_path)


def test_the_same_archive_is_unpacked_once(tmp_path: Path, digest: str) -> None:
    first, second = Archive(tmp_path / "1/code", digest), Archive(tmp_path / "2/code", digest)
    code.unpack(first)
    code.unpack(second)
    assert (first.unpacked, second.unpacked) == (1, 0)
    files = [one.place / "package" / "handler.py" for one in (first, second)]
    assert files[0].samefile(files[1])


def test_a_new_file_in_one_directory_is_not_in_the_other(tmp_path: Path, digest: str) -> None:
    first, second = Archive(tmp_path / "1/code", digest), Archive(tmp_path / "2/code", digest)
    code.unpack(first)
    code.unpack(second)
    (first.place / "package" / "new").touch()
    assert [file.name for file in (second.place / "package").iterdir()] == ["handler.py"]


def test_another_archive_is_unpacked_itself(tmp_path: Path, digest: str) -> None:
    first, second = (
        Archive(tmp_path / "1/code", digest),
        Archive(tmp_path / "2/code", f"{digest}-other"),
    )
    code.unpack(first)
    code.unpack(second)
    assert (first.unpacked, second.unpacked) == (1, 1)


def test_a_function_that_is_gone_leaves_the_others_their_code(tmp_path: Path, digest: str) -> None:
    first, second, third = (Archive(tmp_path / f"{n}/code", digest) for n in (1, 2, 3))
    code.unpack(first)
    code.unpack(second)
    shutil.rmtree(second.place.parent)
    assert (first.place / "package" / "handler.py").exists()
    code.unpack(third)
    assert (third.place / "package" / "handler.py").exists()
    assert third.unpacked == 1
    assert [file.name for file in third.place.parent.iterdir()] == ["code"]


def test_code_that_is_there_stays(tmp_path: Path, digest: str) -> None:
    archive = Archive(tmp_path / "1/code", digest)
    code.unpack(archive)
    code.unpack(archive)
    assert archive.unpacked == 1


def test_a_developers_own_directory_is_nobody_elses(tmp_path: Path, digest: str) -> None:
    first = Archive(tmp_path / "1/code", digest, hot=True)
    second = Archive(tmp_path / "2/code", digest, hot=True)
    code.unpack(first)
    code.unpack(second)
    assert (first.unpacked, second.unpacked) == (1, 1)
