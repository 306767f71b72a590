"""A PostgreSQL server of the environment's own: its data directory, its start and its stop."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import psutil
import psycopg

from local.ports import LOOPBACK
from local.postgres_programs import MAJOR_VERSION, directory_for_account, locate
from local.process import Account, Server, is_alive, run_as

_LISTENING = {
    "listen_addresses": LOOPBACK,
    # Loopback is enough, and a socket's path is limited to 107 bytes.
    "unix_socket_directories": "",
}

# The same in both runtimes; docker-compose.yml repeats them.
SETTINGS: Final = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "password_encryption": "scram-sha-256",
    "temp_file_limit": "4GB",
    # As on RDS.
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d %a ",
}

# For data that nobody will miss after a power cut.
NOT_DURABLE: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(RuntimeError):
    """The server can't be set up or started; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One PostgreSQL server and its data."""

    name: str
    data: Path
    port: int
    account: Account | None
    directory: Path
    durable: bool = True

    @cached_property
    def programs(self) -> Path:
        """The directory of `initdb` and `postgres`; looked for only when they are needed."""
        return locate(self.name, self.account)

    @property
    def server(self) -> Server:
        """The server's process."""
        return Server(
            name="PostgreSQL",
            signature=("-D", str(self.data)),
            working_directory=self.data,
            pid_file=self.directory / "postgres.pid",
            log_file=self.directory / "postgres.log",
        )

    def initialise(self, superuser_password: str) -> bool:
        """Makes the data directory unless it is there; True when it was made.

        Text sorts by code point and changes case by Unicode's simple rules, whatever the
        operating system: PostgreSQL's builtin provider needs none of its locales.

        Raises:
            PostgresError: `initdb` failed, or the data are of another major version.
        """
        if self.data.exists():
            self._check_version()
            return False
        unfinished = self.data.with_name(f"{self.data.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        self._own(unfinished)
        with self._password_file(superuser_password) as password_file:
            self._run_initdb(unfinished, password_file)
        unfinished.rename(self.data)
        return True

    def start(self, superuser_password: str) -> None:
        """Starts the server unless it runs, and waits until it answers a query.

        Raises:
            PostgresError: the password is not that of the data.
            ServerExitedError: it did not start; its log says why.
            TimeoutError: it was not ready in time.
        """
        process = self.server.find()
        if process is None:
            self._clear_after_crash()
            process = self.server.start(self._command(), _variables(), self.account)
        self.server.wait_until(process, lambda: self._missing(superuser_password), patience=60)

    def stop(self) -> bool:
        """Stops the server; open connections are closed. True when it ran."""
        return self.server.stop(signal.SIGINT, patience=30)

    def _command(self) -> list[str]:
        address = _LISTENING | {"port": str(self.port)}
        settings = SETTINGS | address | ({} if self.durable else NOT_DURABLE)
        assignments = (f"--{name}={value}" for name, value in settings.items())
        return [str(self.programs / "postgres"), "-D", str(self.data), *assignments]

    def _missing(self, password: str) -> str | None:
        try:
            with psycopg.connect(
                host=LOOPBACK,
                port=self.port,
                user="postgres",
                password=password,
                dbname="postgres",
                connect_timeout=5,
            ) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise PostgresError(
                    f"the passwords in {self.directory / 'credentials.json'} are not those of the "
                    f"data in {self.data}: `make reset` starts anew, without the data"
                ) from None
            return str(error).strip()
        return None

    def _clear_after_crash(self) -> None:
        """Removes what a killed server or a reboot left and what would hinder the next start.

        PostgreSQL trusts the pid in its lock file: were it now that of another process of the
        same user, the server would refuse to start.
        """
        for orphan in self._processes_in_data():
            orphan.terminate()
        psutil.wait_procs(self._processes_in_data(), timeout=10)
        if not self._processes_in_data():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _processes_in_data(self) -> list[psutil.Process]:
        """The server's processes: they alone work in the data directory under such a name."""
        return [process for process in psutil.process_iter() if self._is_backend(process)]

    def _is_backend(self, process: psutil.Process) -> bool:
        try:
            return (
                process.name().startswith("postgres")
                and Path(process.cwd()) == self.data.resolve()
                and is_alive(process)
            )
        except (psutil.Error, OSError):
            return False

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(MAJOR_VERSION):
            raise PostgresError(
                f"the data in {self.data} are of PostgreSQL {found}, the server is of "
                f"{MAJOR_VERSION}: `make reset` starts anew, without the data"
            )

    def _run_initdb(self, target: Path, password_file: Path) -> None:
        command = [
            str(self.programs / "initdb"),
            f"--pgdata={target}",
            "--username=postgres",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-locale",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *(() if self.durable else ("--no-sync",)),
        ]
        result = subprocess.run(
            command,
            cwd=target.parent,
            env=_variables(),
            capture_output=True,
            text=True,
            check=False,
            **run_as(self.account),
        )
        if result.returncode != 0:
            raise PostgresError(f"initdb failed:\n{result.stdout}{result.stderr}")

    @contextmanager
    def _password_file(self, password: str) -> Iterator[Path]:
        descriptor, name = tempfile.mkstemp(dir=self.data.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(password)
            self._own(Path(name))
            yield Path(name)
        finally:
            Path(name).unlink()

    def _own(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def data_directory(name: str, directory: Path, account: Account | None) -> Path:
    """Where the environment's data lie: in its own directory, if the server's user can get there.

    That is not so when root runs this in a directory that is closed to others, such as /root.
    """
    beside = directory / "pgdata"
    elsewhere = directory_for_account(name) / "pgdata"
    if account is None or beside.exists():
        return beside
    if elsewhere.exists() or not _can_own(directory, account):
        return elsewhere
    return beside


def _can_own(directory: Path, account: Account) -> bool:
    directory.mkdir(parents=True, exist_ok=True)
    probe = Path(tempfile.mkdtemp(dir=directory))
    try:
        os.chown(probe, account.uid, account.gid)
        touch = ["touch", str(probe / "tried")]
        writes = subprocess.run(touch, cwd="/", capture_output=True, check=False, **run_as(account))
    except OSError:
        return False
    else:
        return writes.returncode == 0
    finally:
        shutil.rmtree(probe)


def _variables() -> dict[str, str]:
    """Nothing of the caller's: PG* variables and locales would change what the server does."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
