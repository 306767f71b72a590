"""What yoyo-migrations asks of PostgreSQL, made safe against being killed and run twice."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import conninfo as libpq
from yoyo.backends.core.postgresql import (  # type: ignore[import-untyped]
    PostgresqlPsycopgBackend,
)
from yoyo.migrations import (  # type: ignore[import-untyped]
    Migration,
    default_migration_table,
)

# Any number will do as long as nothing else in the database locks the same one.
_LOCK: Final = 7_243_392_025

_OWN_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'migrations'"


class LockedBackend(PostgresqlPsycopgBackend):  # type: ignore[misc]  # untyped library
    """Applies and marks a migration in one transaction, under a lock of the connection's own.

    yoyo's own lock is a row that a killed process leaves behind, and it marks a migration after
    the transaction that applied it. PostgreSQL lets go of an advisory lock with its connection,
    and of half a migration with its transaction.
    """

    # The library's own tables stay out of the schemas that users see.
    schema = "migrations"
    _is_locked: bool

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        super().__init__(None, default_migration_table)

    def connect(self, dburi: None) -> psycopg.Connection:  # noqa: ARG002 - the library's signature
        """Opens the connection; each statement is its own transaction unless one is begun."""
        return psycopg.connect(self._conninfo, autocommit=True)

    def init_connection(self, connection: psycopg.Connection) -> None:
        """Makes the library's schema the one that unqualified names are looked for in."""
        connection.execute("SET client_min_messages = warning")
        connection.execute("SET search_path = migrations")

    def list_tables(self, **kwargs: Any) -> list[str]:  # noqa: ARG002 - the library's signature
        """The library's own tables."""
        return [name for (name,) in self.connection.execute(_OWN_TABLES)]

    @contextmanager
    def lock(self, timeout: float = 0) -> Iterator[None]:  # noqa: ARG002 - the library's signature
        """Waits for other migrators of this database, however they end."""
        if self._is_locked:
            yield
            return
        self.execute("SELECT pg_advisory_lock(:lock)", {"lock": _LOCK})
        self._is_locked = True
        try:
            self.execute("CREATE SCHEMA IF NOT EXISTS migrations")
            yield
        finally:
            self._is_locked = False
            self.execute("SELECT pg_advisory_unlock(:lock)", {"lock": _LOCK})

    def apply_one(self, migration: Migration, force: bool = False, mark: bool = True) -> None:
        """Applies, logs and marks a migration, all of it or nothing."""
        with self.transaction():
            migration.process_steps(self, "apply", force=force)
            self.log_migration(migration, "apply")
            if mark:
                self.mark_one(migration, log=False)

    def get_log_data(
        self, migration: Migration | None = None, operation: str = "apply"
    ) -> dict[str, Any]:
        """Says who did it. Lambda's user has no name, so the database's role stands for it."""
        return {
            "id": str(uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": libpq.conninfo_to_dict(self._conninfo).get("user"),
            "hostname": socket.gethostname(),
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }
