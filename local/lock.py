"""Compiles the dependency groups of pyproject.toml to requirements/<group>.txt, with hashes."""

import subprocess
from datetime import date

from local.setup_steps import REQUIREMENTS, ROOT, UV

GROUPS = ("bootstrap", "node", "lambda", "lambda-runtime", "localstack", "dev", "bench")

# LocalStack 4.14.0 does not start with releases of cbor2, pyOpenSSL and twisted that came after it.
RELEASED = {"localstack": date(2026, 3, 5)}


def compile_group(group: str) -> None:
    """Writes the lock of one group.

    Raises:
        subprocess.CalledProcessError: the group can't be resolved; uv has printed why.
    """
    command = [
        str(UV),
        "pip",
        "compile",
        *("--group", f"pyproject.toml:{group}"),
        *("--output-file", str(REQUIREMENTS.relative_to(ROOT) / f"{group}.txt")),
        *("--python-version", "3.11" if group in ("bootstrap", "node") else "3.13"),
        # LocalStack's dependencies contradict each other beyond Python 3.13.
        *(() if group == "localstack" else ("--universal",)),
        "--generate-hashes",
        "--no-annotate",
        "--no-header",
        "--no-emit-index-url",
        "--quiet",
    ]
    if group in RELEASED:
        command += ["--exclude-newer", RELEASED[group].isoformat()]
    subprocess.run(command, cwd=ROOT, check=True)


def main() -> None:
    """Compiles all groups."""
    REQUIREMENTS.mkdir(exist_ok=True)
    for group in GROUPS:
        compile_group(group)
        print(f"requirements/{group}.txt")


if __name__ == "__main__":
    main()
