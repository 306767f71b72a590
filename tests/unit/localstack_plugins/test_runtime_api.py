import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from queue import Queue

import pytest

from pipeline_localstack.runtime.events import Event, Failed, InitFailed, Ready, Responded
from pipeline_localstack.runtime.runtime_api import MAXIMUM_RESPONSE_BYTES, Invocation, RuntimeApi

PREFIX = "/2018-06-01/runtime"
PATIENCE_SECONDS = 60
INVOCATION = Invocation(
    request_id="r-1",
    payload='{"käse": 1}'.encode(),
    function_arn="arn:aws:lambda:us-east-1:000000000000:function:f",
    trace_id="Root=1-2-3",
    deadline=1_800_000_000_123,
)


class Runtime:
    """What a runtime does, over one connection."""

    def __init__(self, api: RuntimeApi) -> None:
        self._connection = http.client.HTTPConnection(api.address, timeout=PATIENCE_SECONDS)

    def next(self) -> tuple[dict[str, str], bytes]:
        self._connection.request("GET", f"{PREFIX}/invocation/next")
        response = self._connection.getresponse()
        return dict(response.getheaders()), response.read()

    def post(self, path: str, body: object, **headers: str) -> tuple[int, dict[str, str]]:
        self._connection.request("POST", f"{PREFIX}/{path}", body=body, headers=headers)  # type: ignore[arg-type]
        response = self._connection.getresponse()
        answer: dict[str, str] = json.loads(response.read())
        return response.status, answer

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def events() -> Queue[Event]:
    return Queue()


@pytest.fixture
def api(events: Queue[Event]) -> Iterator[RuntimeApi]:
    with closing(RuntimeApi(events.put)) as api:
        yield api


@pytest.fixture
def runtime(api: RuntimeApi) -> Iterator[Runtime]:
    with closing(Runtime(api)) as runtime:
        yield runtime


def test_first_request_for_an_invocation_means_that_the_runtime_is_ready(
    api: RuntimeApi, runtime: Runtime, events: Queue[Event]
) -> None:
    api.deliver(INVOCATION)
    headers, payload = runtime.next()
    assert isinstance(events.get(timeout=PATIENCE_SECONDS), Ready)
    assert payload == INVOCATION.payload
    assert headers["Lambda-Runtime-Aws-Request-Id"] == "r-1"
    assert headers["Lambda-Runtime-Deadline-Ms"] == "1800000000123"
    assert headers["Lambda-Runtime-Trace-Id"] == "Root=1-2-3"
    assert headers["Lambda-Runtime-Invoked-Function-Arn"] == INVOCATION.function_arn


def test_response_is_passed_on(api: RuntimeApi, runtime: Runtime, events: Queue[Event]) -> None:
    api.deliver(INVOCATION)
    assert runtime.post("invocation/r-1/response", b'"done"')[0] == 202
    event = events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Responded)
    assert (event.request_id, event.payload) == ("r-1", b'"done"')


def test_response_in_chunks_is_put_together(
    api: RuntimeApi, runtime: Runtime, events: Queue[Event]
) -> None:
    api.deliver(INVOCATION)
    runtime.post("invocation/r-1/response", iter([b'"in ', b"two ", b'parts"']))
    event = events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Responded)
    assert event.payload == b'"in two parts"'


def test_response_above_the_limit_is_refused(
    api: RuntimeApi, runtime: Runtime, events: Queue[Event]
) -> None:
    api.deliver(INVOCATION)
    status, answer = runtime.post("invocation/r-1/response", b"x" * (MAXIMUM_RESPONSE_BYTES + 1))
    assert (status, answer["errorType"]) == (413, "RequestEntityTooLarge")
    event = events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Responded)
    assert event.payload is None


def test_error_of_the_function_is_passed_on_with_its_type(
    api: RuntimeApi, runtime: Runtime, events: Queue[Event]
) -> None:
    api.deliver(INVOCATION)
    body = b'{"errorMessage": "no", "errorType": "ValueError"}'
    assert runtime.post("invocation/r-1/error", body)[0] == 202
    event = events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, Failed)
    assert (event.payload, event.error_type) == (body, "ValueError")


def test_error_of_the_init_phase_is_passed_on_with_the_type_of_its_header(
    runtime: Runtime, events: Queue[Event]
) -> None:
    header = {"Lambda-Runtime-Function-Error-Type": "Runtime.ImportModuleError"}
    assert runtime.post("init/error", b"{}", **header)[0] == 202
    event = events.get(timeout=PATIENCE_SECONDS)
    assert isinstance(event, InitFailed)
    assert event.error_type == "Runtime.ImportModuleError"


def test_answer_to_another_invocation_is_refused(
    api: RuntimeApi, runtime: Runtime, events: Queue[Event]
) -> None:
    api.deliver(INVOCATION)
    status, answer = runtime.post("invocation/r-0/response", b"{}")
    assert (status, answer["errorType"]) == (400, "InvalidRequestID")
    assert events.empty()


@pytest.mark.parametrize("path", ["init", "invocation/r-1", "invocation/r-1/response/more"])
def test_unknown_path_is_not_found(runtime: Runtime, path: str) -> None:
    assert runtime.post(path, b"{}")[0] == 404


def test_closing_releases_a_waiting_runtime(events: Queue[Event]) -> None:
    api = RuntimeApi(events.put)
    connection = http.client.HTTPConnection(api.address, timeout=PATIENCE_SECONDS)
    connection.request("GET", f"{PREFIX}/invocation/next")
    assert isinstance(events.get(timeout=PATIENCE_SECONDS), Ready)
    api.close()
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()
