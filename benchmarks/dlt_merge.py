"""Merges a file of NDJSON with dlt, in an environment of its own. Prints the seconds it took.

Arguments: the file, how many of its records, how to reach the database.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import batched, islice

import dlt
import orjson


def customers(path: str, records: int) -> Iterator[list[dict[str, object]]]:
    """The records in pages, decoded by the fastest decoder that dlt uses itself."""
    with open(path, "rb") as file:  # noqa: PTH123 - this runs without the project
        for lines in batched(islice(file, records), 10_000, strict=False):
            yield [orjson.loads(line) for line in lines]


def main(path: str, records: str, conninfo: str) -> None:
    """Runs the pipeline: merged by key, loaded as CSV by COPY."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    parts = dict(part.split("=", 1) for part in conninfo.split())
    address = f"{parts['user']}:{parts['password']}@{parts['host']}:{parts['port']}"
    with tempfile.TemporaryDirectory() as directory:
        pipeline = dlt.pipeline(
            "benchmark",
            pipelines_dir=directory,
            destination=dlt.destinations.postgres(f"postgresql://{address}/{parts['dbname']}"),
            dataset_name="dlt_benchmark",
        )
        resource = dlt.resource(
            customers(path, int(records)),
            name="customers",
            primary_key="id",
            write_disposition="merge",
        )
        began = time.monotonic()
        pipeline.run(resource, loader_file_format="csv")
        print(time.monotonic() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
