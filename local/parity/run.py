"""Runs the probes, several at a time: most of them wait."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from local.parity.control import Control, Finding, Subject
from local.parity.workbench import Workshop
from local.state import Environment

_AT_A_TIME: Final = 8


class ProbeError(RuntimeError):
    """Probes could not find out what they are for; the message names them, and why."""


def probed(environment: Environment, subjects: Sequence[Subject]) -> dict[Control, Finding]:
    """What was found of each control.

    Raises:
        ProbeError: a probe failed.
    """
    workshop = Workshop.of(environment)
    controls = [control for subject in subjects for control in subject.controls]

    def probe(control: Control) -> Finding | Exception:
        try:
            with workshop.workbench() as bench:
                return control.probe(bench)
        except Exception as error:  # noqa: BLE001 - all failures are told together
            return error

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        outcomes = dict(zip(controls, pool.map(probe, controls), strict=True))
    workshop.remove_logs()
    found = {control: one for control, one in outcomes.items() if isinstance(one, Finding)}
    failures = [
        f"{control.name}: {type(one).__name__}: {one}"
        for control, one in outcomes.items()
        if isinstance(one, Exception)
    ]
    if failures:
        raise ProbeError("\n".join(failures))
    return found
