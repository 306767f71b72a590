"""A database to attack, a copy of the reader to attack it with, and what an attack did.

The copy has the rights and the settings of analytics_reader, but sessions and a password of its
own: what it breaks is its own. Its time and its temporary files end sooner.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from local.state import Environment
from tests.integration.analytics.custom_sql.corpus import Alone, Attack
from tests.integration.databases import TestDatabase

_HERE = Path(__file__).parent
_COPY_OF_READER = (_HERE / "copy_of_reader.sql").read_bytes()
_FINGERPRINT = (_HERE / "fingerprint.sql").read_bytes()
_PASSWORD = "attack"

_SESSION = b"""
    SELECT name || '=' || setting FROM pg_catalog.pg_settings WHERE source = 'session'
    UNION ALL SELECT 'listens' FROM pg_catalog.pg_listening_channels()
    UNION ALL SELECT 'locks' FROM pg_catalog.pg_locks
        WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid()
"""


class Target:
    """The database and the copy of the reader."""

    def __init__(self, environment: Environment, database: TestDatabase) -> None:
        self._role = f"reader_{uuid.uuid4().hex}"
        self._admin = psycopg.connect(
            environment.admin_conninfo(), dbname=database.name, autocommit=True
        )
        self._conninfo = make_conninfo(database.reader, user=self._role, password=_PASSWORD)
        self._notified = False
        self._admin.add_notify_handler(self._hear)
        self._admin.execute("LISTEN watched")
        self._run("CREATE ROLE {role} LOGIN")
        self._restore()
        self._victim = self._connect()
        self._secrets = self._learn_secrets()
        self._before = self._fingerprint()

    def close(self) -> None:
        """Removes the copy of the reader."""
        self._victim.close()
        self._run("DROP OWNED BY {role}")
        self._run("DROP ROLE {role}")
        self._admin.close()

    def attempt(self, attack: Attack, *, extended: bool) -> tuple[Alone, str]:
        """What becomes of its statements, each a transaction of its own, and why it is that."""
        self._notified = False
        text, error, session, gave_up = self._send(attack, extended=extended)
        harm = {
            "settings stay": bool(session),
            "secret": any(secret in text for secret in self._secrets),
            "time": gave_up,
            "data": self._fingerprint() != self._before,
            "others": self._disturbed_others(),
        }
        if harm["data"]:
            self._restore()
            self._before = self._fingerprint()
        done = ", ".join(name for name, is_so in harm.items() if is_so)
        if done:
            return Alone.GUARD, done
        if error is None:
            return Alone.HARMLESS, text[:200]
        is_limit = (error.sqlstate or "").startswith(("53", "54")) or error.sqlstate == "57014"
        return (Alone.STOPPED if is_limit else Alone.REFUSED), f"{error.sqlstate} {error}"

    def _send(
        self, attack: Attack, *, extended: bool
    ) -> tuple[str, psycopg.Error | None, list[str], bool]:
        text, error = "", None
        with (
            self._connect() as connection,
            self._ended_after(attack.seconds, connection) as gave_up,
        ):
            for message in attack.messages:
                try:
                    text += _read(connection, message, extended=extended)
                except psycopg.Error as raised:
                    error = raised
            is_copy = connection.info.transaction_status == TransactionStatus.ACTIVE
            if is_copy:
                connection.close()  # psycopg can't end what it did not begin
            session = _session(connection)
        return text, None if is_copy else error, session, gave_up.is_set()

    @contextmanager
    def _ended_after(
        self, seconds: float, connection: psycopg.Connection
    ) -> Iterator[threading.Event]:
        gave_up = threading.Event()
        pid = connection.info.backend_pid

        def end() -> None:
            gave_up.set()
            with psycopg.connect(self._admin.info.dsn, password=self._admin.info.password) as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", [pid])

        timer = threading.Timer(seconds, end)
        timer.start()
        try:
            yield gave_up
        finally:
            timer.cancel()
            timer.join()

    def _disturbed_others(self) -> bool:
        self._admin.execute("SELECT 1")  # brings what others notified
        try:
            self._victim.execute("SELECT 1")
        except psycopg.Error:
            self._victim.close()
            self._victim = self._connect()
            return True
        return self._notified

    def _hear(self, _notify: psycopg.Notify) -> None:
        self._notified = True

    def _learn_secrets(self) -> list[str]:
        """What no result may hold: planted rows, verifiers, files, paths, addresses."""
        row = self._admin.execute(
            """
            SELECT current_setting('data_directory'), host(inet_server_addr()), (
                SELECT host(client_addr) FROM pg_stat_activity WHERE usename = %s LIMIT 1
            )
            """,
            [self._role],
        ).fetchone()
        assert row is not None
        planted = ["planted-secret", "SCRAM-SHA-256$", "root:x:0:0", "listen_addresses"]
        return [*planted, *(str(secret) for secret in row)]

    def _fingerprint(self) -> str:
        row = self._admin.execute(_FINGERPRINT, {"role": self._role}).fetchone()
        assert row is not None
        return str(row[0])

    def _restore(self) -> None:
        self._admin.execute("SELECT lo_unlink(oid) FROM pg_largeobject_metadata")
        self._run("ALTER ROLE {role} RESET ALL")
        for (statement,) in self._admin.execute(_COPY_OF_READER, {"role": self._role}).fetchall():
            self._admin.execute(statement.encode())
        self._run("ALTER ROLE {role} PASSWORD {password}")
        self._run("ALTER ROLE {role} SET statement_timeout = '500ms'")
        self._run("ALTER ROLE {role} SET temp_file_limit = '50MB'")

    def _run(self, statement: str) -> None:
        role, password = sql.Identifier(self._role), sql.Literal(_PASSWORD)
        self._admin.execute(sql.SQL(statement).format(role=role, password=password))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self._conninfo, autocommit=True)


def _read(connection: psycopg.Connection, message: str, *, extended: bool) -> str:
    """All that a message gives, as text."""
    cursor = connection.cursor()
    cursor.execute(message.encode(), prepare=extended)
    text = ""
    while True:
        if cursor.description:
            text += str(cursor.fetchall())
        if not cursor.nextset():
            return text


def _session(connection: psycopg.Connection) -> list[str]:
    """What stays with the session after the statement and its transaction."""
    try:
        connection.rollback()
        return [str(row[0]) for row in connection.execute(_SESSION)]
    except psycopg.Error:
        return []  # it was ended
