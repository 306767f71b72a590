"""Unpacks the code of functions: those made from the same archive get links to the same files.

Each function keeps a directory of its own, which goes when LocalStack removes the function. To
unpack the same archive for each of them takes most of a deployment.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final, Protocol


class Code(Protocol):
    """A function's code, as LocalStack keeps it."""

    code_sha256: str

    def is_hot_reloading(self) -> bool:
        """Whether it is a directory of the developer's instead of an archive."""

    def get_unzipped_code_location(self) -> Path:
        """Where it belongs once it is unpacked."""

    def prepare_for_execution(self) -> None:
        """Unpack it there unless it is there."""


# By the digest of an archive: a directory that it was unpacked to.
_unpacked: Final[dict[str, Path]] = {}


def unpack(code: Code) -> None:
    """Put the code where LocalStack says that it belongs, unless it is there."""
    if code.is_hot_reloading():
        code.prepare_for_execution()
        return
    place = code.get_unzipped_code_location()
    known = _unpacked.get(code.code_sha256)
    if known is not None and not place.exists():
        _link(known, place)
    # Nothing to do for it after that; else, such as when the other function is gone, all.
    code.prepare_for_execution()
    _unpacked[code.code_sha256] = place


def _link(known: Path, place: Path) -> None:
    """Make a directory of links to the same files, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = tempfile.mkdtemp(dir=place.parent)
    try:
        shutil.copytree(known, unfinished, copy_function=os.link, dirs_exist_ok=True)
        Path(unfinished).rename(place)
    except OSError:
        # The other function was removed meanwhile, or somebody else was first.
        shutil.rmtree(unfinished, ignore_errors=True)
