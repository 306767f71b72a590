"""One PostgreSQL connection for each execution environment, kept over warm invocations.

Nothing here changes a session's settings: behind RDS Proxy that would pin the connection to one
backend. Limits such as `statement_timeout` are set on the role.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from data_pipeline.aws.observability import logger
from data_pipeline.aws.secrets import DatabaseSecret, read_pending, read_secret

_IDLE_SECONDS_BEFORE_PING = 30.0
_CONNECT_TIMEOUT_SECONDS = 5
_UNACKNOWLEDGED_MILLISECONDS = 10_000
_APPLICATION_NAME_BYTES = 63  # NAMEDATALEN - 1: PostgreSQL cuts longer names

# https://www.postgresql.org/docs/17/errcodes-appendix.html: serialization_failure,
# deadlock_detected and lock_not_available; by class: connection exceptions, insufficient
# resources, and the server shutting down, crashing or starting up.
_TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "57P05"})
_TRANSIENT_CLASSES = ("08", "53")

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-pinning.html
_MOST_UNPINNED_BYTES = 16 * 1024

type Connection = psycopg.Connection[tuple[object, ...]]


class TransientDatabaseError(Exception):
    """The database could not do it now and may later: lost connection, deadlock, no resources."""


class DatabaseUnavailable(TransientDatabaseError):  # noqa: N818 - the state, as callers name it
    """The database cannot be reached or refuses the connection."""


class Database:
    """A database named by a secret."""

    def __init__(self, *, secret_id: str, application: str) -> None:
        self._secret_id = secret_id
        self._application = application
        self._connection: Connection | None = None
        self._last_used = 0.0

    def connection(self, correlation_id: str = "") -> Connection:
        """The environment's connection, opened if there is none that is alive.

        It is out of any transaction; each execution is one (`autocommit` is off), ended by the
        caller's `with connection.transaction()`, `commit()` or `rollback()`.

        Raises:
            DatabaseUnavailable: when no connection can be had.
            SecretUnreadable: when the credentials cannot be had.
        """
        if self._connection is None or not self._is_alive(self._connection):
            self.close()
            self._connection = self.open(correlation_id)
        self._last_used = time.monotonic()
        return self._connection

    def open(self, correlation_id: str = "") -> Connection:
        """A new connection of the caller's own, named for its work, for the caller to close.

        While a password is changed there is a moment in which the database wants the new one and
        the secret's current version still has the old one: then the pending version is tried.

        Raises:
            DatabaseUnavailable: when no connection can be had.
            SecretUnreadable: when the credentials cannot be had.
        """
        name = application_name(self._application, correlation_id)
        refusal: psycopg.OperationalError | None = None
        tried: list[DatabaseSecret] = []
        for read in self._readings():
            secret = read()
            if secret is None or secret in tried:
                continue
            try:
                return _connect(secret, name)
            except psycopg.OperationalError as error:
                if not _password_was_refused(error):
                    raise _unavailable(error) from None
                refusal = error
            tried.append(secret)
            logger.info("database password refused: reading the secret again")
        raise _unavailable(refusal) from None

    def _readings(self) -> Iterator[Callable[[], DatabaseSecret | None]]:
        """Ways to learn the password, the cheapest first.

        The current version comes again at the end: the rotation may have finished between the
        second look and the third.
        """
        yield lambda: read_secret(self._secret_id)
        yield lambda: read_secret(self._secret_id, refresh=True)
        yield lambda: read_pending(self._secret_id)
        yield lambda: read_secret(self._secret_id, refresh=True)

    def close(self) -> None:
        """Closes the kept connection, if any; the next use opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _is_alive(self, connection: Connection) -> bool:
        if connection.closed:
            return False
        try:
            connection.rollback()
            if time.monotonic() - self._last_used > _IDLE_SECONDS_BEFORE_PING:
                connection.execute("SELECT 1")
                connection.rollback()
        except psycopg.Error:
            return False
        return True


def application_name(application: str, correlation_id: str) -> str:
    """What `pg_stat_activity` shows: `<application>/<correlation id>`, at most 63 bytes."""
    return f"{application}/{correlation_id}".rstrip("/")[:_APPLICATION_NAME_BYTES]


def is_pinned_by(statement: str) -> bool:
    """Whether RDS Proxy, if there is one, keeps a backend for whoever sent this statement.

    It does so until the client disconnects.
    """
    return bool(_proxy_host()) and len(statement.encode()) > _MOST_UNPINNED_BYTES


@contextmanager
def transient_errors() -> Iterator[None]:
    """Turns psycopg's errors that a later attempt may not meet into `TransientDatabaseError`."""
    try:
        yield
    except psycopg.Error as error:
        if not is_transient(error):
            raise
        logger.warning("transient database error", extra={"reason": str(error)})
        state = error.sqlstate or "connection lost"
        message = f"The database could not complete the request now ({state})."
        raise TransientDatabaseError(message) from None


def is_transient(error: psycopg.Error) -> bool:
    """Whether the same statement may succeed later. A lost connection has no SQLSTATE."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate in _TRANSIENT_STATES or error.sqlstate.startswith(_TRANSIENT_CLASSES)


def _connect(secret: DatabaseSecret, name: str) -> Connection:
    parameters = secret.connection_parameters()
    # The stage's proxy, which pools the connections to that host; the owner's work goes without.
    parameters["host"] = _proxy_host() or secret.host
    return psycopg.connect(
        **parameters,
        application_name=name,
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        tcp_user_timeout=_UNACKNOWLEDGED_MILLISECONDS,
        prepare_threshold=None,  # named prepared statements pin RDS Proxy's sessions
    )


def _proxy_host() -> str:
    return os.environ.get("DATABASE_PROXY_HOST", "")


def _password_was_refused(error: psycopg.OperationalError) -> bool:
    """Whether the server asked for a password before it closed the connection.

    libpq gives a failed connection no SQLSTATE, only a text in the server's language, so 28P01
    cannot be read; that a password was asked for and sent can. Other refusals after the password
    (too many connections) cost one more reading of the secret and fail the same way.
    """
    return error.pgconn is not None and bool(error.pgconn.used_password)


def _unavailable(error: psycopg.OperationalError | None) -> DatabaseUnavailable:
    logger.warning("database connection failed", extra={"reason": str(error)})
    return DatabaseUnavailable("The database cannot be reached.")
