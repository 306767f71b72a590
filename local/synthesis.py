"""Tells by its sources whether a synthesis of the CDK app would give what the last one gave."""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from local.setup_steps import ROOT

# The app, what it puts into the functions' bundle, and the locks of all that both are made with.
_SOURCES: Final = ("cdk.json", "infra", "package-lock.json", "requirements", "src")


def fingerprint(context: tuple[str, ...], root: Path = ROOT) -> str:
    """A hash of all that a synthesis is made from.

    Args:
        context: the arguments that the app is run with.
        root: the checkout.
    """
    digest = hashlib.sha256("\0".join((sys.version, *context)).encode())
    for file in _files(root):
        digest.update(f"\0{file.relative_to(root)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for source in _SOURCES:
        place = root / source
        if place.is_file():
            yield place
        for file in sorted(place.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file
