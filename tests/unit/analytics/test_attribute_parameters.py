import pytest

from data_pipeline.analytics import json_paths, path_predicates
from data_pipeline.analytics.catalog import parse
from data_pipeline.aws.problems import ProblemError


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("$.tags", [".tags"]),
        ("$.tags[*]", [".tags", "[*]"]),
        ('$."tax id".code', [".tax id", ".code"]),
        ('$["tax id"]["a\\"b"]', [".tax id", '.a"b']),
        ("$.größe[*][*]", [".größe", "[*]", "[*]"]),
    ],
)
def test_path_is_read_step_by_step(path: str, steps: list[str]) -> None:
    assert json_paths.steps(path) == steps


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tags", "begins with \\$"),
        ("$tags", "character 2 begins no step"),
        ("$.tags[0]", r"character 7 begins no step: write .name, .\"a name\" or \[\*\]"),
        ("$.tags[", "character 7"),
        ('$["a"', "character 2"),
        ('$."a"]', "character 2"),
        ("$..a", "character 2"),
        ("$." + ".".join("abcdefghi"), "at most 8 steps"),
        ('$."a\\u0000"', "can't be looked for"),
    ],
)
def test_what_is_no_path_is_explained(path: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        json_paths.steps(path)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("", "at character 1 \\$ or a value"),
        ("score > 90", 'at character 1 \\$ or a value such as "gold" or 3 is expected'),
        ("$.score >", "at character 10 .* expected, not the end"),
        ("$.score > 90 &&", "expected, not the end"),
        ("$.score = 90", "character 9 .* is not understood"),
        ("$.a ? (@ == 1", "\\) is expected, not the end"),
        ("@.a == 1", "at character 1 \\$"),
        ("$.a.floor() > 1", "no method 'floor'"),
        ("$.a[x] == 1", "the place of an element"),
        ("$.a == 'x'", "character 8"),
        ('$.a == "\\x"', "character 8 has an unknown escape"),
        ('$.a == "\\u0000"', "character 8 has an unknown escape"),
        ('$.a == "\\ud800"', "character 8 has an unknown escape"),
        ('$.a like_regex "(a+)+"', "the pattern at character 16"),
        ("! $.a == 1", "after !"),
        ("(" * 30 + "$.a == 1" + ")" * 30, "nested deeper than 20 levels"),
        ("$.a == 1 $.b", "the end, && or \\|\\| is expected"),
    ],
)
def test_what_is_no_condition_is_explained(condition: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        path_predicates.check(condition)


@pytest.mark.parametrize(
    ("parameters", "at"),
    [
        ({"entity": "persons"}, "entity"),
        ({"source_system": "CRM; --"}, "source_system"),
        ({"path": "tags"}, "path"),
        ({"path": "$"}, "path"),
        ({"path": "$[*]"}, "path"),
        ({"depth": 0}, "depth"),
        ({"depth": 9}, "depth"),
        ({"contains": '{"tier": '}, "contains"),
        ({"contains": "[1]"}, "contains"),
        ({"contains": ["gold"]}, "contains"),
        ({"contains": {"a": "\0"}}, "contains"),
        ({"contains": '{"a": "\\ud800"}'}, "contains/a/str"),
        ({"contains": {"a": float("inf")}}, "contains"),
        ({"contains": '{"a": 1e999}'}, "contains"),
        ({"contains": "[" * 3000}, "contains"),
        ({"contains": {"a": "x" * 5000}}, "contains"),
        ({"matches": "$.score >"}, "matches"),
        ({"min_count": 0}, "min_count"),
        ({"top": -1}, "top"),
        ({"top": 101}, "top"),
        ({"sample_percent": 0}, "sample_percent"),
        ({"sample_percent": 101}, "sample_percent"),
        ({"sample_percent": "nan"}, "sample_percent"),
    ],
)
def test_value_that_makes_no_analysis_is_refused(parameters: dict[str, object], at: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse("attribute_analysis", parameters)
    assert {error.pointer for error in caught.value.problem.errors} == {f"#/parameters/{at}"}


def test_nested_deeper_than_anybody_nests_is_refused() -> None:
    document: dict[str, object] = {}
    for _ in range(30):
        document = {"a": document}
    with pytest.raises(ProblemError, match="deeper than 20 levels"):
        parse("attribute_analysis", {"contains": document})


def test_text_that_only_looks_like_a_refused_character_is_looked_for() -> None:
    written = {"a": "\\u0000"}
    assert parse("attribute_analysis", {"contains": written}).normalised()["contains"] == written


def test_object_and_its_text_are_the_same_filter() -> None:
    by_object = parse("attribute_analysis", {"contains": {"tier": "gold"}})
    by_text = parse("attribute_analysis", {"contains": '{"tier": "gold"}'})
    assert by_object.fingerprint() == by_text.fingerprint()
