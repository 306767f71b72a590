"""The kinds of syntax that a query may be made of, and of each kind the parts that it may have.

The names are those of PostgreSQL 17's raw parse tree (`src/include/nodes/parsenodes.h` and
`primnodes.h`). What is not here is refused, so what a later grammar brings is too.
"""

from collections.abc import Mapping
from typing import Final


def _parts(names: str) -> frozenset[str]:
    return frozenset(names.split())


NODES: Final[Mapping[str, frozenset[str]]] = {
    # the query
    "SelectStmt": _parts(
        "distinctClause targetList fromClause whereClause groupClause groupDistinct havingClause "
        "windowClause valuesLists sortClause limitOffset limitCount limitOption withClause op all "
        "larg rarg"
    ),
    "WithClause": _parts("ctes recursive"),
    "CommonTableExpr": _parts(
        "ctename aliascolnames ctematerialized ctequery search_clause cycle_clause cterefcount"
    ),
    "CTESearchClause": _parts("search_col_list search_breadth_first search_seq_column"),
    "CTECycleClause": _parts(
        "cycle_col_list cycle_mark_column cycle_mark_value cycle_mark_default cycle_path_column "
        "cycle_mark_typmod"
    ),
    "ResTarget": _parts("name val"),
    "GroupingSet": _parts("kind content"),
    "GroupingFunc": _parts("args agglevelsup"),
    "SortBy": _parts("node sortby_dir sortby_nulls"),
    "WindowDef": _parts(
        "name refname partitionClause orderClause frameOptions startOffset endOffset"
    ),
    # where rows come from
    "RangeVar": _parts("schemaname relname inh relpersistence alias"),
    "RangeSubselect": _parts("lateral subquery alias"),
    "RangeFunction": _parts("lateral ordinality is_rowsfrom functions alias coldeflist"),
    "RangeTableSample": _parts("relation method args repeatable"),
    "JoinExpr": _parts(
        "jointype isNatural larg rarg usingClause join_using_alias quals alias rtindex"
    ),
    "Alias": _parts("aliasname colnames"),
    "ColumnDef": _parts("colname typeName inhcount is_local identity generated storage"),
    # values
    "A_Const": _parts("isnull val"),
    "Integer": _parts("ival"),
    "Float": _parts("fval"),
    "Boolean": _parts("boolval"),
    "String": _parts("sval"),
    "BitString": _parts("bsval"),
    "ParamRef": _parts("number"),
    "SQLValueFunction": _parts("op typmod"),
    # expressions
    "ColumnRef": _parts("fields"),
    "A_Star": _parts(""),
    "A_Expr": _parts("kind name lexpr rexpr"),
    "A_Indirection": _parts("arg indirection"),
    "A_Indices": _parts("is_slice lidx uidx"),
    "A_ArrayExpr": _parts("elements"),
    "BoolExpr": _parts("boolop args"),
    "BooleanTest": _parts("arg booltesttype"),
    "NullTest": _parts("arg nulltesttype argisrow"),
    "CaseExpr": _parts("arg args defresult"),
    "CaseWhen": _parts("expr result"),
    "CoalesceExpr": _parts("args"),
    "MinMaxExpr": _parts("op args"),
    "RowExpr": _parts("args row_format"),
    "SubLink": _parts("subLinkType subLinkId testexpr operName subselect"),
    "FuncCall": _parts(
        "funcname args agg_order agg_filter over agg_within_group agg_star agg_distinct "
        "func_variadic funcformat"
    ),
    "NamedArgExpr": _parts("arg name argnumber"),
    "TypeCast": _parts("arg typeName"),
    "TypeName": _parts("names typmods typemod arrayBounds"),
    "CollateClause": _parts("arg collname"),
    # SQL/JSON
    "JsonObjectConstructor": _parts("exprs output absent_on_null unique"),
    "JsonArrayConstructor": _parts("exprs output absent_on_null"),
    "JsonArrayQueryConstructor": _parts("query output format absent_on_null"),
    "JsonKeyValue": _parts("key value"),
    "JsonValueExpr": _parts("raw_expr format"),
    "JsonFormat": _parts("format_type encoding"),
    "JsonOutput": _parts("typeName returning"),
    "JsonReturning": _parts("format typmod"),
    "JsonObjectAgg": _parts("constructor arg absent_on_null unique"),
    "JsonArrayAgg": _parts("constructor arg absent_on_null"),
    "JsonAggConstructor": _parts("output agg_filter agg_order over"),
    "JsonIsPredicate": _parts("expr format item_type unique_keys"),
    "JsonFuncExpr": _parts(
        "op column_name context_item pathspec passing output on_empty on_error wrapper quotes"
    ),
    "JsonArgument": _parts("val name"),
    "JsonBehavior": _parts("btype expr"),
    "JsonTable": _parts("context_item pathspec passing columns on_error alias lateral"),
    "JsonTableColumn": _parts(
        "coltype name typeName pathspec format wrapper quotes columns on_empty on_error"
    ),
    "JsonTablePathSpec": _parts("string name"),
    "JsonParseExpr": _parts("expr output unique_keys"),
    "JsonScalarExpr": _parts("expr output"),
    "JsonSerializeExpr": _parts("expr output"),
}

# Places in the text, which say nothing about what a query does.
PLACES: Final = frozenset(
    {"location", "name_location", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end"}
)

# Parts that are refused by themselves, in words that name what they do.
REFUSED_PARTS: Final[Mapping[tuple[str, str], str]] = {
    ("SelectStmt", "intoClause"): "SELECT INTO makes a table",
    ("SelectStmt", "lockingClause"): "FOR UPDATE and FOR SHARE lock rows",
    ("RangeVar", "catalogname"): "other databases can't be read",
    ("SortBy", "useOp"): "ORDER BY … USING is not allowed; use ASC or DESC",
    ("TypeName", "pct_type"): "%TYPE is not allowed",
    ("TypeName", "setof"): "SETOF is not allowed",
}
