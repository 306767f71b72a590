"""Whether a query gives the same rows each time as long as the data are the same.

One that reads the clock or draws at random does not, nor one that reads the ledger, which also
changes with loads that change no data. Its answer is no answer to the next who asks.
"""

import re
from typing import Any, Final

from pglast import ast

from data_pipeline.analytics.sql_guard.values import Context, text

_CLOCKS_AND_LOTS: Final = frozenset(
    {"clock_timestamp", "now", "random", "statement_timestamp", "transaction_timestamp"}
)
_LEDGER: Final = frozenset({"loads", "quarantined_records"})
# Words that a date or time may be written with and that mean another one each day.
# https://www.postgresql.org/docs/17/datatype-datetime.html#DATATYPE-DATETIME-SPECIAL-VALUES
_DAYS: Final = re.compile(r"(?<![a-z])(now|today|tomorrow|yesterday)(?![a-z])", re.IGNORECASE)


def is_repeatable(node: ast.Node, context: Context) -> bool:
    """Whether a part of a query, by itself, gives the same each time."""
    match node:
        case ast.FuncCall():
            return not _is_clock_or_lot(node)
        case ast.SQLValueFunction():
            return False
        case ast.RangeVar():
            return node.relname not in _LEDGER
        case ast.RangeTableSample():
            return node.repeatable is not None
        case ast.A_Const() | ast.ParamRef():
            return not _names_a_day(_value(node, context))
    return True


def _value(node: ast.A_Const | ast.ParamRef, context: Context) -> object:
    if isinstance(node, ast.ParamRef):
        return context.values[node.number - 1]
    return text(node, context)


def _is_clock_or_lot(node: Any) -> bool:
    name = node.funcname[-1].sval
    # With one argument it counts from today.
    return name in _CLOCKS_AND_LOTS or (name == "age" and len(node.args or ()) == 1)


def _names_a_day(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_names_a_day, value))
    return isinstance(value, str) and _DAYS.search(value) is not None
