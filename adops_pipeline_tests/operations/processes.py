"""Real processes for tests of what several do at once or of a kill: forked from one that has the product loaded.

A forked process has only the thread that forked it: a pool whose threads were started before would wait forever. So
libraries are kept from starting threads when they are imported, as in the forkserver of `adops up`.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from adops_pipeline.supervision.forkserver import WITHOUT_THREADS
from adops_pipeline_tests.patience import patience_seconds

_PRELOADED = "adops_pipeline_tests.operations.preloaded"


def context(preloaded: str = _PRELOADED) -> ForkServerContext:
    """Where processes, queues and barriers come from; a child shares no connection with the test.

    The first to ask starts the server. Workers of pytest-xdist share one (``adops_pipeline_tests.workers``).
    """
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([preloaded])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in WITHOUT_THREADS.items():
            patch.setenv(name, value)
        forkserver.ensure_running()
    return server


def python(
    script: str, *arguments: Path | str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``script`` in another process as `python -c` would, without the seconds in which an interpreter starts.

    The process has this ``environment``, else that of the process that it is forked from.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = context().Process(target=_execute, args=(script, list(map(str, arguments)), out, err, environment))
        process.start()
        process.join(patience_seconds())
        assert process.exitcode is not None, f"{script} did not end"
        return subprocess.CompletedProcess(script, process.exitcode, out.read_text(), err.read_text())


def _execute(script: str, arguments: list[str], out: Path, err: Path, environment: Mapping[str, str] | None) -> None:
    if environment is not None:
        os.environ.clear()
        os.environ.update(environment)
    for file, descriptor in ((out, 1), (err, 2)):
        with file.open("wb") as opened:
            os.dup2(opened.fileno(), descriptor)
    sys.argv = ["-c", *arguments]
    exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})
