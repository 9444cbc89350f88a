"""A real PostgreSQL for the tests: thrown up in a temporary folder, on a socket there, and gone afterwards."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from adops_pipeline_tests.patience import patience_seconds

if TYPE_CHECKING:
    import psycopg

PASSWORD = "s3cret/of:the@store"


def postgres_binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, newest version first; None where PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    found = shutil.which("initdb")
    folders += [Path(found).parent] if found else []
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


@contextmanager
def running_postgres(binaries: Path) -> Iterator["Server"]:
    """A server with a superuser `adops`; PostgreSQL refuses to run as root, so root lends it another user."""
    folder = Path(tempfile.mkdtemp(prefix="adops-pg-"))
    user = _server_user()
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        server = Server(binaries, folder, user)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError(f"PostgreSQL does not run as {getpass.getuser()} and there is no user to run it as")


class Server:
    """A cluster in a folder."""

    def __init__(self, binaries: Path, folder: Path, user: pwd.struct_passwd | None) -> None:
        self._binaries = binaries
        self._folder = folder
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None
        self._connections: dict[str, psycopg.Connection] = {}

    def url(self, database: str, password: str = PASSWORD, user: str = "adops") -> str:
        """How the store reaches a database of this server."""
        return f"postgresql://{user}:{quote(password, safe='')}@/{database}?host={self._folder}"

    def start(self) -> None:
        """Make the cluster and wait until it answers."""
        words = self._folder / "password"
        words.write_text(PASSWORD)
        data = self._folder / "data"
        self._command(
            # The newer SCRAM hashes a password 4,096 times for each connection, of which the tests make a thousand.
            "initdb", "-D", str(data), "-U", "adops", "--pwfile", str(words), "--auth=md5", "-N",
            "--no-locale", "-E", "UTF8",
        )  # fmt: skip
        command = [
            "postgres", "-D", str(data), "-k", str(self._folder), "-c", "listen_addresses=", "-c", "fsync=off",
            "-c", "max_connections=60", "-c", "timezone=Pacific/Auckland", "-c", "autovacuum=off",
        ]  # fmt: skip
        with (self._folder / "log").open("wb") as log:
            self._process = self._started(command, log.fileno())
        deadline = time.monotonic() + patience_seconds()
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """At once: nothing of it is needed again."""
        for connection in self._connections.values():
            connection.close()
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(patience_seconds())

    def execute(self, statement: str, database: str = "postgres") -> None:
        """One statement as the superuser, outside a transaction; all for a database on one connection."""
        import psycopg  # noqa: PLC0415 - only where a server is there

        if database not in self._connections:
            self._connections[database] = psycopg.connect(
                self.url(database), autocommit=True, options=f"-c lock_timeout={patience_seconds():.0f}s"
            )
        self._connections[database].execute(statement.encode())

    def _answers(self) -> bool:
        import psycopg  # noqa: PLC0415

        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _started(self, command: list[str], log: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [str(self._binaries / command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self._folder,
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
        )

    def _command(self, *command: str) -> None:
        with (self._folder / "log").open("ab") as log:
            if self._started(list(command), log.fileno()).wait(patience_seconds()) != 0:
                raise RuntimeError(f"{command[0]} failed: {(self._folder / 'log').read_text()}")
