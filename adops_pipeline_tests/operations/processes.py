"""Real processes for tests of what several do at once or of a kill: forked from one that has the product loaded.

A forked process has only the thread that forked it: a pool whose threads were started before would wait forever. So
libraries are kept from starting threads when they are imported, as in the forkserver of `adops up`.
"""

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

import pytest

from adops_pipeline.supervision.forkserver import WITHOUT_THREADS

_PRELOADED = "adops_pipeline_tests.operations.preloaded"


def context() -> ForkServerContext:
    """Where processes, queues and barriers come from; a child shares no connection with the test."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([_PRELOADED])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in WITHOUT_THREADS.items():
            patch.setenv(name, value)
        forkserver.ensure_running()
    return server
