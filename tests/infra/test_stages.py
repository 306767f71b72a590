import pytest

from infra import stages


def test_unknown_stage_is_answered_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'staging'.*local, dev, prod"):
        stages.named("staging")


def test_prod_survives_a_deleted_stack() -> None:
    prod = stages.named("prod")
    assert prod.termination_protection
    assert prod.removal_policy.name == "RETAIN"
    assert prod.database is not None
    assert prod.database.deletion_protection
    assert prod.database.multi_az


def test_only_local_uses_an_external_database() -> None:
    assert [stage.name for stage in stages.STAGES.values() if stage.database is None] == ["local"]
