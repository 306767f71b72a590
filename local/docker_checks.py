"""The command behind `make test-docker`: the integration tests against containers.

Where no engine can be had at all it says why and ends well: nothing is wrong with the project.
"""

import os
import sys
from functools import partial
from typing import Final

from local import compose, containers, images
from local.checks import ENVIRONMENT, Checks, catch_interruptions
from local.docker import EngineError, connect, has_image
from local.engine import available
from local.environment import EXPECTED_ERRORS
from local.ports import DEFAULT_LOCALSTACK, DEFAULT_POSTGRES, Ports
from local.progress import Progress, complain
from local.state import Credentials

# All that use an environment: the others know nothing of containers.
_TESTS: Final = ("tests/integration",)


def main() -> int:
    """Runs the tests and returns the exit code."""
    catch_interruptions()
    progress = Progress()
    ready = False
    try:
        with available(progress):
            ready = True
            return _run(progress)
    except EXPECTED_ERRORS as error:
        if not ready and isinstance(error, EngineError):
            progress.note(f"NOT TESTED in containers, for want of an engine: {error}")
            return 0
        complain(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        complain("\nInterrupted.")
        return 130


def _run(progress: Progress) -> int:
    os.environ["RUNTIME"] = containers.RUNTIME
    client = connect()
    ours = [image for image in images.names().values() if not has_image(client, image)]
    try:
        images.ensure(client, progress)
        _check_file(progress)
        checks = Checks(progress)
        checks.run_tests(_TESTS)
        return checks.conclude()
    finally:
        for image in filter(partial(has_image, client), ours):
            client.images.remove(image, force=True)


def _check_file(progress: Progress) -> None:
    """Has Compose read the file, v1 too where the machine has it."""
    passwords = Credentials(superuser="a", owner="b", writer="c", reader="d")
    variables = images.settings(
        passwords, Ports(localstack=DEFAULT_LOCALSTACK, postgres=DEFAULT_POSTGRES)
    )
    for program in compose.programs():
        arguments = ["config", "--quiet"]
        compose.run(arguments, variables, project=ENVIRONMENT, files=[compose.FILE], using=program)
        progress.step(f"Compose {'.'.join(map(str, program.version))} accepts docker-compose.yml")


if __name__ == "__main__":
    sys.exit(main())
