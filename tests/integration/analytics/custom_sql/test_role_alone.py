"""The second layer: every statement that the guard refuses, without the guard."""

from collections.abc import Iterator

import pytest

from local.state import Environment
from tests.integration.analytics.custom_sql.corpus import Alone, Attack, attacks
from tests.integration.analytics.custom_sql.target import Target
from tests.integration.databases import TestDatabase

ATTACKS = attacks()


@pytest.fixture(scope="module")
def target(environment: Environment, loaded_database: TestDatabase) -> Iterator[Target]:
    target = Target(environment, loaded_database)
    try:
        yield target
    finally:
        target.close()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.title)
def test_role_lets_happen_what_is_listed(target: Target, attack: Attack) -> None:
    alone, why = target.attempt(attack, extended=False)
    assert alone in _LISTED[attack.alone], why


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.title)
def test_extended_protocol_lets_no_more_happen(target: Target, attack: Attack) -> None:
    alone, why = target.attempt(attack, extended=True)
    assert alone in {*_LISTED[attack.alone], Alone.REFUSED}, why


# A slow machine stops what a fast one finishes.
_LISTED = {alone: {alone} for alone in Alone} | {Alone.HARMLESS: {Alone.HARMLESS, Alone.STOPPED}}
