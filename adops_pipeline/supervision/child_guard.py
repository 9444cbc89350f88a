"""Guards one part of `adops up`: a program of its own, run by path with the standard library alone.

It starts the part and waits until the part ends or its own standard input does. The supervisor holds that open, and the
operating system closes it however the supervisor dies, SIGKILL included. Then the guard ends all processes of the part:
SIGINT first, so that a Dagster run can record its end, SIGKILL after the grace. It never starts a part again.
"""

import ctypes
import os
import select
import signal
import sys
import time
from types import FrameType

_STDIN = 0
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
_REPEAT_SECONDS = 2.0
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(grace_seconds: float, lock: int, command: list[str]) -> int:
    """Run the command to its end; gives its exit code, 128 + n where signal n ended it.

    ``lock`` is an inherited file descriptor: the lock of `adops up` is held as long as this process lives. The process
    must lead a process group of its own, because it signals the whole group.
    """
    os.set_inheritable(lock, False)
    wake = _wake_on_signals()
    _adopt_orphans()
    devnull = (os.POSIX_SPAWN_OPEN, _STDIN, os.devnull, os.O_RDONLY, 0)
    part = os.posix_spawn(command[0], command, os.environ, file_actions=[devnull], setsigdef=_ENDING)
    ended: dict[int, int] = {}
    is_owned = True
    while is_owned and part not in ended:
        is_owned = _STDIN not in _readable([_STDIN, wake], None)
        _reap(ended)
    if not _end_rest(ended, wake, grace_seconds) or not is_owned:
        os.killpg(0, signal.SIGKILL)  # this process is in the group too
    code = ended[part]
    return code if code >= 0 else 128 - code


def _end_rest(ended: dict[int, int], wake: int, grace_seconds: float) -> bool:
    """Interrupt the group until no child is left; False where some are left after the grace.

    One interrupt is not enough: DuckDB turns it into an ordinary error, and the run goes on with its next step.
    """
    deadline = time.monotonic() + grace_seconds
    while _reap(ended):
        patience = deadline - time.monotonic()
        if patience <= 0:
            return False
        os.killpg(0, signal.SIGINT)
        _wait_for_children(ended, wake, min(patience, _REPEAT_SECONDS))
    return True


def _wait_for_children(ended: dict[int, int], wake: int, seconds: float) -> None:
    """Return when no child is left, at the latest after this time."""
    until = time.monotonic() + seconds
    while _reap(ended) and (patience := until - time.monotonic()) > 0:
        _readable([wake], patience)


def _reap(ended: dict[int, int]) -> bool:
    """Collect the exit codes of ended children; True while others live."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True
        ended[pid] = os.waitstatus_to_exitcode(status)


def _readable(descriptors: list[int], timeout_seconds: float | None) -> list[int]:
    """Descriptors with something to read, or at their end; the wake pipe among them is emptied."""
    ready = select.select(descriptors, [], [], timeout_seconds)[0]
    for descriptor in ready:
        os.read(descriptor, 4096)
    return ready


def _wake_on_signals() -> int:
    """A pipe that becomes readable with every signal; signals that would end this process only do that.

    They are handled rather than ignored, because the part would inherit that and could not be interrupted any more.
    """

    def nothing(_number: int, _frame: FrameType | None) -> None:
        return

    for number in (*_ENDING, signal.SIGCHLD):
        signal.signal(number, nothing)
    wake, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    return wake


def _adopt_orphans() -> None:
    """On Linux, become the parent of what a dead part leaves, to wait for it; elsewhere it is killed at once."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
