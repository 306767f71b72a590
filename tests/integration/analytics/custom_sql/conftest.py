"""A database with data to ask for and rows that nobody may see, shared by the tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from data_pipeline.migrator.schema import migrate
from local.state import Environment
from tests.integration import databases, sales
from tests.integration.databases import TestDatabase

_MORE_DATA = Path(__file__).with_name("more_data.sql")


@pytest.fixture(scope="module")
def loaded_database(environment: Environment, database_template: str) -> Iterator[TestDatabase]:
    database = databases.create(environment, template=database_template)
    try:
        migrate(database.owner)
        sales.load(database.owner)
        with psycopg.connect(database.owner) as connection:
            connection.execute(_MORE_DATA.read_bytes())
        yield database
    finally:
        databases.drop(environment, database)
