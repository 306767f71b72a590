"""Tells what is wrong with the policies of the running environment's roles."""

import argparse
import sys

from botocore.exceptions import BotoCoreError, ClientError
from requests import RequestException

from local.permissions import audit
from local.permissions.extras import EXTRAS, WITH_POLICIES_OF_AWS
from local.permissions.roles import Roles
from local.progress import complain
from local.state import EnvironmentNotRunning, InvalidEnvironmentNameError, current_name, load


def main() -> int:
    """Compares and returns the exit code."""
    arguments = _parser().parse_args()
    try:
        roles = Roles.of(load(current_name()))
    except (
        BotoCoreError,
        ClientError,
        EnvironmentNotRunning,
        InvalidEnvironmentNameError,
        RequestException,
    ) as error:
        complain(f"permissions: {error}")
        return 1
    found = audit.complaints(roles, EXTRAS, WITH_POLICIES_OF_AWS, whole=arguments.whole)
    for one in found:
        complain(one)
    if not found:
        print(f"{len(roles.permissions)} permissions fit {len(roles.calls)} kinds of calls.")
    return int(bool(found))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.permissions",
        description="Compares what the stacks' roles allow with what was called with them.",
    )
    parser.add_argument(
        "--whole",
        action="store_true",
        help="all tests were run: what was never called should not be allowed either",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
