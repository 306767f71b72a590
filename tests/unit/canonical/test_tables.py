from data_pipeline.canonical.entities import Customer
from data_pipeline.canonical.tables import TABLE_OF, TABLES


def test_every_entity_has_the_key_and_the_order_of_its_versions() -> None:
    for table in TABLES:
        names = [column.name for column in table.columns]
        assert {"source_id", "source_updated_at", "deleted_at", "attributes"} <= set(names)


def test_columns_are_in_the_order_of_the_entity_s_fields() -> None:
    for table in TABLES:
        names = tuple(column.name for column in table.columns)
        assert names == table.entity.__struct_fields__


def test_money_and_times_have_exact_types() -> None:
    types = {column.name: column.type for column in TABLE_OF[Customer].columns}
    assert types["annual_revenue"] == "numeric"
    assert types["source_updated_at"] == "timestamptz"
    assert types["attributes"] == "jsonb"
    assert types["employee_count"] == "int8"


def test_neither_key_nor_order_makes_a_new_version() -> None:
    names = {column.name for column in TABLE_OF[Customer].compared}
    assert names.isdisjoint({"source_id", "source_updated_at", "deleted_at"})
    assert {"name", "attributes", "external_ids"} <= names


def test_what_follows_from_another_value_is_written_with_it_and_makes_no_version() -> None:
    customers = TABLE_OF[Customer]
    assert {column.name for column in customers.values} - {
        column.name for column in customers.compared
    } == {"name_key"}
