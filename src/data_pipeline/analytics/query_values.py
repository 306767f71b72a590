"""Parameters as a query string has them: texts, from which the models make what they are.

A list is its name repeated, as generated clients write it (OpenAPI: form, exploded), or one text
with commas, as people do. An object, or a list if that is easier, is JSON. Everything else is the
text itself, and may be given once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import cache

from data_pipeline.analytics import problems
from data_pipeline.analytics.operation import Parameters
from data_pipeline.aws.problems import FieldError


class _Form(Enum):
    """What a parameter holds; `CHOICE` is one text or a list of them."""

    SINGLE = auto()
    LIST = auto()
    CHOICE = auto()
    NESTED = auto()


def parameter_values(
    parameters: type[Parameters], given: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    """What a body would hold instead of these texts, as far as the model must not say so itself.

    Raises:
        ProblemError: 400, naming the parameters given more often than once that are no lists.
    """
    forms = _forms(parameters)
    repeated = [
        FieldError(pointer=f"#/parameters/{name}", detail=f"'{name}' is given more than once.")
        for name, texts in given.items()
        if len(texts) > 1 and forms.get(name, _Form.SINGLE) in {_Form.SINGLE, _Form.NESTED}
    ]
    if repeated:
        raise problems.invalid_request(repeated)
    return {
        name: _value(texts, forms.get(name, _Form.SINGLE)) for name, texts in given.items() if texts
    }


def _value(texts: Sequence[str], form: _Form) -> object:
    if len(texts) > 1:
        return list(texts)
    text = texts[0]
    if form is not _Form.SINGLE and text.lstrip()[:1] in {"[", "{"}:
        return _json(text)
    if form is _Form.LIST:
        return [part.strip() for part in text.split(",")] if text.strip() else []
    return text


def _json(text: str) -> object:
    """The text's value, or the text itself: then the model says what is wrong with it."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


@cache
def _forms(parameters: type[Parameters]) -> Mapping[str, _Form]:
    schema = parameters.model_json_schema()
    definitions = schema.get("$defs", {})
    return {
        name: _form(list(_choices(found, definitions)), definitions)
        for name, found in schema.get("properties", {}).items()
    }


type _Schema = Mapping[str, object]


def _choices(schema: _Schema, definitions: Mapping[str, _Schema]) -> Iterator[_Schema]:
    """The schemas of which a value has to meet one, null left out."""
    if isinstance(reference := schema.get("$ref"), str):
        yield from _choices(definitions[reference.rpartition("/")[2]], definitions)
    elif isinstance(choices := schema.get("anyOf"), list):
        for choice in choices:
            yield from _choices(choice, definitions)
    elif schema.get("type") != "null":
        yield schema


def _form(choices: list[_Schema], definitions: Mapping[str, _Schema]) -> _Form:
    kinds = {choice.get("type") for choice in choices}
    lists = [choice for choice in choices if choice.get("type") == "array"]
    if "object" in kinds or any(_is_nested(choice, definitions) for choice in lists):
        return _Form.NESTED
    if not lists:
        return _Form.SINGLE
    return _Form.LIST if kinds == {"array"} else _Form.CHOICE


def _is_nested(schema: _Schema, definitions: Mapping[str, _Schema]) -> bool:
    items = schema.get("items")
    if not isinstance(items, dict):
        return False
    kinds = {choice.get("type") for choice in _choices(items, definitions)}
    return bool(kinds & {"array", "object"})
