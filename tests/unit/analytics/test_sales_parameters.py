"""Parameters of the operations that add up sales."""

import pytest

from data_pipeline.analytics.catalog import Question, parse
from data_pipeline.aws.problems import FieldError, ProblemError

REVENUE = "revenue_analysis"
GROUPS = "multi_dimensional_analytics"
AS_OF = {"as_of": "2026-06-30"}


def _errors(operation: str, parameters: dict[str, object]) -> tuple[FieldError, ...]:
    with pytest.raises(ProblemError) as caught:
        parse(operation, parameters)
    return tuple(caught.value.problem.errors)


def _sql(operation: str, parameters: dict[str, object]) -> str:
    return " ".join(parse(operation, parameters).statement().sql.split())


def test_revenue_is_told_by_month_for_a_year_unless_told_otherwise() -> None:
    assert parse(REVENUE, AS_OF).normalised() == {
        "period": "month",
        "dimension": "none",
        "timeframe": "12 months",
        "as_of": "2026-06-30",
        "currency": None,
        "statuses": ["open", "processing", "shipped", "completed", "refunded"],
        "with_units": False,
        "window": 3,
        "top": 20,
    }


def test_systems_and_countries_are_rolled_up_unless_told_otherwise() -> None:
    assert parse(GROUPS, AS_OF).normalised() == {
        "dimensions": ["source_system", "country"],
        "metrics": ["net_revenue", "orders", "customers", "average_order_value"],
        "mode": "rollup",
        "grouping_sets": None,
        "timeframe": "12 months",
        "as_of": "2026-06-30",
        "currency": None,
        "statuses": ["open", "processing", "shipped", "completed", "refunded"],
        "min_orders": 1,
        "min_revenue": None,
        "order_by": None,
        "direction": "desc",
    }


def _same(operation: str, one: dict[str, object], other: dict[str, object]) -> Question:
    question = parse(operation, AS_OF | one)
    assert question == parse(operation, AS_OF | other)
    return question


def test_list_in_a_query_string_is_separated_by_commas() -> None:
    _same(REVENUE, {"statuses": "open, draft"}, {"statuses": ["open", "draft"]})
    _same(GROUPS, {"dimensions": "year,month"}, {"dimensions": ["year", "month"]})


def test_lists_in_a_query_string_are_separated_by_semicolons() -> None:
    given = {"mode": "grouping_sets", "dimensions": "year,month"}
    sets = [["year", "month"], [], ["year"]]
    _same(GROUPS, {**given, "grouping_sets": "year, month;;year"}, {**given, "grouping_sets": sets})


@pytest.mark.parametrize(
    ("mode", "grouping"),
    [
        ("rollup", 'GROUP BY ROLLUP ("year", "status")'),
        ("cube", 'GROUP BY CUBE ("year", "status")'),
        ("group_by", 'GROUP BY "year", "status"'),
        ("grouping_sets", 'GROUP BY GROUPING SETS (("year"), ("status"), ())'),
    ],
)
def test_mode_is_the_grouping_of_the_same_name(mode: str, grouping: str) -> None:
    assert grouping in _sql(GROUPS, {"dimensions": "year,status", "mode": mode})


@pytest.mark.parametrize(
    ("operation", "parameters", "pointer", "reason"),
    [
        (REVENUE, {"period": "fortnight"}, "period", "'week'"),
        (REVENUE, {"dimension": "colour"}, "dimension", "'source_system'"),
        (REVENUE, {"timeframe": "soon"}, "timeframe", "Write a length"),
        (REVENUE, {"currency": "euro"}, "currency", "pattern"),
        (REVENUE, {"as_of": "1899-12-31"}, "as_of", "1900-01-01"),
        (REVENUE, {"as_of": "3000-01-01"}, "as_of", "2999-12-31"),
        (REVENUE, {"statuses": "sold"}, "statuses/0", "'shipped'"),
        (REVENUE, {"statuses": []}, "statuses", "at least 1"),
        (REVENUE, {"statuses": "open,open"}, "statuses", "'open' is given more than once"),
        (REVENUE, {"window": 1}, "window", "greater than or equal to 2"),
        (REVENUE, {"window": 367}, "window", "less than or equal to 366"),
        (REVENUE, {"top": 0}, "top", "greater than or equal to 1"),
        (REVENUE, {"top": 1001}, "top", "less than or equal to 1000"),
        (REVENUE, {"with_units": "perhaps"}, "with_units", "boolean"),
        (GROUPS, {"dimensions": []}, "dimensions", "at least 1"),
        (GROUPS, {"dimensions": "year,quarter,month,week,status"}, "dimensions", "at most 4"),
        (GROUPS, {"dimensions": "year,year"}, "dimensions", "'year' is given more than once"),
        (GROUPS, {"dimensions": 'year"; DROP'}, "dimensions/0", "'weekday'"),
        (GROUPS, {"metrics": "profit"}, "metrics/0", "'net_revenue'"),
        (GROUPS, {"mode": "pivot"}, "mode", "'rollup'"),
        (GROUPS, {"min_orders": 0}, "min_orders", "greater than or equal to 1"),
        (GROUPS, {"min_revenue": "NaN"}, "min_revenue", "finite"),
        (GROUPS, {"order_by": "country"}, "order_by", "'orders'"),
        (GROUPS, {"direction": "up"}, "direction", "'asc'"),
        (GROUPS, {"mode": "grouping_sets", "grouping_sets": []}, "grouping_sets", "at least 1"),
    ],
)
def test_wrong_parameter_is_explained_where_it_stands(
    operation: str, parameters: dict[str, object], pointer: str, reason: str
) -> None:
    found = {error.pointer: error.detail for error in _errors(operation, parameters)}
    assert reason in found[f"#/parameters/{pointer}"]


@pytest.mark.parametrize(
    ("operation", "parameters", "reason"),
    [
        (REVENUE, {"period": "day", "timeframe": "20 years"}, "at most 4000 are shown"),
        (REVENUE, {"timeframe": "9000 years"}, "before the year 1"),
        (GROUPS, {"timeframe": "200 years"}, "before 1900"),
        (GROUPS, {"grouping_sets": "country;"}, "goes with mode 'grouping_sets' only"),
        (
            GROUPS,
            {"mode": "grouping_sets", "grouping_sets": "country,year;source_system"},
            "'year' is missing in 'dimensions'",
        ),
        (
            GROUPS,
            {"mode": "grouping_sets", "grouping_sets": "country;"},
            "'source_system' is missing in 'grouping_sets'",
        ),
        (
            GROUPS,
            {
                "mode": "grouping_sets",
                "grouping_sets": "country,source_system;source_system,country",
            },
            "has a set twice",
        ),
    ],
)
def test_parameters_that_contradict_each_other_are_explained(
    operation: str, parameters: dict[str, object], reason: str
) -> None:
    (error,) = _errors(operation, AS_OF | parameters)
    assert reason in error.detail


def test_orders_are_read_by_line_only_where_products_tell_them_apart() -> None:
    for dimension in ("category", "brand", "product"):
        assert "canonical.products" in _sql(REVENUE, {"dimension": dimension})
        assert "canonical.products" in _sql(GROUPS, {"dimensions": dimension})
    assert "canonical.products" not in _sql(REVENUE, {"dimension": "country"})
    assert "canonical.products" not in _sql(GROUPS, {"dimensions": "year,country"})
