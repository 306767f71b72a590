import re
from pathlib import Path

from data_pipeline.analytics.sql_guard import allowed, guard, sizes

PAGE = (Path(__file__).parents[3] / "docs/custom-sql.md").read_text(encoding="utf-8")


def test_page_lists_the_functions() -> None:
    table = PAGE.partition("\n## Functions\n")[2].partition("|---|---|\n")[2]
    assert set(re.findall("`([^`]+)`", table)) == allowed.FUNCTIONS


def test_page_has_the_limits() -> None:
    for limit in (guard.MOST_CHARACTERS, sizes.MOST_ROWS, sizes.MOST_REPETITIONS):
        assert f"{limit:,}" in PAGE
    for limit in (guard.MOST_LEVELS, guard.MOST_TABLES, sizes.MOST_LETTERS):
        assert str(limit) in PAGE
