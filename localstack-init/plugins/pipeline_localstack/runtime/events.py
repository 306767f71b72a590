"""What happens to a runtime, in the order it happens."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened, at a time of the monotonic clock (seconds)."""

    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, kw_only=True)
class Ready(Event):
    """The runtime has initialised and asks for its first invocation."""


@dataclass(frozen=True, kw_only=True)
class InitFailed(Event):
    """The runtime reported that the function's code could not be loaded."""

    payload: bytes
    error_type: str


@dataclass(frozen=True, kw_only=True)
class Responded(Event):
    """The function returned; `payload` is None when it is larger than Lambda allows."""

    request_id: str
    payload: bytes | None


@dataclass(frozen=True, kw_only=True)
class Failed(Event):
    """The function raised an error, which the runtime caught and reported."""

    request_id: str
    payload: bytes
    error_type: str


@dataclass(frozen=True, kw_only=True)
class Exited(Event):
    """The runtime's process ended, with a status as of waitpid(2)."""

    status: int
    peak: int = 0
    out_of_memory: bool = False


@dataclass(frozen=True, kw_only=True)
class Refused(Event):
    """The operating system did not allow the isolation that was asked for."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class MemoryUsed(Event):
    """The most memory the process tree ever used, in bytes."""

    peak: int
