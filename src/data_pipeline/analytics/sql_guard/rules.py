"""What is looked at in the kinds of syntax that are allowed: names, and sizes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pglast import ast, enums

from data_pipeline.analytics.sql_guard import allowed, sizes
from data_pipeline.analytics.sql_guard.values import Context

type Rule = Callable[[Any, Context], str | None]

_BETWEEN: Final = frozenset(kind for kind in enums.A_Expr_Kind if "BETWEEN" in kind.name)
_LONGEST_TYPE: Final = 10_000


def _relation(node: Any, _context: Context) -> str | None:
    if node.schemaname is not None and node.schemaname not in allowed.SCHEMAS_OF_TABLES:
        return (
            f"The schema {node.schemaname} can't be read; tables and views are those of the "
            "schema canonical"
        )
    # Found in pg_catalog, whatever else has that name.
    if node.schemaname is None and node.relname.startswith("pg_"):
        return f"{node.relname} is the system's; use the operation database_info"
    return None


def _column(node: Any, _context: Context) -> str | None:
    names = [str(field.sval) for field in node.fields if isinstance(field, ast.String)]
    if names and names[-1] in allowed.SYSTEM_COLUMNS:
        return f"The system's column {names[-1]} can't be read"
    return _fields(names[1:])


def _indirection(node: Any, _context: Context) -> str | None:
    return _fields([str(part.sval) for part in node.indirection if isinstance(part, ast.String)])


def _fields(names: Sequence[str]) -> str | None:
    for name in names:
        if name in allowed.NOT_FIELDS:
            return (
                f"{name} after a dot would call the function of that name; give the column "
                "another name"
            )
    return None


def _function(node: Any, context: Context) -> str | None:
    *schema, name = (part.sval for part in node.funcname)
    if len(schema) > 1 or not set(schema) <= allowed.SCHEMAS_OF_FUNCTIONS:
        return f"Functions of {'.'.join(schema)} can't be called"
    if name not in allowed.FUNCTIONS:
        return f"The function {name} is not among those that a query may call"
    limit = sizes.LIMITS.get(name)
    return limit(node, context) if limit else None


def _operator(node: Any, _context: Context) -> str | None:
    return None if node.kind in _BETWEEN else _operator_name(node.name)


def _sublink(node: Any, _context: Context) -> str | None:
    return _operator_name(node.operName or ())


def _operator_name(parts: Sequence[Any]) -> str | None:
    if len(parts) > 1:
        return "Operators are written without a schema"
    for part in parts:
        if part.sval not in allowed.OPERATORS:
            return f"The operator {part.sval} is not among those that a query may use"
    return None


def _type(node: Any, _context: Context) -> str | None:
    *schema, name = (part.sval for part in node.names or ())
    if len(schema) > 1 or not set(schema) <= allowed.SCHEMAS_OF_TYPES:
        return f"Types of {'.'.join(schema)} can't be used"
    if name not in allowed.TYPES:
        return f"The type {name} is not among those that a query may use"
    for size in node.typmods or ():
        number = size.val.ival if _is_integer(size) else None
        # interval's are masks of its fields
        if name != "interval" and (number is None or number > _LONGEST_TYPE):
            return f"The size of {name} must be a number up to {_LONGEST_TYPE:,}"
    return None


def _is_integer(node: Any) -> bool:
    return isinstance(node, ast.A_Const) and isinstance(node.val, ast.Integer)


def _clock(node: Any, _context: Context) -> str | None:
    if node.op.name in allowed.CLOCKS:
        return None
    return f"{node.op.name.removeprefix('SVFOP_')} is not among the functions that a query may call"


def _sample(node: Any, _context: Context) -> str | None:
    names = [part.sval for part in node.method]
    if len(names) == 1 and names[0] in allowed.SAMPLING_METHODS:
        return None
    return f"The sampling method {'.'.join(names)} is not allowed; use BERNOULLI or SYSTEM"


def _collation(node: Any, _context: Context) -> str | None:
    return None if len(node.collname) == 1 else "Collations are written without a schema"


RULES: Final[Mapping[type[ast.Node], Rule]] = {
    ast.RangeVar: _relation,
    ast.ColumnRef: _column,
    ast.A_Indirection: _indirection,
    ast.FuncCall: _function,
    ast.A_Expr: _operator,
    ast.SubLink: _sublink,
    ast.TypeName: _type,
    ast.SQLValueFunction: _clock,
    ast.RangeTableSample: _sample,
    ast.CollateClause: _collation,
}
