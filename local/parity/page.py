"""The page that tells what was found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from local.parity.control import Control, Finding, Subject, Verdict
from local.setup_steps import ROOT

PAGE: Final = ROOT / "docs" / "parity.md"
_INTRODUCTION: Final = """\
# What AWS enforces, and what of it is enforced here

<!-- Written by `make parity`; a test compares it with what the probes find. -->

Each control below was tried in a running local environment, by doing what it is there to prevent
or to bring about. **Enforced here**: it has the effect that it has on AWS. **Only on AWS**: it has
no effect here, or there is no such service. **Different**: it has an effect, another one.
All of it is the same in both runtimes, as processes and in [containers](docker.md): the tests of
each compare it with this page. `make parity` probes again and writes it; the probes use resources
of their own, and remove them.
"""


def written(subjects: Sequence[Subject], findings: Mapping[Control, Finding]) -> str:
    """The page.

    Args:
        subjects: its tables, in order.
        findings: of all their controls.
    """
    parts = [_INTRODUCTION, _totals(findings)]
    parts += [_table(subject, findings) for subject in subjects]
    return "\n".join(parts)


def _totals(findings: Mapping[Control, Finding]) -> str:
    counts = Counter(finding.verdict for finding in findings.values())
    rows = [f"| {verdict.value} | {counts[verdict]} |" for verdict in Verdict]
    total = f"| all | {len(findings)} |"
    return "\n".join(["| | controls |", "|---|---|", *rows, total, ""])


def _table(subject: Subject, findings: Mapping[Control, Finding]) -> str:
    rows = [_row(control, findings[control]) for control in subject.controls]
    heading = ["| control | here | how it was probed | on AWS |", "|---|---|---|---|"]
    return "\n".join([f"## {subject.title}", "", *heading, *rows, ""])


def _row(control: Control, finding: Finding) -> str:
    here = f"**{finding.verdict.value}**"
    if finding.remark:
        here += f": {finding.remark}"
    cells = (control.name, here, control.probed, control.on_aws)
    return f"| {' | '.join(cells)} |"


def save(text: str, file: Path = PAGE) -> None:
    """Replaces the page."""
    file.write_text(text, encoding="utf-8")
