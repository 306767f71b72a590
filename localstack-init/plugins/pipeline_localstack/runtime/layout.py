"""Where a function finds its interpreter, its code and its scratch space.

Inside a sandbox it is the layout of AWS's python runtimes: `/var/lang`, `/var/task`, `/tmp`. Where
the host allows no sandbox, the host's own paths are used.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipeline_localstack.supervisor.launch import Launch, Mount, Sandbox

TASK_ROOT = "/var/task"
_LANGUAGE = "/var/lang"
_BASE = f"{_LANGUAGE}/base"
# The user that functions run as on AWS (sbx_user1051).
_OWNER = (993, 990)
_DESCRIBE = """
import json, sys, sysconfig
print(json.dumps({
    "name": "python%d.%d" % sys.version_info[:2],
    "base_prefix": sys.base_prefix,
    "base_executable": sys._base_executable,
    "site_packages": sysconfig.get_path("purelib"),
}))
"""


class RuntimeNotAvailableError(Exception):
    """A function asks for a runtime that is not here; the message names both."""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A virtual environment that holds what AWS's runtime provides, and nothing else."""

    executable: str
    name: str
    base_prefix: str
    base_executable: str
    site_packages: str

    @classmethod
    def of(cls, executable: str) -> "Interpreter":
        """Ask an interpreter about itself.

        Raises:
            OSError, subprocess.CalledProcessError: it does not run.
        """
        answer = subprocess.run(
            [executable, "-I", "-c", _DESCRIBE], capture_output=True, text=True, check=True, env={}
        ).stdout
        return cls(executable=executable, **json.loads(answer))

    def require(self, runtime: str | None) -> None:
        """Check that a function's runtime, None for that of a container image, is this one.

        Raises:
            RuntimeNotAvailableError: it is another.
        """
        if runtime != self.name:
            wanted = f"The runtime {runtime}" if runtime else "The runtime of a container image"
            raise RuntimeNotAvailableError(
                f"{wanted} is not available: functions run on {self.name} ({self.executable})."
            )


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """The directories of one execution environment on the host.

    Attributes:
        code: the unpacked deployment package.
        scratch: the function's `/tmp`.
        mount_point: an empty directory.
    """

    code: str
    scratch: str
    mount_point: str

    @classmethod
    def create(cls, directory: Path, code: Path) -> "Workspace":
        """Make the directories below `directory`, which must not exist."""
        scratch, mount_point = directory / "tmp", directory / "root"
        for each in (scratch, mount_point):
            each.mkdir(parents=True, mode=0o700)
        if os.geteuid() == 0:
            os.chown(scratch, *_OWNER)
        return cls(code=str(code), scratch=str(scratch), mount_point=str(mount_point))


def sandboxed(
    interpreter: Interpreter,
    workspace: Workspace,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    memory_limit: int,
) -> Launch:
    """Run the interpreter in a sandbox with the file system of AWS's runtime."""
    return Launch(
        command=(f"{_LANGUAGE}/bin/{interpreter.name}", *arguments),
        environment={**environment, "LAMBDA_TASK_ROOT": TASK_ROOT},
        working_directory=TASK_ROOT,
        memory_limit=memory_limit,
        sandbox=Sandbox(
            mount_point=workspace.mount_point,
            mounts=_mounts(interpreter, workspace),
            directories=("/opt", "/var/runtime"),
            symlinks=_symlinks(interpreter),
            files=((f"{_LANGUAGE}/pyvenv.cfg", _venv_configuration(interpreter)),),
            owner=_OWNER if os.geteuid() == 0 else None,
        ),
    )


def plain(
    interpreter: Interpreter,
    workspace: Workspace,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    memory_limit: int,
) -> Launch:
    """Run the interpreter in the host's file system, with a temporary directory of its own."""
    on_host = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
    return Launch(
        command=(interpreter.executable, *arguments),
        environment={
            **on_host,
            "LAMBDA_TASK_ROOT": workspace.code,
            "TMPDIR": workspace.scratch,
        },
        working_directory=workspace.code,
        memory_limit=memory_limit,
    )


def _mounts(interpreter: Interpreter, workspace: Workspace) -> tuple[Mount, ...]:
    library = f"{_LANGUAGE}/lib/{interpreter.name}/site-packages"
    mounts = [
        Mount(source=workspace.code, target=TASK_ROOT),
        Mount(source=workspace.scratch, target="/tmp", writable=True),  # noqa: S108
        Mount(source=interpreter.site_packages, target=library),
    ]
    if not _is_system(interpreter):
        mounts.append(Mount(source=interpreter.base_prefix, target=_BASE))
    resolver = Path("/etc/resolv.conf").resolve()
    if resolver.is_file() and resolver.parts[1] != "etc":
        mounts.append(Mount(source=str(resolver), target=str(resolver)))
    return tuple(mounts)


def _symlinks(interpreter: Interpreter) -> tuple[tuple[str, str], ...]:
    base = Path(interpreter.base_executable).resolve()
    inside = str(base)
    if not _is_system(interpreter):
        inside = f"{_BASE}/{base.relative_to(Path(interpreter.base_prefix).resolve())}"
    names = (interpreter.name, "python3", "python")
    links = [(f"{_LANGUAGE}/bin/{name}", inside) for name in names]
    # LD_LIBRARY_PATH of the runtime starts here, for interpreters built with a shared library.
    shared = Path(interpreter.base_prefix, "lib").glob("libpython3*.so*")
    if not _is_system(interpreter):
        links += [(f"{_LANGUAGE}/lib/{each.name}", f"{_BASE}/lib/{each.name}") for each in shared]
    return tuple(links)


def _venv_configuration(interpreter: Interpreter) -> str:
    home = "/usr/bin" if _is_system(interpreter) else f"{_BASE}/bin"
    return f"home = {home}\ninclude-system-site-packages = false\n"


def _is_system(interpreter: Interpreter) -> bool:
    """The interpreter is the distribution's, which is in the sandbox anyway."""
    return Path(interpreter.base_prefix).resolve() == Path("/usr")
