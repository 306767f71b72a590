import itertools
from typing import Any


class InvalidQueryError(Exception):
    pass


calls = itertools.count(1)


def handle(event: Any, _context: Any) -> Any:
    raise InvalidQueryError(f"no such operation: {event['operation']} (call {next(calls)})")


def unserialisable(_event: Any, _context: Any) -> Any:
    return {1, 2, 3}
