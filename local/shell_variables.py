"""The running environment as shell commands: `eval "$(make -s env)"`."""

import shlex
from pathlib import Path

from local.api_access import access
from local.state import Environment
from local.toolchain import LOCALSTACK_VENV

# Each would lead the AWS command line or an SDK to another account or endpoint.
_UNSET = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)


def commands(environment: Environment) -> str:
    """Exports that point a shell to the environment, and the AWS command line on its path.

    Raises:
        EnvironmentNotRunning: nothing is deployed.
    """
    variables = environment.aws_variables() | access(environment).variables()
    variables["PIPELINE_ENVIRONMENT"] = environment.name
    lines = [f"unset {' '.join(_UNSET)}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    programs = shlex.quote(str(_programs(environment)))
    lines.append(f'case ":$PATH:" in *:{programs}:*) ;; *) export PATH="$PATH":{programs} ;; esac')
    return "\n".join(lines)


def _programs(environment: Environment) -> Path:
    """A directory that holds the AWS command line alone, found after the user's own."""
    directory = environment.directory / "bin"
    directory.mkdir(exist_ok=True)
    link = directory / "aws"
    link.unlink(missing_ok=True)
    link.symlink_to(LOCALSTACK_VENV / "bin" / "aws")
    return directory
