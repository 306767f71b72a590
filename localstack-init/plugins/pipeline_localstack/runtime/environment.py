"""One execution environment: init, invocations one after another, reset after a crash, shutdown.

The order of things is that of
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: an init phase that
fails is tried once more by the invocation that waits for it, within the function's own timeout; a
crash or a timeout costs the process, not the environment, and the next invocation starts a fresh
process there (`/tmp` stays as it is).
"""

import threading
import time
from collections.abc import Callable
from queue import Empty, Queue

from pipeline_localstack.runtime import faults, report
from pipeline_localstack.runtime.events import (
    Event,
    Exited,
    Failed,
    InitFailed,
    MemoryUsed,
    Ready,
    Refused,
    Responded,
)
from pipeline_localstack.runtime.invocation import Function, Outcome, Request, Result, failed
from pipeline_localstack.runtime.process import RuntimeProcess
from pipeline_localstack.runtime.runtime_api import Invocation, RuntimeApi
from pipeline_localstack.supervisor.launch import Launch

# "The Init phase is limited to 10 seconds."
INIT_SECONDS = 10.0
_MEMORY_ANSWER_SECONDS = 10.0


class EnvironmentStoppedError(Exception):
    """The environment was asked for work after its end."""


class ExecutionEnvironment:
    """Takes one invocation at a time; only `stop` may come from another thread meanwhile.

    Args:
        function: the function's settings.
        launch: makes the command from the address of the Runtime API.
    """

    def __init__(self, function: Function, launch: Callable[[str], Launch]) -> None:
        self._function = function
        self._launch = launch
        self._busy = threading.Lock()
        self._stopped = False
        self._events: Queue[Event] = Queue()
        self._process: RuntimeProcess | None = None
        self._api: RuntimeApi | None = None
        self._ready = False
        self._started_at = 0.0
        self._init_duration: float | None = None
        self._peak = 0
        self._logs: list[str] = []
        self._output: list[str] = []

    def start(self) -> None:
        """Begin the init phase and return; the first invocation waits for its end."""
        self._logs.append(
            report.init_start_line(self._function.runtime, self._function.runtime_arn)
        )
        self._start_process()

    def wait_until_ready(self, seconds: float) -> bytes | None:
        """Wait for the end of the init phase; the error's payload if it failed.

        Args:
            seconds: the limit, counted from the start.
        """
        outcome = self._finish_init("init", "", self._started_at + seconds)
        return outcome.payload if outcome else None

    def wait_for_init(self) -> None:
        """Return when the init phase that `start` began is over."""
        with self._busy:
            if self._process and not self._ready:
                self.wait_until_ready(INIT_SECONDS)

    def invoke(self, request: Request) -> Result:
        """Run one invocation to its end.

        Raises:
            EnvironmentStoppedError: `stop` was called before.
        """
        self.wait_for_init()
        with self._busy:
            self._notice_loss()
            begun = time.monotonic()
            deadline = begun + self._function.timeout
            outcome = None if self._ready else self._init_again(request.request_id, deadline)
            self._logs.append(report.start_line(request.request_id, self._function.version))
            outcome = outcome or self._run(request, deadline)
            return self._result(request.request_id, outcome, time.monotonic() - begun)

    def stop(self) -> None:
        """End the process and whatever it started; a running invocation ends with an error."""
        self._stopped = True
        if process := self._process:
            process.kill()
        with self._busy:
            self._end_process()

    def _start_process(self) -> None:
        if self._stopped:
            raise EnvironmentStoppedError
        self._events = Queue()
        self._ready = False
        self._peak = 0
        self._started_at = time.monotonic()
        self._api = RuntimeApi(self._events.put)
        self._process = RuntimeProcess(self._launch(self._api.address), self._events)

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None or self._api is None:
            return
        self._ready = False
        process.kill()
        self._take_output(process)
        process.close()
        self._api.close()
        while not self._events.empty():
            self._note_memory(self._events.get())

    def _notice_loss(self) -> None:
        """A process that ended between two invocations is replaced, and nobody is blamed."""
        if self._process is None:
            return
        self._take_output(self._process)
        if self._ready and not self._events.empty():
            self._end_process()

    def _init_again(self, request_id: str, deadline: float) -> Outcome | None:
        self._end_process()
        self._start_process()
        return self._finish_init("invoke", request_id, deadline)

    def _finish_init(self, phase: str, request_id: str, deadline: float) -> Outcome | None:
        """Wait for the init phase; None when it succeeded, else the process is gone."""
        event = self._next_event(deadline)
        duration = time.monotonic() - self._started_at
        if isinstance(event, Ready):
            self._ready = True
            self._init_duration = duration * 1000 if phase == "init" else None
            if self._process:
                self._take_output(self._process)
            return None
        outcome = self._init_outcome(event, request_id)
        self._end_process()
        self._logs.append(
            report.init_report_line(
                duration * 1000, phase, outcome.status or "error", outcome.error_type
            )
        )
        return outcome

    def _init_outcome(self, event: Event | None, request_id: str) -> Outcome:
        if isinstance(event, InitFailed):
            return Outcome(
                payload=event.payload,
                is_error=True,
                status="error",
                error_type=event.error_type,
                usable=False,
            )
        return self._loss(event, request_id)

    def _run(self, request: Request, deadline: float) -> Outcome:
        if self._process is None or self._api is None:
            raise EnvironmentStoppedError
        self._process.begin()
        remaining = deadline - time.monotonic()
        self._api.deliver(
            Invocation(
                request_id=request.request_id,
                payload=request.payload,
                function_arn=request.function_arn,
                trace_id=request.trace_id,
                deadline=int((time.time() + remaining) * 1000),
            )
        )
        event = self._next_event(deadline)
        match event:
            case Responded(payload=bytes(payload)):
                return Outcome(payload=payload)
            case Responded():
                return failed(faults.response_too_large(), request.request_id)
            case Failed(payload=payload):
                return Outcome(payload=payload, is_error=True)
        return self._loss(event, request.request_id)

    def _loss(self, event: Event | None, request_id: str) -> Outcome:
        match event:
            case None:
                return self._timeout(request_id)
            case Exited(status=status, out_of_memory=out_of_memory):
                self._note_memory(event)
                return failed(faults.exited(status, out_of_memory=out_of_memory), request_id)
            case Refused(reason=reason):
                return failed(faults.not_isolated(reason), request_id)
        raise ValueError(f"Unexpected at this point: {event}")

    def _timeout(self, request_id: str) -> Outcome:
        seconds = self._function.timeout
        return Outcome(
            payload=faults.timed_out(seconds).payload(request_id),
            is_error=True,
            status="timeout",
            log_lines=report.timeout_line(request_id, seconds) if request_id else "",
            usable=False,
        )

    def _result(self, request_id: str, outcome: Outcome, seconds: float) -> Result:
        if outcome.usable and self._process:
            self._process.end()
            answer = self._next_event(time.monotonic() + _MEMORY_ANSWER_SECONDS)
            self._note_memory(answer)
            # What had too much memory only for a moment is not spared.
            if isinstance(answer, Exited) and answer.out_of_memory:
                outcome = self._loss(answer, request_id)
            self._take_output(self._process)
            if not isinstance(answer, MemoryUsed):
                self._end_process()
        else:
            self._end_process()
        figures = report.Report(
            request_id=request_id,
            duration=seconds * 1000,
            memory_size=self._function.memory_size,
            peak=self._peak,
            init_duration=self._init_duration,
            status=outcome.status,
            error_type=outcome.error_type,
        )
        self._init_duration = None
        self._logs += [outcome.log_lines, report.end_line(request_id), figures.line()]
        logs, self._logs = "".join(self._logs), []
        output, self._output = "".join(self._output), []
        return Result(payload=outcome.payload, is_error=outcome.is_error, logs=logs, output=output)

    def _next_event(self, deadline: float) -> Event | None:
        """The next thing that happens; None when the deadline comes first."""
        try:
            return self._events.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            return None

    def _note_memory(self, event: Event | None) -> None:
        if isinstance(event, MemoryUsed | Exited):
            self._peak = max(self._peak, event.peak)

    def _take_output(self, process: RuntimeProcess) -> None:
        text = process.output.take()
        if text and not text.endswith("\n"):
            text += "\n"
        self._logs.append(text)
        self._output.append(text)
