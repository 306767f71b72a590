"""Values that are known before a query runs: literals and parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pglast import ast


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a query is judged with: the values of its parameters, in the order of their numbers."""

    values: Sequence[object] = ()


def number(node: Any, context: Context) -> Decimal | None:
    """The number that an expression is written as; None when it is no number, or not known."""
    match node:
        case ast.A_Const(val=ast.Integer(ival=value)):
            return Decimal(value or 0)
        case ast.A_Const(val=ast.Float(fval=digits)):
            return _decimal(str(digits))
        case ast.TypeCast(arg=inner):
            return number(inner, context)
        case ast.A_Expr(lexpr=None, rexpr=inner) if node.name[0].sval == "-":
            value = number(inner, context)
            return None if value is None else -value
        case ast.ParamRef():
            return _parameter_number(node, context)
    return None


def text(node: Any, context: Context) -> str | None:
    """The text that an expression is written as, whatever type it is cast to; None if unknown."""
    match node:
        case ast.A_Const(val=ast.String(sval=value)):
            return str(value)
        case ast.TypeCast(arg=inner):
            return text(inner, context)
        case ast.ParamRef():
            value = context.values[node.number - 1]
            return value if isinstance(value, str) else None
    return None


def _parameter_number(node: ast.ParamRef, context: Context) -> Decimal | None:
    value = context.values[node.number - 1]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(value)


def _decimal(digits: str) -> Decimal | None:
    try:
        return Decimal(digits)
    except InvalidOperation:  # hexadecimal, octal, binary: too large to be of use
        return None
