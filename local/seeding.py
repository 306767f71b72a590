"""Loads `seed-data/` the way every file is loaded: uploaded to the raw bucket."""

import hashlib
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from local import ledger
from local.ledger import ObjectVersion
from local.logs import FunctionLog
from local.progress import Progress
from local.setup_steps import ROOT
from local.state import Environment

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SEED_DATA: Final = ROOT / "seed-data"
_PATIENCE_SECONDS: Final = 120


class SeedingError(RuntimeError):
    """A seed file was not loaded; the message says which, why, and where to look."""


def seed(environment: Environment, progress: Progress) -> None:
    """Uploads the seed files that are not loaded yet and waits until all of them are.

    Raises:
        SeedingError: a file failed, or was not loaded in time.
    """
    bucket = environment.output("DataPipelineStack", "RawBucketName")
    client: S3Client = environment.client("s3")
    files = {file.relative_to(SEED_DATA).as_posix(): file for file in seed_files(SEED_DATA)}
    versions = {
        key: version
        for key, file in files.items()
        if (version := _version_with(client, bucket, key, file))
    }
    known = _ledger(environment, bucket, versions.values())
    missing = [key for key in files if not _is_under_way(known.get(versions.get(key, "")))]
    for key in missing:
        versions[key] = _upload(client, bucket, key, files[key])
    _await(environment, bucket, versions)
    if missing:
        progress.step(f"Seed data loaded: {len(missing)} files, {len(files)} in all")
    else:
        progress.step(f"Seed data is loaded already: {len(files)} files")


def seed_files(directory: Path) -> list[Path]:
    """The files to upload: those in the directory of a source, by name."""
    return sorted(
        file
        for file in directory.glob("*-data/**/*")
        if file.is_file()
        and not any(part.startswith((".", "__")) for part in file.relative_to(directory).parts)
    )


def _is_under_way(entry: ObjectVersion | None) -> bool:
    return entry is not None and entry.status != "failed"


def _version_with(client: "S3Client", bucket: str, key: str, file: Path) -> str | None:
    """The version of the object that has the file's content now."""
    try:
        head = client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return None
        raise
    digest = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
    return head["VersionId"] if head["ETag"].strip('"') == digest else None


def _upload(client: "S3Client", bucket: str, key: str, file: Path) -> str:
    with file.open("rb") as body:
        return client.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"]


def _ledger(
    environment: Environment, bucket: str, versions: Iterable[str]
) -> Mapping[str, ObjectVersion]:
    rows = ledger.files_by_version(environment, bucket, list(versions))
    return {row.version_id: row for row in rows}


def _await(environment: Environment, bucket: str, versions: Mapping[str, str]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        known = _ledger(environment, bucket, versions.values())
        waiting = []
        for key, version in versions.items():
            entry = known.get(version)
            if entry is not None and entry.status == "failed":
                raise SeedingError(f"{key} was rejected: {entry.error}")
            if entry is None or entry.status != "loaded":
                waiting.append(key)
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise SeedingError(
                f"not loaded within {_PATIENCE_SECONDS} s: {', '.join(waiting)}; "
                f"`make logs` shows more than the data processor's last words:\n"
                f"{_last_words(environment)}"
            )
        time.sleep(0.2)


def _last_words(environment: Environment) -> str:
    lines = FunctionLog(name="data-processor", environment=environment).newest(5)
    return "\n".join(line[:300] for line in lines) or "none: it was never invoked"
