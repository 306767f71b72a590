"""Controls that AWS enforces, and what a probe found of one in the local environment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from local.parity.workbench import Workbench


class Verdict(Enum):
    """How the local environment compares with AWS."""

    ENFORCED = "enforced here"
    ONLY_ON_AWS = "only on AWS"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Finding:
    """What a probe found; the remark says how it is different."""

    verdict: Verdict
    remark: str = ""


ENFORCED: Final = Finding(Verdict.ENFORCED)
ONLY_ON_AWS: Final = Finding(Verdict.ONLY_ON_AWS)


def different(remark: str) -> Finding:
    """Something is enforced, in another way than on AWS."""
    return Finding(Verdict.DIFFERENT, remark)


def enforced_if(holds: bool) -> Finding:
    """The finding of a probe that has two outcomes."""
    return ENFORCED if holds else ONLY_ON_AWS


type Probe = Callable[[Workbench], Finding]


@dataclass(frozen=True, kw_only=True)
class Control:
    """Something that AWS enforces.

    Attributes:
        probed: what the probe does, as the page says it.
        on_aws: what AWS does then.
    """

    name: str
    probed: str
    on_aws: str
    probe: Probe


@dataclass(frozen=True)
class Subject:
    """Controls that belong together: one table of the page."""

    title: str
    controls: list[Control] = field(default_factory=list)

    def control(self, name: str, *, probed: str, on_aws: str) -> Callable[[Probe], Probe]:
        """Adds a control with the decorated function as its probe."""

        def add(probe: Probe) -> Probe:
            self.controls.append(Control(name=name, probed=probed, on_aws=on_aws, probe=probe))
            return probe

        return add
