"""Keeps the JSONPaths of state machines once they are parsed.

LocalStack 4.14.0 parses a path each time that it is evaluated, and its library computes the tables
of a parser anew for each: more than half of the time that an execution takes.
"""

import functools

from localstack.services.stepfunctions.asl.component.common.path import result_path
from localstack.services.stepfunctions.asl.utils import json_path

# Paths are few: those of the definitions that run.
_MOST_PATHS = 4096


def apply() -> None:
    """Replaces how paths are parsed, for the life of this process. Parsed paths never change."""
    for module in (json_path, result_path):
        module.parse = functools.lru_cache(_MOST_PATHS)(module.parse)
