"""Rows of canonical tables, written without a load: each test names only what it is about."""

from collections.abc import Iterable, Mapping
from typing import Self

import psycopg
from psycopg import sql

from tests.integration import sales

_INSERT_FILE = """
    INSERT INTO ingest.files (bucket, key, version_id, etag, source, status, finished_at)
    VALUES ('raw', 'crm-data/rows.json', 'v1', gen_random_uuid()::text, 'crm', 'loaded', now())
    RETURNING id
"""
_INSERT = sql.SQL("INSERT INTO canonical.{table} ({columns}) VALUES ({values}) RETURNING id")
_ORDER_OF_VERSIONS: Mapping[str, object] = {
    "source_updated_at": "2026-05-01T00:00:00Z",
    "object_modified_at": "2026-05-01T00:00:00Z",
    "object_version_id": "v1",
}


class Rows:
    """Writes rows in one transaction, as the owner.

    Use as a context manager: what loads do at their end, it does at its end.
    """

    def __init__(self, database: sales.Conninfos) -> None:
        self.connection = psycopg.connect(database.owner)
        row = self.connection.execute(_INSERT_FILE).fetchone()
        assert row is not None
        self.file_id = int(row[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: object, *_rest: object) -> None:
        if error is None:
            self.connection.execute("SELECT ingest.unify_customers()")
            self.connection.execute("SELECT ingest.count_rows_anew()")
            sales.raise_version(self.connection)
            self.connection.commit()
        self.connection.close()

    def add(self, table: str, system: str, source_id: str, **values: object) -> int:
        """Adds a row, and gives its id."""
        row = {
            "source_system": system,
            "source_id": source_id,
            "file_id": self.file_id,
            **_ORDER_OF_VERSIONS,
            **values,
        }
        statement = _INSERT.format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, row)),
            values=sql.SQL(", ").join(sql.Placeholder() * len(row)),
        )
        inserted = self.connection.execute(statement, list(row.values())).fetchone()
        assert inserted is not None
        return int(inserted[0])

    def relate(
        self, kind: str, pairs: Iterable[tuple[str, str]], *, entity: str = "customers"
    ) -> None:
        """Adds a relationship from the first to the second of each pair, both of the CRM."""
        for origin, target in pairs:
            self.add(
                "relationships",
                "crm",
                f"{kind}:{origin}:{target}",
                relationship_type=kind,
                from_entity=entity,
                from_source_system="crm",
                from_source_id=origin,
                to_entity=entity,
                to_source_system="crm",
                to_source_id=target,
            )
