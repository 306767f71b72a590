"""The operations: one module with typed parameters for each, its SQL beside it."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from data_pipeline.analytics.operation import Operation


class _Operations(Mapping[str, Operation[Any]]):
    """By name; each module is imported when it is asked for, since most calls ask for one."""

    def __init__(self, *names: str) -> None:
        self._names = dict.fromkeys(names)

    def __getitem__(self, name: str) -> Operation[Any]:
        if name not in self._names:
            raise KeyError(name)
        operation: Operation[Any] = import_module(f"{__name__}.{name}").OPERATION
        return operation

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


ALL: Final[Mapping[str, Operation[Any]]] = _Operations(
    "simple_demo",
    "database_info",
    "customer_analysis",
    "revenue_analysis",
    "multi_dimensional_analytics",
    "data_integrity_analysis",
    "relationship_analysis",
    "entity_matching",
    "attribute_analysis",
    "time_series_patterns",
    "entity_history",
    "custom_complex_query",
)
