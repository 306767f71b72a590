"""Runs the CDK's command line against the local environment, with its output in a log."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local import synthesis
from local.guard import LOCAL_ACCOUNT
from local.node import node_environment
from local.setup_steps import NODE_MODULES, ROOT
from local.state import REGION, Environment

_PATIENCE_SECONDS: Final = 900
_QUIET: Final = ("--no-notices", "--no-color", "--ci")

# Variables by which somebody may lead cdklocal, or the SDK in it, to another address.
_MISLEADING: Final = frozenset(
    {
        *("EDGE_PORT", "USE_SSL", "LOCALSTACK_HOSTNAME", "LOCALSTACK_HOST", "LAMBDA_MOUNT_CODE"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"),
    }
)


class CdkError(RuntimeError):
    """A command of the CDK failed; the message has its last lines."""


@dataclass(frozen=True, kw_only=True)
class Cdk:
    """The CDK's command line for one environment."""

    environment: Environment

    @property
    def assembly(self) -> Path:
        """Where the synthesized templates and their assets lie."""
        return self.environment.directory / "cdk.out"

    @property
    def log(self) -> Path:
        """What the commands printed."""
        return self.environment.directory / "deploy.log"

    def deployment_variables(self) -> dict[str, str]:
        """The environment in which a deployment's programs run."""
        kept = {k: v for k, v in node_environment().items() if k not in _MISLEADING}
        return self.environment.process_environment(kept) | {
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            # cdklocal drops what is not named here, and would read the user's AWS configuration.
            "AWS_ENVAR_ALLOWLIST": "AWS_CONFIG_FILE,AWS_SHARED_CREDENTIALS_FILE",
        }

    def synthesize(self) -> tuple[str, bool]:
        """Synthesizes the stacks for the stage `local`, and builds the functions' bundle.

        Returns:
            A fingerprint of all that a deployment would bring: templates and assets; and whether
            anything was synthesized: not so when no source has changed since the last time.

        Raises:
            CdkError: the app has an error, or the bundle can't be built.
        """
        endpoint = f"apiEndpoint={self.environment.endpoint}/_aws/execute-api"
        context = ("-c", "stage=local", "-c", endpoint)
        record = self.assembly / "sources"
        sources = synthesis.fingerprint(context)
        if record.is_file() and record.read_text(encoding="ascii") == sources:
            return _fingerprint(self.assembly), False
        shutil.rmtree(self.assembly, ignore_errors=True)
        # Proxies stay: the bundle's packages may have to come through one.
        variables = {k: v for k, v in node_environment().items() if not k.startswith("AWS_")}
        variables["CDK_DISABLE_CLI_TELEMETRY"] = "true"
        output = ("--output", str(self.assembly), "--quiet")
        self._run("aws-cdk/bin/cdk", ["synth", *output, *context], variables)
        record.write_text(sources, encoding="ascii")
        return _fingerprint(self.assembly), True

    def bootstrap(self, variables: Mapping[str, str]) -> None:
        """Creates the bucket and the roles that deployments need.

        Raises:
            CdkError: it failed.
        """
        self._run(
            "aws-cdk-local/bin/cdklocal",
            ["bootstrap", f"aws://{LOCAL_ACCOUNT}/{REGION}", "--app", str(self.assembly)],
            variables,
        )

    def deploy(self, variables: Mapping[str, str]) -> None:
        """Deploys what was synthesized and writes `outputs.json`.

        Raises:
            CdkError: it failed.
        """
        outputs = str(self.environment.directory / "outputs.json")
        self._run(
            "aws-cdk-local/bin/cdklocal",
            [
                *("deploy", "--all", "--app", str(self.assembly)),
                *("--require-approval", "never", "--outputs-file", outputs),
            ],
            variables,
        )

    def _run(self, program: str, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        # The script itself rather than the link in .bin, which says `node` found on PATH anyway.
        command = ["node", str(NODE_MODULES / program), *arguments, *_QUIET]
        with self.log.open("ab") as log:
            start = log.tell()
            log.write(f"\n$ {' '.join(command)}\n".encode())
            log.flush()
            code = _wait(command, variables, log.fileno())
        if code == 0:
            return
        tail = self.log.read_bytes()[start:].decode("utf-8", "replace").splitlines()[-25:]
        raise CdkError(
            f"`{Path(program).name} {arguments[0]}` failed ({code}); {self.log} ends:\n"
            + "\n".join(tail)
        )


def _wait(command: Sequence[str], variables: Mapping[str, str], output: int) -> int:
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=_PATIENCE_SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        os.write(output, f"\nno end after {_PATIENCE_SECONDS} s\n".encode())
        return 124


def _fingerprint(assembly: Path) -> str:
    """Templates name their assets by content, so they alone tell what would be deployed."""
    digest = hashlib.sha256()
    for file in sorted(assembly.glob("*.template.json")):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
