"""Questions about many orders, answered by Polars too, which counts in hundredths."""

import itertools
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from local.state import Environment
from tests.integration.analytics.answer import Row, answer
from tests.integration.analytics.order_book import Customer, Line, Order, Product, loaded
from tests.integration.analytics.random_order_book import BOOK, FIRST_SALE

AS_OF = date(2021, 3, 17)
COUNTED = ["open", "processing", "shipped", "completed", "refunded"]
TRUNCATED = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}


def _sold() -> pl.DataFrame:
    """The orders that count, in EUR, each with its person, day and what was given back."""
    customers = pl.DataFrame(BOOK.customers, schema=Customer._fields, orient="row")
    persons = customers.filter(pl.col("system") == "crm").select(
        "email", "name", "industry", "segment", "country"
    )
    owners = customers.select("system", customer="id", email="email").join(persons, on="email")
    orders = pl.DataFrame(
        BOOK.orders, schema=Order._fields, orient="row", infer_schema_length=None
    ).filter(pl.col("deleted_at").is_null(), pl.col("currency") == "EUR")
    return (
        orders.join(owners, on=["system", "customer"], how="left", maintain_order="left")
        .with_columns(
            pl.col("status").fill_null("open"),
            day=pl.col("ordered_at").str.slice(0, 10).str.to_date(),
            back=pl.when(pl.col("refunded").is_not_null())
            .then("refunded")
            .when(pl.col("status") == "refunded")
            .then("total")
            .otherwise(0),
        )
        .filter(pl.col("status").is_in(COUNTED), pl.col("day") <= AS_OF)
        .rename({"system": "source_system", "id": "order", "name": "person"})
        .with_columns(
            pl.col("channel", "industry", "segment", "country").fill_null("(unknown)"),
            year=pl.col("day").dt.year(),
            month=pl.col("day").dt.strftime("%Y-%m"),
            quarter=pl.format("{}-Q{}", pl.col("day").dt.year(), pl.col("day").dt.quarter()),
            week=pl.col("day").dt.strftime("%G-W%V"),
            weekday=pl.col("day").dt.weekday(),
        )
    )


def _by_order() -> pl.DataFrame:
    lines = pl.DataFrame(BOOK.lines, schema=Line._fields, orient="row", infer_schema_length=None)
    baskets = lines.group_by("system", "order").agg(units=pl.sum("quantity"), items=pl.len())
    baskets = baskets.rename({"system": "source_system"})
    return (
        _sold()
        .join(baskets, on=["source_system", "order"], how="left")
        .with_columns(pl.col("units", "items").fill_null(0), gross="total")
        .with_columns(net=pl.col("gross") - pl.col("back"))
    )  # fmt: skip


def _by_line() -> pl.DataFrame:
    lines = pl.DataFrame(BOOK.lines, schema=Line._fields, orient="row", infer_schema_length=None)
    products = pl.DataFrame(BOOK.products, schema=Product._fields, orient="row")
    lines = lines.join(
        products, left_on=["system", "product"], right_on=["system", "id"], how="left"
    ).select(
        pl.col("category", "brand").fill_null("(unknown)"),
        pl.col("order"),
        product=pl.col("name").fill_null("(unknown)"),
        source_system="system",
        units="quantity",
        gross="total",
        items=1,
    )
    return (
        _sold()
        .drop("currency")
        .join(lines, on=["source_system", "order"])
        .with_columns(back=pl.col("gross") * pl.col("back") // pl.col("total"))
        .with_columns(net=pl.col("gross") - pl.col("back"))
    )


def _sales(dimensions: list[str]) -> pl.DataFrame:
    return _by_line() if {"category", "brand", "product"} & set(dimensions) else _by_order()


SUMS = {
    "orders": pl.col("order").n_unique(),
    "customers": pl.col("person").drop_nulls().n_unique(),
    "units": pl.sum("units"),
    "gross": pl.sum("gross"),
    "back": pl.sum("back"),
    "net": pl.sum("net"),
}


def _by_period(period: str, dimension: str) -> pl.DataFrame:
    """A row for each period up to the last, and for each value, whether it sold or not."""
    value = {"none": pl.lit("(all)"), "customer": pl.col("person").fill_null("(unknown)")}.get(
        dimension, pl.col(dimension)
    )
    sold = (
        _sales([dimension])
        .with_columns(start=pl.col("day").dt.truncate(TRUNCATED[period]), value=value)
        .group_by("start", "value")
        .agg(**SUMS)
        .with_columns(
            rank=pl.col("net").rank("min", descending=True).over("start"),
            whole=pl.col("net").sum().over("start"),
        )
        .with_columns(share=pl.when(pl.col("whole") > 0).then(pl.col("net") / pl.col("whole")))
    )
    first = pl.select(pl.lit(FIRST_SALE).dt.truncate(TRUNCATED[period])).item()
    starts = pl.date_range(first, AS_OF, TRUNCATED[period], eager=True).alias("start").to_frame()
    zeros = [pl.col(*SUMS).fill_null(0)]
    rows = starts.join(sold.select("value").unique(), how="cross")
    return rows.join(sold, on=["start", "value"], how="left").with_columns(*zeros).sort("start")


def _year_before(period: str) -> list[pl.Expr]:
    """What a period has in common with the same one of another year, after the year."""
    day = pl.col("start").dt
    if period == "week":
        return [day.iso_year().alias("year"), day.week().alias("place")]
    place = day.month().cast(pl.Int32) * 100 + day.day()
    return [day.year().alias("year"), place.alias("place")]


def _report(period: str, dimension: str, first_shown: date, window: int) -> pl.DataFrame:
    rows = _by_period(period, dimension).with_columns(*_year_before(period))
    earlier = rows.select("value", "place", pl.col("year") + 1, net_on_year="net")
    ends = pl.col("start").dt.offset_by(TRUNCATED[period]).dt.offset_by("-1d")
    rows = rows.join(earlier, on=["value", "year", "place"], how="left").with_columns(
        is_complete=ends <= AS_OF,
        moving_average=pl.col("net")
        .rolling_mean(window, min_samples=1)
        .over("value", order_by="start"),
        growth=_change(pl.col("net").shift(1).over("value", order_by="start")),
        growth_on_year=_change(pl.col("net_on_year")),
    )
    compared = pl.col("moving_average", "growth", "growth_on_year")
    shown = rows.filter(pl.col("start") >= first_shown).with_columns(
        pl.when("is_complete").then(compared),
        running_total=pl.col("net").cum_sum().over("value", order_by="start"),
    )
    return shown.filter(pl.col("orders").sum().over("value") > 0)


def _change(base: pl.Expr) -> pl.Expr:
    return pl.when(base > 0).then(pl.col("net") / base - 1)


@pytest.fixture(scope="module")
def ask(environment: Environment, database_template: str) -> Iterator[Any]:
    with loaded(BOOK, environment, database_template) as database:

        def ask(operation: str, **parameters: object) -> list[Row]:
            asked = {"as_of": AS_OF.isoformat(), "currency": "EUR", **parameters}
            return answer(database, operation, asked)

        yield ask


def _hundredths(amount: str | None) -> float | None:
    return None if amount is None else float(Decimal(amount) * 100)


def _close(value: float | None) -> object:
    return None if value is None else pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize(
    ("period", "first_shown", "dimension"),
    [
        *itertools.product(
            ["day"], ["2020-12-27"], ["none", "country", "source_system", "category"]
        ),
        *itertools.product(
            ["week"], ["2020-02-24"], ["none", "status", "industry", "channel", "brand"]
        ),
        *itertools.product(
            ["month"], ["2020-01-01"], ["none", "customer", "product", "segment", "country"]
        ),
        *itertools.product(["quarter"], ["2020-01-01"], ["none", "brand", "customer"]),
        *itertools.product(["year"], ["2019-01-01"], ["none", "country", "category"]),
    ],
)
def test_revenue_is_what_polars_says(
    ask: Any, period: str, first_shown: str, dimension: str
) -> None:
    rows = ask(
        "revenue_analysis", period=period, dimension=dimension, window=4, top=1000,
        timeframe=f"{first_shown}/{AS_OF}", with_units=True,
    )  # fmt: skip
    expected = {
        (row["start"].isoformat(), row["value"]): row
        for row in _report(period, dimension, date.fromisoformat(first_shown), 4).to_dicts()
    }
    rows = [row for row in rows if row["period_end"] >= FIRST_SALE.isoformat()]
    assert {(row["period_start"], row["value"]) for row in rows} == set(expected)
    assert len(rows) == len(expected)
    for row in rows:
        right = expected[row["period_start"], row["value"]]
        for name in ("orders", "customers", "is_complete", "rank"):
            assert row[name] == right[name], (name, row, right)
        assert row["units"] == str(right["units"])
        for name, its_name in (
            ("gross_revenue", "gross"), ("refunded_revenue", "back"), ("net_revenue", "net"),
            ("running_total", "running_total"),
        ):  # fmt: skip
            assert _hundredths(row[name]) == right[its_name], (name, row, right)
        for name in ("share", "growth", "growth_on_year"):
            assert row[name] == _close(right[name]), (name, row, right)
        average = right["moving_average"]
        assert _hundredths(row["moving_average"]) == (
            None if average is None else pytest.approx(average, abs=0.51)
        )


@pytest.mark.parametrize(
    ("mode", "dimensions"),
    [
        ("rollup", ["source_system", "country"]),
        ("rollup", ["year", "quarter", "month", "status"]),
        ("cube", ["industry", "segment", "channel"]),
        ("cube", ["country", "week"]),
        ("cube", ["category", "brand", "country"]),
        ("rollup", ["weekday", "product"]),
    ],
)
def test_every_level_is_what_polars_says(ask: Any, mode: str, dimensions: list[str]) -> None:
    metrics = [
        *("orders", "customers", "units", "items"),
        *("gross_revenue", "refunded_revenue", "net_revenue"),
    ]
    rows = ask(
        "multi_dimensional_analytics", mode=mode, dimensions=dimensions, metrics=metrics,
        timeframe=f"{FIRST_SALE}/{AS_OF}",
    )  # fmt: skip
    levels = {
        "rollup": [dimensions[:count] for count in range(len(dimensions) + 1)],
        "cube": [
            list(level)
            for count in range(len(dimensions) + 1)
            for level in itertools.combinations(dimensions, count)
        ],
    }[mode]
    expected = set()
    for level in levels:
        grouped = _sales(dimensions).group_by(level or pl.lit(0).alias("whole"))
        for row in grouped.agg(**SUMS, items=pl.sum("items")).to_dicts():
            place = tuple(row[name] if name in level else None for name in dimensions)
            sums = ("orders", "customers", "units", "items", "gross", "back", "net")
            expected.add((place, *(row[name] for name in sums)))
    assert len(rows) < 1000
    assert {
        (
            tuple(row[name] for name in dimensions), row["orders"], row["customers"],
            int(row["units"]), row["items"],
            *(_hundredths(row[name]) for name in metrics[4:]),
        )
        for row in rows
    } == expected  # fmt: skip
    assert len(rows) == len(expected)
