"""A way to the database that passes no cancel request on, as RDS Proxy passes none.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-planning.html
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# https://www.postgresql.org/docs/17/protocol-message-formats.html: the codes of requests that come
# before a session, and what refuses encryption.
_CANCEL_REQUEST = 80877102
_ENCRYPTION_REQUESTS = (80877103, 80877104)
_NO_ENCRYPTION = b"N"


@contextmanager
def without_cancel_requests(host: str, port: int) -> Iterator[int]:
    """Listens on a port, which is given, and relays what comes there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, host, port), daemon=True).start()
        yield int(server.getsockname()[1])


def _accept(server: socket.socket, host: str, port: int) -> None:
    with suppress(OSError):  # closed: the test is over
        while True:
            client, _ = server.accept()
            threading.Thread(target=_relay, args=(client, host, port), daemon=True).start()


def _relay(client: socket.socket, host: str, port: int) -> None:
    first = client.recv(65536)
    while _code(first) in _ENCRYPTION_REQUESTS:
        client.sendall(_NO_ENCRYPTION)
        first = client.recv(65536)
    if _code(first) == _CANCEL_REQUEST:
        client.close()
        return
    upstream = socket.create_connection((host, port))
    upstream.sendall(first)
    threading.Thread(target=_pump, args=(upstream, client), daemon=True).start()
    _pump(client, upstream)


def _code(message: bytes) -> int:
    return int.from_bytes(message[4:8])


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
