"""Hands one object to the function's handler, in a process of its own as in Lambda.

Prints, as JSON, when the handler began and ended, in seconds of the machine's monotonic clock, and
the most memory that the process ever held, in MiB.
"""

import json
import resource
import sys
import time
from types import SimpleNamespace

from data_pipeline.ingestion.handler import handle


def main(key: str, version_id: str) -> None:
    """Announces the object as S3 does."""
    notification = {
        "Records": [
            {
                "eventName": "ObjectCreated:Put",
                "s3": {
                    "bucket": {"name": "raw"},
                    "object": {"key": key, "versionId": version_id, "eTag": "e", "size": 1},
                },
            }
        ]
    }
    event = {"Records": [{"messageId": "1", "body": json.dumps(notification)}]}
    context = SimpleNamespace(
        function_name="benchmark",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:benchmark",
        aws_request_id="1",
    )
    began = time.monotonic()
    answer = handle(event, context)
    ended = time.monotonic()
    if answer["batchItemFailures"]:
        sys.exit("the handler failed: its log is above")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"began": began, "ended": ended, "memory": memory}))


if __name__ == "__main__":
    main(*sys.argv[1:])
