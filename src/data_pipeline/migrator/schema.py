"""Applies the migrations of the canonical schema."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from yoyo.migrations import read_migrations  # type: ignore[import-untyped]

from data_pipeline.canonical import MIGRATIONS
from data_pipeline.migrator.backend import LockedBackend

ROLES: Final = ("ingest_writer", "analytics_reader")

_ROLES_SQL: Final = Path(__file__).parent / "sql" / "roles.sql"


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What a run did: the migrations it applied, oldest first, and the newest there is."""

    applied: tuple[str, ...]
    schema_version: str


def migrate(conninfo: str) -> Migrated:
    """Applies what is not applied yet, and puts the roles' rights in place.

    Several may run at once: one works, the others wait and find nothing left to do. A run that is
    killed leaves whole migrations only.

    Args:
        conninfo: libpq's connection string of the database's owner, who may create roles.

    Raises:
        psycopg.Error: a statement failed; the migrations before it stay applied.
    """
    migrations = read_migrations(str(MIGRATIONS))
    with LockedBackend(conninfo) as backend, backend.lock():
        backend.connection.execute(_ROLES_SQL.read_bytes())
        waiting = backend.to_apply(migrations)
        for migration in waiting:
            backend.apply_one(migration)
    return Migrated(
        applied=tuple(migration.id for migration in waiting),
        schema_version=migrations[-1].id,
    )
