"""Metrics that a function writes into its log in the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

_MARKER = '"CloudWatchMetrics"'
_VALUES_A_DATUM = 150


@dataclass(frozen=True, kw_only=True)
class Datum:
    """Values of one metric, as PutMetricData takes them."""

    name: str
    dimensions: tuple[tuple[str, str], ...]
    timestamp: datetime
    unit: str
    values: tuple[float, ...]
    resolution: int

    @classmethod
    def one(
        cls,
        name: str,
        value: float,
        unit: str,
        dimensions: tuple[tuple[str, str], ...],
        timestamp: datetime,
    ) -> Self:
        """A single value, as AWS's services write them: one of its minute."""
        return cls(
            name=name,
            dimensions=dimensions,
            timestamp=timestamp,
            unit=unit,
            values=(float(value),),
            resolution=60,
        )

    def parameters(self) -> dict[str, object]:
        """One element of PutMetricData's `MetricData`."""
        return {
            "MetricName": self.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions],
            "Timestamp": self.timestamp,
            "Unit": self.unit,
            "Values": list(self.values),
            "StorageResolution": self.resolution,
        }


def extract(output: str) -> dict[str, list[Datum]]:
    """The metrics in a function's output, by namespace. Lines in no or a wrong format give none."""
    found: dict[str, list[Datum]] = defaultdict(list)
    for line in output.splitlines():
        if _MARKER not in line:
            continue
        try:
            document = json.loads(line)
            for namespace, datum in _data(document):
                found[namespace].append(datum)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return dict(found)


def _data(document: dict[str, Any]) -> Iterator[tuple[str, Datum]]:
    metadata = document["_aws"]
    timestamp = datetime.fromtimestamp(metadata["Timestamp"] / 1000, UTC)
    for directive in metadata["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = tuple((name, str(document[name])) for name in names)
            for metric in directive["Metrics"]:
                for values in _batches(document[metric["Name"]]):
                    yield (
                        str(directive["Namespace"]),
                        Datum(
                            name=metric["Name"],
                            dimensions=dimensions,
                            timestamp=timestamp,
                            unit=metric.get("Unit", "None"),
                            values=values,
                            resolution=metric.get("StorageResolution", 60),
                        ),
                    )


def _batches(values: Any) -> Iterator[tuple[float, ...]]:
    numbers = values if isinstance(values, list) else [values]
    floats = tuple(float(number) for number in numbers)
    for start in range(0, len(floats), _VALUES_A_DATUM):
        yield floats[start : start + _VALUES_A_DATUM]
