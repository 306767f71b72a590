"""Runs LocalStack's Lambda functions as operating-system processes.

Settings, from LocalStack's environment:
    LAMBDA_PROCESS_RUNTIME_PYTHON: the interpreter of an environment that holds what AWS's runtime
        provides (awslambdaric, boto3). Required.
    LAMBDA_PROCESS_SANDBOX: `0` runs functions in the host's file system even where a sandbox is
        possible.
"""

import functools
import logging
import os
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InitializationType,
    InvocationResult,
)
from localstack.services.lambda_.invocation.runtime_executor import (
    LambdaRuntimeException,
    RuntimeExecutor,
)

from pipeline_localstack import metrics
from pipeline_localstack.runtime import code, layout, variables
from pipeline_localstack.runtime.environment import INIT_SECONDS, ExecutionEnvironment
from pipeline_localstack.runtime.invocation import Function, Request
from pipeline_localstack.runtime.probe import sandbox_obstacle
from pipeline_localstack.supervisor.launch import Launch

LOG = logging.getLogger(__name__)

_INTERPRETER = "LAMBDA_PROCESS_RUNTIME_PYTHON"
_SANDBOX = "LAMBDA_PROCESS_SANDBOX"
_LOOPBACK = "127.0.0.1"
_MIB = 1024 * 1024


_host_lock = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class _Host:
    """What is the same for all functions.

    Attributes:
        directory: where each execution environment has a directory of its own.
        sandboxes: the operating system allows them.
    """

    interpreter: layout.Interpreter
    directory: Path
    sandboxes: bool


class ProcessRuntimeExecutor(RuntimeExecutor):
    """One execution environment, as LocalStack's Lambda service drives it."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:  # noqa: A002
        super().__init__(id=id, function_version=function_version)
        self._host = _host()
        self._directory = self._host.directory / id
        self._environment: ExecutionEnvironment | None = None

    def start(self, env_vars: dict[str, str]) -> None:
        """Begin the init phase.

        Raises:
            StatusErrorException: provisioned concurrency was asked for and the init phase failed.
        """
        settings = self.function_version.config
        workspace = layout.Workspace.create(
            self._directory, settings.code.get_unzipped_code_location()
        )
        environment = variables.function_environment(
            env_vars, settings.environment or {}, settings.runtime
        )
        make = layout.sandboxed if self._host.sandboxes else layout.plain

        def launch(address: str) -> Launch:
            return make(
                self._host.interpreter,
                workspace,
                ("-m", "awslambdaric", settings.handler),
                {**environment, "AWS_LAMBDA_RUNTIME_API": address},
                settings.memory_size * _MIB,
            )

        self._environment = ExecutionEnvironment(_function(self.function_version), launch)
        self._environment.start()
        provisioned = InitializationType.provisioned_concurrency
        if env_vars.get("AWS_LAMBDA_INITIALIZATION_TYPE") != provisioned:
            return
        if error := self._environment.wait_until_ready(INIT_SECONDS):
            raise StatusErrorException("Environment startup failed", payload=error)

    def wait_for_init(self) -> None:
        """Return when the init phase has ended, however it did: the invocation tells."""
        if self._environment:
            self._environment.wait_for_init()

    def stop(self) -> None:
        """End the environment's processes and remove its directories."""
        if self._environment:
            self._environment.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    def get_address(self) -> str:
        """The loopback interface: functions share LocalStack's network."""
        return _LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        """Where functions find LocalStack."""
        return _LOOPBACK

    def get_runtime_endpoint(self) -> str:
        """Nothing: LocalStack's own protocol for an init binary is not used."""
        return ""

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Run one invocation."""
        if self._environment is None:
            raise LambdaRuntimeException("The execution environment was not started.")
        request_id = payload["invoke-id"]
        result = self._environment.invoke(
            Request(
                request_id=request_id,
                payload=payload["payload"].encode(),
                function_arn=payload["invoked-function-arn"],
                trace_id=payload["trace-id"],
            )
        )
        identity = self.function_version.id
        metrics.publish(result.output, identity.account, identity.region)
        return InvocationResult(
            request_id=request_id,
            payload=result.payload,
            is_error=result.is_error,
            logs=result.logs,
        )

    def get_logs(self) -> str:
        """Nothing: each invocation hands over its own."""
        return ""

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack the code.

        Raises:
            RuntimeNotAvailableError: the function needs another runtime.
        """
        _host().interpreter.require(function_version.config.runtime)
        code.unpack(function_version.config.code)

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing: LocalStack removes the code."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Whether the interpreter for functions is there; says so in the log if not."""
        try:
            _interpreter()
        except LambdaRuntimeException as error:
            LOG.error("%s", error)  # noqa: TRY400 - a setting is wrong, no traceback helps
            return False
        return True


def _function(version: FunctionVersion) -> Function:
    settings = version.config
    runtime_version = settings.runtime_version_config or {}
    return Function(
        version=version.id.qualifier,
        runtime=settings.runtime,
        runtime_arn=runtime_version.get("RuntimeVersionArn", ""),
        timeout=float(settings.timeout),
        memory_size=settings.memory_size * _MIB,
    )


def _host() -> _Host:
    # Several functions are made ready at once.
    with _host_lock:
        return _prepared_host()


@functools.cache
def _prepared_host() -> _Host:
    interpreter = _interpreter()
    directory = Path(config.dirs.tmp, "lambda-environments")
    # What is there was left by a LocalStack that was killed.
    shutil.rmtree(directory, ignore_errors=True)
    return _Host(
        interpreter=interpreter,
        directory=directory,
        sandboxes=_sandbox_is_possible(interpreter, directory / "probe"),
    )


def _interpreter() -> layout.Interpreter:
    executable = os.environ.get(_INTERPRETER)
    if not executable:
        raise LambdaRuntimeException(
            f"Set {_INTERPRETER} to the Python interpreter that runs Lambda functions."
        )
    try:
        return layout.Interpreter.of(executable)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise LambdaRuntimeException(
            f"{_INTERPRETER}={executable} does not run: {error}"
        ) from error


def _sandbox_is_possible(interpreter: layout.Interpreter, directory: Path) -> bool:
    if os.environ.get(_SANDBOX) == "0":
        return False
    obstacle = sandbox_obstacle(interpreter, directory)
    if obstacle:
        LOG.warning(
            "Lambda functions run without a sandbox (%s): each has a TMPDIR of its own, but sees "
            "the host's /tmp, and its code is not read-only.",
            obstacle,
        )
    return obstacle is None
