"""The names that a query may use, from the lists beside this module."""

from pathlib import Path
from typing import Final


def _names(file: str) -> frozenset[str]:
    """The words of a list. A line that begins with a hash and a space is a comment."""
    text = Path(__file__).with_name(f"{file}.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("# "))
    return frozenset(word for line in lines for word in line.split())


FUNCTIONS: Final = _names("functions")
OPERATORS: Final = _names("operators")
TYPES: Final = _names("types")

# PostgreSQL reads x.f as f(x) where x has no column f, so these names are refused there.
NOT_FIELDS: Final = _names("not_fields")

# A name without a schema is looked for in pg_catalog first, then in these two.
SCHEMAS_OF_TABLES: Final = frozenset({"canonical"})
SCHEMAS_OF_FUNCTIONS: Final = frozenset({"pg_catalog", "extensions"})
SCHEMAS_OF_TYPES: Final = frozenset({"pg_catalog", "canonical"})
SAMPLING_METHODS: Final = frozenset({"bernoulli", "system"})

# Columns that every table has beside its own.
SYSTEM_COLUMNS: Final = frozenset({"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"})
# Functions without parentheses that tell the time, not who or where one is.
CLOCKS: Final = frozenset(
    f"SVFOP_{name}"
    for name in (
        *("CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIME_N", "CURRENT_TIMESTAMP"),
        *("CURRENT_TIMESTAMP_N", "LOCALTIME", "LOCALTIME_N", "LOCALTIMESTAMP"),
        "LOCALTIMESTAMP_N",
    )
)
