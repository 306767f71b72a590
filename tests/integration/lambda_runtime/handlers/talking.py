import json
import logging
import sys
import time
from typing import Any

print("loading")


def handle(event: Any, _context: Any) -> Any:
    for number in range(event["lines"]):
        print(f"line {number}")
    print("to stderr", file=sys.stderr)
    logging.getLogger().warning("from logging: %s", event.get("text", ""))
    sys.stdout.write("without end of line")


def measure(event: Any, _context: Any) -> Any:
    """A line in the embedded metric format, as Powertools writes it."""
    document = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": event["namespace"],
                    "Dimensions": [["service"]],
                    "Metrics": [
                        {"Name": "FilesLoaded", "Unit": "Count"},
                        {"Name": "IngestSeconds", "Unit": "Seconds"},
                    ],
                }
            ],
        },
        "service": "tests",
        "FilesLoaded": 2.0,
        "IngestSeconds": [0.5, 1.5],
    }
    print(json.dumps(document))
