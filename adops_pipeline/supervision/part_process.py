"""A part of `adops up` as processes of the operating system: behind its guard, in a group of its own, with its log."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adops_pipeline.supervision import child_guard

LOG_CAP_BYTES = 5_000_000
GRACE_SECONDS = 6.0
"""Between the request to end and SIGKILL; the supervisor waits a little longer than this."""

_TAIL_LINES, _TAIL_BYTES = 8, 16_384


@dataclass(frozen=True)
class PartProcess:
    """The guard of a running part; see ``supervisor.Process`` for what its methods promise."""

    process: subprocess.Popen[bytes]
    log: Path
    log_start: int

    def poll(self) -> int | None:
        """The exit code of the part; 128 + n where signal n ended it."""
        code = self.process.poll()
        return 128 - code if code is not None and code < 0 else code

    def stop(self) -> None:
        """Close the guard's input: it then ends the part, politely first."""
        if self.process.stdin is not None:
            self.process.stdin.close()

    def kill(self) -> None:
        """End the whole group."""
        self.stop()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def tail(self) -> list[str]:
        """What the part wrote last."""
        with self.log.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(self.log_start, end - _TAIL_BYTES))
            text = log.read().decode("utf-8", errors="replace")
        return [line for line in text.splitlines() if line.strip()][-_TAIL_LINES:]


def started(
    command: Sequence[str],
    *,
    log: Path,
    lock: int,
    environment: Mapping[str, str],
    directory: Path,
    now: datetime,
    grace_seconds: float = GRACE_SECONDS,
) -> PartProcess:
    """Start the command (its program as an absolute path); its output is added to the log, see ``rotate``.

    The guard leads a session of its own, so that Ctrl-C on the terminal reaches the part through the supervisor alone.
    """
    rotate(log)
    with log.open("ab") as output:
        output.write(f"--- started {now:%Y-%m-%d %H:%M:%S} UTC ---\n".encode())
        output.flush()
        process = subprocess.Popen(  # noqa: S603 - our own commands
            [sys.executable, "-I", child_guard.__file__, str(grace_seconds), str(lock), *command],
            cwd=directory,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=(lock,),
        )
        return PartProcess(process, log, output.tell())


def rotate(log: Path, cap_bytes: int = LOG_CAP_BYTES) -> None:
    """Move a log that has grown beyond the cap aside as ``<name>.log.1``, over the one before it."""
    if log.exists() and log.stat().st_size > cap_bytes:
        log.replace(log.with_name(f"{log.name}.1"))
