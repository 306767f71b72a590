"""Starts as many execution environments at a time as the machine has processors.

Lambda starts each on a machine with room for it. Here all share a few processors: of fifty that
start at once the first is ready hardly sooner than the last, later than an init phase or a caller
may wait. So an invocation that finds no free environment of its function waits for its turn to
start one, or for one that becomes free, whichever comes first.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from localstack.services.lambda_.invocation.assignment import AssignmentService
from localstack.services.lambda_.invocation.execution_environment import (
    ExecutionEnvironment,
    InvalidStatusException,
)
from localstack.services.lambda_.invocation.lambda_models import (
    FunctionVersion,
    InitializationType,
)

LOG = logging.getLogger(__name__)

_of_lambda = AssignmentService.get_environment


class _Starts:
    """Who may start an environment."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._starting = 0
        self._changed = threading.Condition()

    def reserve(
        self, service: AssignmentService, manager: str, version: FunctionVersion
    ) -> ExecutionEnvironment:
        """An environment that is free, or a new one after its init phase."""
        with self._changed:
            while not (free := _free(service, manager)) and self._starting >= self._most:
                self._changed.wait()
            if free:
                return free
            self._starting += 1
        try:
            return self._started(service, manager, version)
        finally:
            with self._changed:
                self._starting -= 1
                self._changed.notify_all()

    def released(self) -> None:
        """Lets those who wait look again."""
        with self._changed:
            self._changed.notify_all()

    def _started(
        self, service: AssignmentService, manager: str, version: FunctionVersion
    ) -> ExecutionEnvironment:
        environment = service.start_environment(manager, version)
        with self._changed:
            service.environments[manager][environment.id] = environment
            environment.reserve()
        environment.runtime_executor.wait_for_init()
        return environment


_starts = _Starts(max(2, os.cpu_count() or 1))


def apply() -> None:
    """Replaces how invocations get an environment, for the life of this process."""
    AssignmentService.get_environment = _get_environment


@contextmanager
def _get_environment(
    service: AssignmentService,
    version_manager_id: str,
    function_version: FunctionVersion,
    provisioning_type: InitializationType,
) -> Iterator[ExecutionEnvironment]:
    if provisioning_type != InitializationType.on_demand:
        with _of_lambda(
            service, version_manager_id, function_version, provisioning_type
        ) as provisioned:
            yield provisioned
        return
    environment = _starts.reserve(service, version_manager_id, function_version)
    try:
        yield environment
        environment.release()
    except InvalidStatusException:
        # It was stopped meanwhile, with its function.
        LOG.warning("Environment %s was stopped while it was used.", environment.id)
    except BaseException:
        service.stop_environment(environment)
        raise
    finally:
        _starts.released()


def _free(service: AssignmentService, manager: str) -> ExecutionEnvironment | None:
    for environment in list(service.environments[manager].values()):
        if environment.initialization_type != InitializationType.on_demand:
            continue
        try:
            environment.reserve()
        except InvalidStatusException:
            continue
        return environment
    return None
