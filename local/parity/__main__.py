"""The command behind `make parity`: probes the running environment and writes docs/parity.md."""

import sys

from botocore.exceptions import BotoCoreError, ClientError

from local.parity import page
from local.parity.probes import SUBJECTS
from local.parity.run import ProbeError, probed
from local.progress import Progress, complain
from local.setup_steps import ROOT
from local.state import EnvironmentNotRunning, InvalidEnvironmentNameError, current_name, load


def main() -> int:
    """Probes, writes and returns the exit code."""
    progress = Progress()
    try:
        findings = probed(load(current_name()), SUBJECTS)
    except (
        BotoCoreError,
        ClientError,
        EnvironmentNotRunning,
        InvalidEnvironmentNameError,
        ProbeError,
    ) as error:
        complain(f"parity: {error}")
        return 1
    page.save(page.written(SUBJECTS, findings))
    progress.step(f"{len(findings)} controls probed; {page.PAGE.relative_to(ROOT)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
