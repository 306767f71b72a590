"""Whether the page tells what the environment under test does."""

from local.parity import page
from local.parity.probes import SUBJECTS
from local.parity.run import probed
from local.state import Environment


def test_page_tells_what_is_enforced_here(environment: Environment) -> None:
    found = page.written(SUBJECTS, probed(environment, SUBJECTS))
    assert page.PAGE.read_text(encoding="utf-8").splitlines() == found.splitlines(), (
        "What is enforced has changed: run `make parity`, and read what it changes in the page"
    )
