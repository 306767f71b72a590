"""Schemas moved into one namespace, where each model's own definitions get its name before theirs.

Two operations may each have a `Metric` of their own.
"""

from collections.abc import Callable
from typing import Any, Final

type Schema = dict[str, Any]

REFERENCE: Final = "#/components/schemas/"


def pascal(name: str) -> str:
    """`customer_analysis` as `CustomerAnalysis`."""
    return "".join(word.capitalize() for word in name.split("_"))


def reference(name: str) -> Schema:
    """A reference to a schema of the document."""
    return {"$ref": f"{REFERENCE}{name}"}


def with_names(node: Any, rename: Callable[[str], str]) -> Any:
    """A schema in which every reference to a definition leads to its new name."""
    if isinstance(node, list):
        return [with_names(item, rename) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: f"{REFERENCE}{rename(value.rsplit('/', 1)[-1])}"
        if name == "$ref"
        else with_names(value, rename)
        for name, value in node.items()
    }
