import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

HEALTH = json.dumps(
    {"services": {"cloudformation": "available"}, "edition": "community", "version": "4.14.0"}
)


@dataclass
class FakeEndpoint:
    """A server that answers as it is told and remembers every request that reached it."""

    port: int
    health: str = HEALTH
    status: int = 200
    location: str | None = None
    account: str = "000000000000"
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, method: str, path: str) -> tuple[int, str]:
        self.requests.append(f"{method} {path}")
        if path == "/_localstack/health":
            return self.status, self.health
        return 200, (
            "<GetCallerIdentityResponse><GetCallerIdentityResult>"
            f"<Account>{self.account}</Account>"
            "</GetCallerIdentityResult></GetCallerIdentityResponse>"
        )


@pytest.fixture
def fake_endpoint() -> Iterator[FakeEndpoint]:
    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, text = endpoint.answer(self.command, self.path)
            body = text.encode()
            self.send_response(status)
            if endpoint.location:
                self.send_header("Location", endpoint.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = respond  # noqa: N815 - the names http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        endpoint = FakeEndpoint(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield endpoint
        server.shutdown()
        thread.join()
