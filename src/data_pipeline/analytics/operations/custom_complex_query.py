"""A SELECT of the user's own, behind the guard."""

import json
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, PrivateAttr, model_validator

from data_pipeline.analytics.operation import Operation, Parameters, Statement, sql_file
from data_pipeline.analytics.sql_guard.checked import CheckedQuery

_TEMPLATE = sql_file(__file__, "custom_complex_query")
_LONGEST_VALUE = 100_000
_LARGEST_NUMBER = 10**30


def _from_text(value: object) -> object:
    """Of a query string, an object is given as its JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("write the parameters as a JSON object") from None


def _check_value(value: JsonValue) -> JsonValue:
    """A value that PostgreSQL can take.

    Raises:
        ValueError: in words for the user.
    """
    if isinstance(value, str) and ("\0" in value or not _is_text(value)):
        raise ValueError("the text has characters that are no text")
    if isinstance(value, int | float) and not -_LARGEST_NUMBER < value < _LARGEST_NUMBER:
        raise ValueError("the number is too large")
    if isinstance(value, list):
        kinds = {type(_check_value(item)) for item in value if item is not None}
        if len(kinds) > 1 or kinds & {dict, list}:
            raise ValueError("a list holds strings, or numbers of one kind, or truth values")
    if isinstance(value, dict | list | str) and len(json.dumps(value)) > _LONGEST_VALUE:
        raise ValueError(f"a value has at most {_LONGEST_VALUE:,} characters")
    return value


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


class CustomComplexQueryParameters(Parameters):
    """The query, the values of its parameters, and how many rows to give."""

    query: str = Field(
        min_length=1,
        description="One SELECT over the tables and views of the schema canonical, with at most "
        "20,000 characters. Values are best given as parameters: `:name`.",
        examples=["SELECT name, country FROM current_customers WHERE country = :country"],
    )
    parameters: Annotated[
        dict[str, Annotated[JsonValue, AfterValidator(_check_value)]], BeforeValidator(_from_text)
    ] = Field(
        default_factory=dict,
        max_length=100,
        description="The values of the parameters that the query names: strings (also for dates "
        "and times), numbers, true, false, null, lists of these for `= ANY(:name)`, and objects "
        "for jsonb. In a query string, as a JSON object.",
        examples=[{"country": "DE"}],
    )
    max_rows: int | None = Field(
        default=None,
        ge=1,
        description="The most rows to give; 1,000 at once in any case, all in a job if not given.",
        examples=[100],
    )
    _checked: CheckedQuery = PrivateAttr()

    @model_validator(mode="after")
    def _check_query(self) -> Self:
        # The parser takes its time to be imported, and is needed by this operation alone.
        from data_pipeline.analytics.sql_guard.guard import check  # noqa: PLC0415

        self._checked = check(self.query, self.parameters)
        return self

    @property
    def is_repeatable(self) -> bool:
        """Not if the query reads the clock or the ledger, or draws at random."""
        return self._checked.is_repeatable

    @property
    def checked(self) -> CheckedQuery:
        """The query as the guard let it pass."""
        return self._checked


def _statement(parameters: CustomComplexQueryParameters) -> Statement:
    # Whoever only checks a query, to submit it as a job, needs no database client.
    from psycopg import sql  # noqa: PLC0415
    from psycopg.types.json import Jsonb  # noqa: PLC0415

    def database_value(value: Any) -> Any:
        """Numbers with a fraction are exact, as in SQL; objects are jsonb."""
        if isinstance(value, float):
            return Decimal(repr(value))
        if isinstance(value, list):
            return [database_value(item) for item in value]
        return Jsonb(value) if isinstance(value, dict) else value

    checked = parameters.checked
    statement = sql.SQL(_TEMPLATE).format(query=sql.SQL(checked.sql))
    return Statement(
        sql=statement.as_string(),
        values={name: database_value(value) for name, value in checked.values.items()},
        most_rows=parameters.max_rows,
        users_query=checked,
        users_offset=_TEMPLATE.index("{query}"),
    )


# Users' own SQL is no one's tuned statement: it keeps the database busy for five minutes at most.
_MOST_JOB_SECONDS = 300.0

OPERATION = Operation(
    name="custom_complex_query",
    description="One SELECT of your own over the tables and views of the schema canonical, with "
    "named parameters. It may join, group, aggregate, use window functions and recursive CTEs; "
    "it may not write, lock, or call functions beyond the allowed ones.",
    parameters=CustomComplexQueryParameters,
    columns=(),
    statement=_statement,
    most_job_seconds=_MOST_JOB_SECONDS,
)
