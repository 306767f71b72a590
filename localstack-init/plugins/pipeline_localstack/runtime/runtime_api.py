"""The Runtime API that a function's runtime talks to, one endpoint per execution environment.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import contextlib
import json
import re
import socket
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import ClassVar

from pipeline_localstack.runtime.events import Event, Failed, InitFailed, Ready, Responded

# 6 MiB and 100 bytes, as the message of Function.ResponseSizeTooLarge says on AWS.
MAXIMUM_RESPONSE_BYTES = 6_291_556
_PREFIX = "/2018-06-01/runtime"
_RESULT = re.compile(rf"{_PREFIX}/invocation/(?P<request_id>[^/]+)/(?P<kind>response|error)")
_ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One event for the function.

    Attributes:
        deadline: milliseconds since the epoch.
    """

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str
    deadline: int


class RuntimeApi:
    """Serves the Runtime API on a free port of the loopback interface.

    Args:
        emit: called with every event, from the server's threads.
    """

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self.emit = emit
        self.current: str | None = None
        self._waiting: SimpleQueue[Invocation | None] = SimpleQueue()
        self._ready = False
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve, name="lambda-runtime-api", daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        """`host:port`, the value of AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_port}"

    def deliver(self, invocation: Invocation) -> None:
        """Hand an invocation to the runtime as soon as it asks for one."""
        self.current = invocation.request_id
        self._waiting.put(invocation)

    def next_invocation(self) -> Invocation | None:
        """Wait for an invocation; None when the endpoint is closing."""
        if not self._ready:
            self._ready = True
            self.emit(Ready())
        return self._waiting.get()

    def close(self) -> None:
        """Stop serving."""
        self._waiting.put(None)
        self._server.stop()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        self._stopping = False
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        # HTTPServer looks up the host's name here, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_port = self.server_address[1]

    def serve(self) -> None:
        # serve_forever() looks for its end only every so often; this one sleeps until it is woken.
        while not self._stopping:
            self.handle_request()
        self.server_close()

    def stop(self) -> None:
        self._stopping = True
        with contextlib.suppress(ConnectionError):
            socket.create_connection(("127.0.0.1", self.server_port)).close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server
    _accepted: ClassVar = {"status": "OK"}

    def log_message(self, *_: object) -> None:
        """Say nothing: the functions' logs are the log."""

    def do_GET(self) -> None:
        if self.path != f"{_PREFIX}/invocation/next":
            self._refuse(HTTPStatus.NOT_FOUND, "NotFound", f"No such path: {self.path}")
            return
        invocation = self.server.api.next_invocation()
        if invocation is None:
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        self._answer(HTTPStatus.OK, invocation.payload, headers)

    def do_POST(self) -> None:
        body = self._body()
        if self.path == f"{_PREFIX}/init/error":
            self.server.api.emit(InitFailed(payload=body, error_type=self._error_type(body)))
            self._accept()
            return
        match = _RESULT.fullmatch(self.path)
        if match is None:
            self._refuse(HTTPStatus.NOT_FOUND, "NotFound", f"No such path: {self.path}")
            return
        self._result(match["request_id"], match["kind"], body)

    def _result(self, request_id: str, kind: str, body: bytes) -> None:
        api = self.server.api
        if request_id != api.current:
            self._refuse(HTTPStatus.BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
            return
        if kind == "error":
            self._accept()
            api.emit(Failed(request_id=request_id, payload=body, error_type=self._error_type(body)))
            return
        if len(body) > MAXIMUM_RESPONSE_BYTES:
            api.emit(Responded(request_id=request_id, payload=None))
            message = f"Exceeded maximum allowed payload size ({MAXIMUM_RESPONSE_BYTES} bytes)."
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestEntityTooLarge", message)
            return
        self._accept()
        api.emit(Responded(request_id=request_id, payload=body))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return bytes(body)

    def _error_type(self, body: bytes) -> str:
        if header := self.headers.get(_ERROR_TYPE):
            return str(header)
        try:
            return str(json.loads(body).get("errorType", ""))
        except (ValueError, AttributeError):
            return ""

    def _accept(self) -> None:
        self._answer(HTTPStatus.ACCEPTED, json.dumps(self._accepted).encode(), {})

    def _refuse(self, status: HTTPStatus, error_type: str, message: str) -> None:
        body = json.dumps({"errorMessage": message, "errorType": error_type})
        self._answer(status, body.encode(), {})

    def _answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
