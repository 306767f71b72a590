"""A plain HTTP server in place of S3 and of the secret: it streams files as S3 streams objects.

LocalStack's S3 hands every byte through Python, on a core that the benchmark needs; this one hands
files to the kernel. Only what the handler asks for is answered.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process
from pathlib import Path
from socket import socket
from urllib.parse import urlsplit


@contextmanager
def serving(directory: Path, secret: dict[str, object]) -> Iterator[str]:
    """Serves the files of a directory as `/<any bucket>/<key>`; gives the address.

    Args:
        directory: its files are the objects, modified when the files were.
        secret: the value of every secret.
    """
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(directory, secret)) as server:
        process = Process(target=server.serve_forever, daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            process.terminate()
            process.join()


def _handler(directory: Path, secret: dict[str, object]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _, _, key = urlsplit(self.path).path.removeprefix("/").partition("/")
            path = directory / key
            self.send_response(200)
            self.send_header("Content-Length", str(path.stat().st_size))
            self.send_header("Last-Modified", formatdate(path.stat().st_mtime, usegmt=True))
            self.send_header("ETag", f'"{path.name}"')
            self.end_headers()
            with path.open("rb") as file:
                connection: socket = self.connection
                connection.sendfile(file)

        def do_POST(self) -> None:
            body = json.dumps({"SecretString": json.dumps(secret)}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
            pass

    return Handler
