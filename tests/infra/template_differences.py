"""What two templates differ in, by construct path and place."""

from collections.abc import Iterator
from typing import Any

type Template = dict[str, Any]


def differences(first: Template, second: Template) -> Iterator[str]:
    """Each difference as `<type> <logical id> <place>`.

    A resource that one of them lacks has the place `only in first` or `only in second`.
    """
    ours, theirs = first["Resources"], second["Resources"]
    for name in sorted({*ours, *theirs}):
        kind = (ours.get(name) or theirs[name])["Type"]
        label = f"{kind} {name}"
        if name not in theirs:
            yield f"{label} only in first"
        elif name not in ours:
            yield f"{label} only in second"
        else:
            yield from (f"{label} {place}" for place in _places(ours[name], theirs[name], ""))


def _places(first: object, second: object, place: str) -> Iterator[str]:
    if isinstance(first, dict) and isinstance(second, dict) and not _is_reference(first, second):
        for key in sorted({*first, *second}):
            inner = f"{place}.{key}".lstrip(".")
            yield from _places(first.get(key), second.get(key), inner)
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for one, other in zip(first, second, strict=True):
            yield from _places(one, other, place)
    elif first != second:
        yield place


def _is_reference(*values: dict[str, Any]) -> bool:
    """Whether one of them is a function of CloudFormation's, which is compared as a whole."""
    return any(key == "Ref" or key.startswith("Fn::") for value in values for key in value)
