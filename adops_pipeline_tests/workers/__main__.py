"""Has a worker forked from the forkserver at an address, and ends as it does: what execnet runs in place of Python."""

import multiprocessing
import os
import signal
import sys
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from adops_pipeline_tests.workers import START, work


def main(address: str) -> int:
    """Wait for the worker's end. Its streams are left to it alone, so that the controller sees when it dies."""
    server: Any = forkserver._forkserver
    server._forkserver_address = address
    server._forkserver_alive_fd = os.open(os.devnull, os.O_RDONLY)  # the controller's keeps the server alive
    server.ensure_running = resource_tracker.ensure_running
    streams = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
    process = multiprocessing.get_context("forkserver").Process(target=work, args=streams)
    try:
        process.start()
    except (OSError, EOFError):  # the server could not import the tests, and has said why: the worker does it itself
        os.execv(sys.executable, [sys.executable, "-u", "-c", START])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker answers it
    for stream in streams:
        stream.close()
    os.dup2(2, 1)
    os.close(0)
    process.join()
    return process.exitcode or 0


sys.exit(main(sys.argv[1]))
