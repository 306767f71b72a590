"""What the supervisor is asked to run."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A host path made visible in the sandbox, read-only unless `writable`."""

    source: str
    target: str
    writable: bool = False


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """The file system a process sees: nothing of the host but what is listed.

    Attributes:
        mount_point: an existing empty directory of the host, on which the root is built.
        directories: empty directories to create.
        symlinks: (link, what it points to).
        files: (path, content) of small generated files.
        owner: user and group id to run as; None keeps those of the supervisor.
    """

    mount_point: str
    mounts: tuple[Mount, ...]
    directories: tuple[str, ...] = ()
    symlinks: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    owner: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Launch:
    """A command with everything it may know of the world.

    Attributes:
        memory_limit: bytes of resident memory of the whole process tree; None for no limit.
        sandbox: None to run in the host's own file system.
    """

    command: tuple[str, ...]
    environment: dict[str, str] = field(repr=False)
    working_directory: str
    memory_limit: int | None = None
    sandbox: Sandbox | None = None

    def to_json(self) -> str:
        """One line, for the control channel."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Launch":
        """The inverse of `to_json`."""
        values = json.loads(text)
        sandbox = values.pop("sandbox")
        command = tuple(values.pop("command"))
        return cls(command=command, sandbox=_sandbox(sandbox) if sandbox else None, **values)


def _sandbox(values: dict[str, Any]) -> Sandbox:
    owner = values["owner"]
    return Sandbox(
        mount_point=values["mount_point"],
        mounts=tuple(Mount(**mount) for mount in values["mounts"]),
        directories=tuple(values["directories"]),
        symlinks=tuple((link, target) for link, target in values["symlinks"]),
        files=tuple((path, content) for path, content in values["files"]),
        owner=(owner[0], owner[1]) if owner else None,
    )
