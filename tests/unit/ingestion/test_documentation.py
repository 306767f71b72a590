"""What the documentation says of refusals is what the code refuses."""

import re
from pathlib import Path

import pytest

import data_pipeline
from data_pipeline.sources.wording import RULES

SOURCE = Path(data_pipeline.__file__).parent
PAGE = (Path(__file__).parents[3] / "docs" / "ingestion.md").read_text(encoding="utf-8")

_REFUSAL = re.compile(r'(?:InvalidRecord|UnreadableFile|MalformedJson)\(\s*"(\w+)"')


def rules() -> set[str]:
    texts = [file.read_text(encoding="utf-8") for file in SOURCE.rglob("*.py")]
    return {rule for text in texts for rule in _REFUSAL.findall(text)} | RULES


@pytest.mark.parametrize("rule", sorted(rules()))
def test_every_rule_is_explained(rule: str) -> None:
    assert f"`{rule}`" in PAGE
