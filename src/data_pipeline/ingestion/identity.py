"""Keeps up to date which customers are the same across systems: see docs/identity.md."""

from collections.abc import Mapping
from typing import Any, Final

import psycopg

from data_pipeline.canonical.entities import Customer
from data_pipeline.canonical.tables import TABLE_OF, Table
from data_pipeline.ingestion.statements import statement

_CUSTOMERS: Final = TABLE_OF[Customer]


def unify(connection: psycopg.Connection[Any], changed: Mapping[Table, int]) -> None:
    """Decides anew who is the same customer, as far as the transaction changed customers.

    Args:
        connection: in the transaction, which has to change no customer after this and to commit
            soon: until then other loads wait here.
        changed: how many rows of each table it inserted or updated.
    """
    if changed.get(_CUSTOMERS):
        connection.execute(statement("unify_customers"))
