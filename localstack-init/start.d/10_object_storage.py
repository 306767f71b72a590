"""Keeps the objects of S3 in this LocalStack's own directory.

LocalStack puts them in one fixed directory of the machine's /tmp. There they would outlive it, be
shared with every other LocalStack, and be closed to a LocalStack of another user.
"""

# ruff: noqa: INP001 - a script of LocalStack's, not a module of a package

from pathlib import Path

from localstack import config
from localstack.services.s3 import provider

directory = Path(config.dirs.tmp) / "s3-storage"
directory.mkdir(parents=True, exist_ok=True)
provider.DEFAULT_S3_TMP_DIR = str(directory)
