"""Runs the demo of README.md, step by step, exactly as it is written there.

The README is the only source: what is narrated and what is run are its own headings and its own
`bash` blocks, so the demo can't drift from what a reader would paste.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.setup_steps import ROOT

README = ROOT / "README.md"
SECTION = "## The demo, step by step"


class NoDemoError(Exception):
    """The README has no demo section, or none that can be run."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: what the README says of it and the commands it gives."""

    title: str
    commands: str


def steps(readme: str) -> Iterator[Step]:
    """The steps of the README's demo: each `###` heading with its `bash` blocks.

    Raises:
        NoDemoError: there is no demo section.
    """
    _, found, rest = readme.partition(f"\n{SECTION}\n")
    if not found:
        raise NoDemoError(f"README.md has no section {SECTION!r}")
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    for part in re.split(r"^### ", section, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        blocks = re.findall(r"^```bash\n(.*?)^```", body, flags=re.MULTILINE | re.DOTALL)
        if blocks:
            yield Step(title=title.strip(), commands="\n".join(blocks))


def script(readme: str) -> str:
    """One bash script of all the steps, each announced and each command shown before it runs."""
    lines = ["set -euo pipefail"]
    for step in steps(readme):
        lines += [f"printf '\\n\\033[1m%s\\033[0m\\n' {shlex.quote(step.title)}"]
        lines += [f"printf '%s\\n' {shlex.quote(_as_typed(step.commands))}", step.commands]
    return "\n".join(lines)


def _as_typed(commands: str) -> str:
    return "\n".join(f"  $ {line}" for line in commands.strip().splitlines())


def run(readme: Path = README) -> int:
    """Runs the demo against the running environment and returns the script's exit code."""
    text = script(readme.read_text(encoding="utf-8"))
    return subprocess.run(["bash", "-c", text], cwd=ROOT, check=False).returncode


def main() -> None:
    """Runs the demo."""
    code = run()
    print("\nThe demo ran to its end." if code == 0 else f"\nThe demo stopped (exit {code}).")
    sys.exit(code)


if __name__ == "__main__":
    main()
