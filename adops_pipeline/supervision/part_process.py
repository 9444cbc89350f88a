"""A part of `adops up` that is a program of its own: behind its guard, in its own process group, with its log."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adops_pipeline.supervision import child_guard
from adops_pipeline.supervision.log_tail import LogTail

GRACE_SECONDS = 6.0
"""Between the request to end and SIGKILL; the supervisor waits a little longer than this."""

_DYING_SECONDS = 10.0
"""How long the operating system may take to close the files of killed processes."""


@dataclass(frozen=True)
class PartProcess:
    """The guard of a running part; see ``supervisor.Process`` for what its methods promise."""

    process: subprocess.Popen[bytes]
    log: LogTail

    def poll(self) -> int | None:
        """The exit code of the part; 128 + n where signal n ended it."""
        code = self.process.poll()
        return 128 - code if code is not None and code < 0 else code

    def stop(self) -> None:
        """Close the guard's input: the guard then interrupts the part and kills what is left after the grace."""
        if self.process.stdin is not None:
            self.process.stdin.close()

    def kill(self) -> None:
        """End the whole group. Killed processes hold their files and locks a moment longer: waits for that."""
        self.stop()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + _DYING_SECONDS
        while group_lives(self.process.pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    def tail(self) -> list[str]:
        """The last lines that the part wrote."""
        return self.log.lines()


def group_lives(group: int) -> bool:
    """Whether a process of the group still has its files open. A zombie, whose threads have ended too, has none."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            state, _parent, its_group = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
            if int(its_group) == group and (state not in "ZX" or len(list((stat.parent / "task").iterdir())) > 1):
                return True
    return False


def started(
    command: Sequence[str],
    *,
    log: LogTail,
    lock: int,
    environment: Mapping[str, str],
    directory: Path,
    grace_seconds: float = GRACE_SECONDS,
) -> PartProcess:
    """Start the command (its program as an absolute path); its output is added to the log.

    The guard leads a session of its own, so that Ctrl-C on the terminal reaches the part through the supervisor alone.
    """
    with log.path.open("ab") as output:
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
        return PartProcess(process, log)
