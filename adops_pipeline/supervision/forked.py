"""Client of a forkserver: starts jobs that run unattended, and parts that `adops up` supervises."""

import json
import os
import select
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adops_pipeline.supervision.forkserver import PING
from adops_pipeline.supervision.log_tail import LogTail
from adops_pipeline.supervision.unix_socket import socket_address

_KILLED = 128 + signal.SIGKILL


class ForkServerError(Exception):
    """No forkserver answered. If it ended during the request, it may have forked the job all the same."""


def fork_job(path: Path, job: str, argument: Mapping[str, str], timeout_seconds: float = 30.0) -> int:
    """Start a job without waiting for its end; returns its process id. Raises ForkServerError."""
    with _asked(path, job, argument, None, timeout_seconds) as connection:
        return _pid_from(connection)


def answers(path: Path, timeout_seconds: float = 3.0) -> bool:
    """Whether a forkserver answers on this socket."""
    try:
        fork_job(path, PING, {}, timeout_seconds)
    except ForkServerError:
        return False
    return True


@dataclass
class ForkedPart:
    """A part of `adops up` that a forkserver has forked; see ``supervisor.Process`` for what its methods promise.

    Its process belongs to the group of the forkserver and ends with it. ``connection`` is open until the end is known.
    """

    pid: int
    connection: socket.socket
    log: LogTail
    exit_code: int | None = None

    def poll(self) -> int | None:
        """The exit code of the part; 137 (SIGKILL) if the forkserver has died, because the part dies with it."""
        if self.exit_code is None and select.select([self.connection], [], [], 0)[0]:
            self.exit_code = _exit_code_from(self.connection)
            self.connection.close()
        return self.exit_code

    def stop(self) -> None:
        """Interrupt the part, as Ctrl-C would."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Kill the part and wait for its end."""
        self._signal(signal.SIGKILL)
        while self.poll() is None:
            select.select([self.connection], [], [])

    def tail(self) -> list[str]:
        """The last lines that the part wrote."""
        return self.log.lines()

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


@dataclass(frozen=True)
class UnforkedPart:
    """A part that no forkserver could start: it has ended with exit code 1, and its log says why."""

    log: LogTail

    def poll(self) -> int | None:
        """The exit code."""
        return 1

    def stop(self) -> None:
        """There is nothing to stop."""

    def kill(self) -> None:
        """There is nothing to kill."""

    def tail(self) -> list[str]:
        """The reason."""
        return self.log.lines()


def fork_part(path: Path, job: str, argument: Mapping[str, str], log: LogTail) -> ForkedPart | UnforkedPart:
    """Start a job as a supervised part; its output goes to the log."""
    try:
        connection = _asked(path, job, argument, log.path, 30.0)
        try:
            return ForkedPart(_pid_from(connection), connection, log)
        except ForkServerError:
            connection.close()
            raise
    except ForkServerError as error:
        log.add(str(error))
        return UnforkedPart(log)


def _asked(
    path: Path, job: str, argument: Mapping[str, str], log: Path | None, timeout_seconds: float
) -> socket.socket:
    request = {"job": job, "argument": dict(argument), "log": str(log) if log is not None else None}
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout_seconds)
    try:
        with socket_address(path) as address:
            connection.connect(address)
        connection.sendall(json.dumps(request).encode() + b"\n")
    except OSError as error:
        connection.close()
        raise ForkServerError(f"no forkserver answers at {path}: {error.strerror or error}") from error
    return connection


def _pid_from(connection: socket.socket) -> int:
    try:
        return int(json.loads(_line(connection))["pid"])
    except (OSError, ValueError, KeyError) as error:
        raise ForkServerError(f"the forkserver did not answer: {error!r}") from error


def _exit_code_from(connection: socket.socket) -> int:
    try:
        return int(json.loads(_line(connection))["exit"])
    except (OSError, ValueError, KeyError):
        return _KILLED


def _line(connection: socket.socket) -> bytes:
    """One answer. Byte by byte, so that the next one stays in the socket for ``select`` to see."""
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            raise ValueError("the connection was closed")
        line += byte
    return line
