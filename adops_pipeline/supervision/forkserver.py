"""A forkserver: one single-threaded process that has imported everything and forks a process for each job asked for.

A forked job starts within milliseconds and shares the memory of all that was imported. Clients (see ``forked``) send
one line of JSON over a Unix socket and receive the job's process id at once and its exit code at its end. This module
does not know the jobs. It must not start a thread, because a fork copies only the calling thread.
"""

import ctypes
import gc
import json
import logging
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from adops_pipeline.supervision.memory import give_free_pages_back
from adops_pipeline.supervision.unix_socket import socket_address

PING, FIRST, AFTER_FAILURE = "ping", "first", "after failure"
MAX_REQUEST_BYTES = 65_536
_REQUEST_SECONDS = 2.0
_STDIN, _STDOUT, _STDERR = 0, 1, 2
_PR_SET_NAME = 15  # prctl(2)
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

WITHOUT_THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "_RJEM_MALLOC_CONF": "background_thread:false",  # the allocator of Polars
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",  # macOS
}
"""Environment of a forkserver: keeps libraries from starting threads when they are imported."""

Argument = Mapping[str, str]


@dataclass(frozen=True)
class Job:
    """The work of a forked process; ``run`` returns its exit code. If it is not 0, another does ``after_failure``."""

    run: Callable[[Argument], int]
    after_failure: Callable[[Argument], int] | None = None


@dataclass
class ForkServer:
    """Serves ``jobs`` by name. ``first`` runs in a forked process before any request is accepted.

    ``refresh`` runs in this process before each fork and returns whether it has replaced shared objects.
    ``alone`` is the command that does a job in a new interpreter. It is used while other threads than those named in
    ``harmless_threads`` run here: a forked process could wait forever for a thread that it does not have.
    """

    path: Path
    jobs: Mapping[str, Job]
    refresh: Callable[[], bool]
    first: Callable[[Argument], int]
    alone: Callable[[str, Argument], Sequence[str]]
    harmless_threads: frozenset[str] = frozenset()
    _children: dict[int, "_Child"] = field(default_factory=dict, init=False)
    _stopped: bool = field(default=False, init=False)

    def serve(self) -> None:
        """Answer requests until a signal asks to end. Children that still run are left to whoever guards the group."""
        self._do_first()
        self.path.unlink(missing_ok=True)
        with socket_address(self.path) as address, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            self.path.chmod(0o600)
            listener.listen(64)
            wake = self._wake_on_signals()
            self._freeze()
            while not self._stopped:
                ready = select.select([listener.fileno(), wake], [], [])[0]
                if wake in ready:
                    os.read(wake, 4096)
                    self._reap(listener)
                if listener.fileno() in ready and not self._stopped:
                    self._answer(listener)
        self.path.unlink(missing_ok=True)

    def _do_first(self) -> None:
        pid = self._fork(FIRST, self.first, {}, None)
        if os.waitpid(pid, 0)[1] != 0:
            raise SystemExit(1)  # the process has printed why

    def _answer(self, listener: socket.socket) -> None:
        """Read one request and fork its job. A request that cannot be served only closes its connection."""
        connection = listener.accept()[0]
        connection.settimeout(_REQUEST_SECONDS)
        try:
            request = json.loads(_line_of(connection))
            name, argument, log = request["job"], request["argument"], request.get("log")
            if name == PING:
                _send(connection, pid=os.getpid())
                connection.close()
                return
            job = self.jobs[name]
        except (OSError, ValueError, KeyError, TypeError) as error:
            print(f"a request could not be read: {error!r}", file=sys.stderr, flush=True)
            connection.close()
            return
        if self.refresh():
            self._freeze()
        try:
            pid = self._fork(name, job.run, argument, log, listener, connection)
        except OSError as error:  # no memory or no process left: the jobs that run must not end with this one
            print(f"{name} could not be forked: {error}", file=sys.stderr, flush=True)
            connection.close()
            return
        self._children[pid] = _Child(connection, name, job, argument)
        _send(connection, pid=pid)

    def _fork(
        self, name: str, run: Callable[[Argument], int], argument: Argument, log: str | None, *sockets: socket.socket
    ) -> int:
        """Fork a process that does this. It closes ``sockets`` and those of its siblings: only the forkserver talks."""
        threads = set(other_threads()) - self.harmless_threads
        if threads:
            print(f"{name} starts slowly: threads run in the forkserver: {sorted(threads)}", file=sys.stderr)
            run = partial(_replace_process, self.alone(name, argument))
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            for inherited in (*sockets, *(child.connection for child in self._children.values())):
                inherited.close()
            run_forked(name, run, argument, log)
        return pid

    def _reap(self, listener: socket.socket) -> None:
        """Tell clients the exit codes of ended children; start what follows a failure."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child, code = self._children.pop(pid, None), os.waitstatus_to_exitcode(status)
            if child is None:
                continue
            code = code if code >= 0 else 128 - code
            _send(child.connection, exit=code)
            child.connection.close()
            after = child.job.after_failure
            if code != 0 and after is not None and not self._stopped:
                self._fork(AFTER_FAILURE, after, child.argument, None, listener)

    def _wake_on_signals(self) -> int:
        """A pipe that becomes readable with every signal; those that end a process set ``_stopped``."""

        def note(number: int, _frame: FrameType | None) -> None:
            if number != signal.SIGCHLD:
                self._stopped = True

        for number in (*_ENDING, signal.SIGCHLD):
            signal.signal(number, note)
        wake, alarm = os.pipe()
        os.set_blocking(alarm, False)
        signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
        return wake

    @staticmethod
    def _freeze() -> None:
        """Keep the garbage collector off imported objects: it would write to them and so copy their shared memory."""
        gc.unfreeze()
        gc.collect()
        give_free_pages_back()
        gc.freeze()


@dataclass(frozen=True)
class _Child:
    connection: socket.socket
    name: str
    job: Job
    argument: Argument


def _replace_process(command: Sequence[str], _: Argument) -> NoReturn:
    os.execv(command[0], list(command))  # noqa: S606 - our own command


def other_threads() -> list[str]:
    """Names of the threads of this process beside the calling one; none are known where there is no ``/proc``."""
    tasks = Path("/proc/self/task")
    others = [task for task in tasks.glob("*") if task.name != str(os.getpid())]
    return [(task / "comm").read_text(encoding="utf-8").strip() for task in others]


def run_forked(name: str, run: Callable[[Argument], int], argument: Argument, log: str | None) -> NoReturn:
    """Do the job in this freshly forked process, and end the process without the exit handlers of the forkserver."""
    code = 1
    try:
        _become(name, log)
        code = run(argument)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - nothing above this frame belongs to the job
        traceback.print_exc()
    finally:
        with suppress(Exception):
            logging.shutdown()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _become(name: str, log: str | None) -> None:
    """Set the signal handlers, the standard streams and the process name that ``ps`` shows."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    if log is not None:
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(output, _STDOUT)
        os.dup2(output, _STDERR)
        os.close(output)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, f"adops:{name}".encode()[:15], 0, 0, 0)


def _line_of(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        part = connection.recv(4096)
        if not part or len(line) > MAX_REQUEST_BYTES:
            raise ValueError("it has no end")
        line += part
    return line


def _send(connection: socket.socket, **answer: int) -> None:
    """A client that has gone away misses its answer, nothing else."""
    with suppress(OSError):
        connection.sendall(json.dumps(answer).encode() + b"\n")
