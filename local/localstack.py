"""LocalStack as a process: its settings, its directories, its start, readiness and stop."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests
from botocore.exceptions import BotoCoreError, ClientError

from local.ports import LOOPBACK
from local.process import Server
from local.setup_steps import ROOT
from local.state import Environment
from local.toolchain import LAMBDA_RUNTIME_VENV, LOCALSTACK_VENV

# A read-only call for each service the pipeline uses: health alone is green while all of them fail.
_PROBES: Final = {
    "apigateway": "get_rest_apis",
    "cloudformation": "list_stacks",
    "cloudwatch": "list_metrics",
    "dynamodb": "list_tables",
    "iam": "list_roles",
    "lambda": "list_functions",
    "logs": "describe_log_groups",
    "s3": "list_buckets",
    "secretsmanager": "list_secrets",
    "sns": "list_topics",
    "sqs": "list_queues",
    "ssm": "describe_parameters",
    "stepfunctions": "list_state_machines",
    "sts": "get_caller_identity",
}

# The same in both runtimes; docker-compose.yml repeats them.
SETTINGS: Final = {
    # Queue addresses under names of their own would need a DNS server.
    "SQS_ENDPOINT_STRATEGY": "path",
    "DNS_ADDRESS": "0",
    "DISABLE_EVENTS": "1",
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "LAMBDA_RUNTIME_EXECUTOR": "process",
    "PROVIDER_OVERRIDE_DYNAMODB": "moto",
    "DYNAMODB_TTL_SWEEP_SECONDS": "5",
    # Else each function of a stack waits for a second, for being ready in a fraction of it.
    "CFN_NO_WAIT_ITERATIONS": "50",
    # An idle queue is otherwise looked at every ten seconds; AWS polls without a pause.
    "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "1",
    # Between batches of a queue that is not idle: it would take minutes for 1,000 files.
    "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.02",
}

_MODULE: Final = ("-m", "localstack.runtime.main")
_LOCALE: Final = {"LANG": "C.UTF-8", "TZ": "UTC", "PYTHONUNBUFFERED": "1"}


class LocalStackError(RuntimeError):
    """LocalStack runs but can't serve; the message says what failed and where its log is."""


@dataclass(frozen=True, kw_only=True)
class LocalStack:
    """The LocalStack process of one environment.

    Attributes:
        secrets: variables that the hooks in `localstack-init/ready.d` read.
    """

    environment: Environment
    port: int
    secrets: Mapping[str, str] = field(repr=False)

    @property
    def home(self) -> Path:
        """Everything LocalStack writes is below this directory."""
        return self.environment.directory / "localstack"

    @property
    def server(self) -> Server:
        """The LocalStack process."""
        return Server(
            name="LocalStack",
            signature=_MODULE,
            working_directory=self.home,
            pid_file=self.environment.directory / "localstack.pid",
            log_file=self.environment.directory / "localstack.log",
        )

    def start(self) -> None:
        """Starts LocalStack unless it runs.

        It is ready when every service answers and the init hooks are through.

        Raises:
            LocalStackError: an init hook failed.
            ServerExitedError: it did not start; its log says why.
            TimeoutError: it was not ready in time.
        """
        process = self.server.find()
        if process is None:
            self._make_directories()
            python = str(LOCALSTACK_VENV / "bin" / "python")
            process = self.server.start([python, *_MODULE], self._variables())
        self.server.wait_until(process, self._missing_in_runtime, patience=90)
        self.server.wait_until(process, lambda: missing_in_services(self.environment), patience=90)

    def stop(self) -> bool:
        """Stops LocalStack and the functions it runs; True when it ran."""
        stopped = self.server.stop(signal.SIGTERM, patience=20)
        # Its state was in memory and is gone: the objects and archives on disk belong to nobody.
        # Its catalogue of services stays, which takes seconds to build.
        _remove_all_but(self.home / "var" / "lib" / "localstack" / "cache", below=self.home)
        return stopped

    def _variables(self) -> dict[str, str]:
        home = str(self.home)
        return {
            "PATH": os.defpath,
            **_LOCALE,
            "HOME": home,
            "TMPDIR": str(self.home / "tmp"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "FILESYSTEM_ROOT": home,
            "CONFIG_DIR": str(self.home / "config"),
            # Else it takes a machine that is itself a container for its own image.
            "OVERRIDE_IN_DOCKER": "0",
            "GATEWAY_LISTEN": f"{LOOPBACK}:{self.port}",
            "LOCALSTACK_HOST": f"{LOOPBACK}:{self.port}",
            "LAMBDA_PROCESS_RUNTIME_PYTHON": str(LAMBDA_RUNTIME_VENV / "bin" / "python"),
            **SETTINGS,
            **self.secrets,
        }

    def _make_directories(self) -> None:
        for needed in ("tmp", "cache", "config", "etc/localstack"):
            (self.home / needed).mkdir(parents=True, exist_ok=True)
        # A cache of entry points from before an upgrade hides the plugins.
        shutil.rmtree(self.home / "cache" / "plux", ignore_errors=True)
        hooks = self.home / "etc" / "localstack" / "init"
        hooks.unlink(missing_ok=True)
        hooks.symlink_to(ROOT / "localstack-init", target_is_directory=True)

    def _missing_in_runtime(self) -> str | None:
        try:
            state = self._ask("/_localstack/init")
        except (requests.RequestException, ValueError) as error:
            return f"no answer: {type(error).__name__}"
        for script in state["scripts"]:
            if script["state"] == "ERROR":
                raise LocalStackError(
                    f"the init hook {script['name']} failed; {self.server.log_file} ends:\n"
                    f"{self.server.last_words()}"
                )
        return None if state["completed"]["READY"] else "its init hooks are not through"

    def _ask(self, path: str) -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False
            response = session.get(
                self.environment.endpoint + path, timeout=10, allow_redirects=False
            )
            response.raise_for_status()
            answer: dict[str, Any] = response.json()
            return answer


def missing_in_services(environment: Environment) -> str | None:
    """Asks every service the pipeline uses: None when all answer, else what they said."""
    # A session makes clients for one thread at a time; the clients themselves may be shared.
    calls = {
        service: getattr(environment.client(service), method) for service, method in _PROBES.items()
    }
    with ThreadPoolExecutor(max_workers=4) as pool:
        failures = [failure for failure in pool.map(_failure, calls, calls.values()) if failure]
    if not failures:
        return None
    time.sleep(0.5)
    return "; ".join(failures)


def _failure(service: str, call: Callable[[], object]) -> str | None:
    try:
        call()
    except (BotoCoreError, ClientError) as error:
        return f"{service}: {error}"
    return None


def _remove_all_but(kept: Path, *, below: Path) -> None:
    if not below.exists():
        return
    for path in below.iterdir():
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif kept.is_relative_to(path) and path != kept:
            _remove_all_but(kept, below=path)
        elif path != kept:
            shutil.rmtree(path)
