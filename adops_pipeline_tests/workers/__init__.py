"""Worker processes of pytest-xdist, forked from one process that has imported the test modules.

A worker that starts as an interpreter of its own imports every test module itself: 8 s of processor time each. Here the
controller starts one forkserver of multiprocessing (``start``) that imports them (``imports``). execnet starts a small
program for each worker (``__main__``), which has the worker forked and hands it its standard input and output. The
processes of ``operations.processes`` are forked from the same server.
"""

import os
import sys
from multiprocessing.connection import Connection

START = "import sys;exec(eval(sys.stdin.readline()))"
"""What execnet has Python execute: the controller sends the rest."""


def work(given: Connection, answers: Connection) -> None:
    """Be a worker, in the forked process, with these ends as standard input and output."""
    for number, end in enumerate((given, answers)):
        os.dup2(end.fileno(), number)
        end.close()
    sys.argv = ["-c"]
    sys.stdin = os.fdopen(0, closefd=False)
    exec(START, {"__name__": "__main__"})
