"""What every part of a replay needs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Context(NamedTuple):
    """One replay.

    Attributes:
        connection: in no transaction.
        s3: reads the raw bucket.
        replay_id: its number.
        dry_run: every transaction is rolled back.
        default_currency: ISO 4217, of amounts for which a record names none.
        seconds_left: until the replay has to end.
    """

    connection: psycopg.Connection[Any]
    s3: "S3Client"
    replay_id: int
    dry_run: bool
    default_currency: str | None
    seconds_left: Callable[[], float]
