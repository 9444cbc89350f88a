"""The program that keeps the parts of `adops up` running: small, and no interrupt is lost while it takes over."""

import subprocess
import sys
from pathlib import Path

import pytest

from adops_pipeline.parts.context import Context
from adops_pipeline.parts.health import api_answers
from adops_pipeline_tests.patience import patience_seconds

_INTERRUPTED_WHILE_TAKING_OVER = """
import os, signal, sys
from adops_pipeline.parts import supervise
from adops_pipeline.parts.context import Context

signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
os.kill(os.getpid(), signal.{signal})
sys.exit(supervise.main(Context.from_json(sys.argv[1])))
"""


def test_it_imports_neither_the_command_line_nor_a_large_library() -> None:
    told = "import sys, adops_pipeline.parts.supervise; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    large = {"pydantic", "httpx", "typer", "rich", "dagster", "sqlalchemy", "duckdb", "adops_pipeline.cli"}
    assert large.isdisjoint(done.stdout.split())


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM"])
def test_an_interrupt_that_came_while_it_took_over_ends_it_before_any_part_starts(signal: str, tmp_path: Path) -> None:
    lock = tmp_path / "up.lock"
    with lock.open("w") as held:
        held.write("123")
        held.flush()
        context = Context(1, 2, "http://127.0.0.1:2", str(tmp_path), str(tmp_path), held.fileno())
        done = subprocess.run(
            [sys.executable, "-c", _INTERRUPTED_WHILE_TAKING_OVER.format(signal=signal), context.to_json()],
            capture_output=True,
            text=True,
            check=False,
            timeout=patience_seconds(),
            pass_fds=[held.fileno()],
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopping ...\n", "")
    assert list((tmp_path / "logs").iterdir()) == []
    assert lock.read_text() == ""


def test_a_server_that_is_not_there_is_an_error_of_the_system() -> None:
    with pytest.raises(OSError, match="refused"):
        api_answers("http://127.0.0.1:1")
