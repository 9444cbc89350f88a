"""What a process prints within a capture is in its compute log and still reaches its terminal, in the same order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dagster._core.storage.compute_log_manager import ComputeIOType

from adops_pipeline.dagster_storage.compute_logs import ComputeLogs, written_to

KEY = ["run", "compute_logs", "abc"]
_PRINT = """
import os, subprocess, sys
from adops_pipeline.dagster_storage.compute_logs import ComputeLogs
print("before")
logs = ComputeLogs(sys.argv[1])
logs.copies_output = {copied}
with logs.capture_logs({key!r}):
    print("within")
    subprocess.run(["echo", "by a child"], check=True)
    os.write(2, b"an error\\n")
    {last}
print("after")
"""


def _run(folder: Path, last: str = "pass", *, copied: bool = True) -> subprocess.CompletedProcess[str]:
    script = _PRINT.format(key=KEY, last=last, copied=copied)
    command = [sys.executable, "-u", "-c", script, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _log(folder: Path) -> dict[ComputeIOType, str]:
    data = ComputeLogs(str(folder)).get_log_data(KEY)
    return {
        ComputeIOType.STDOUT: (data.stdout or b"").decode(),
        ComputeIOType.STDERR: (data.stderr or b"").decode(),
    }


def test_output_is_in_the_log_and_on_the_terminal(tmp_path: Path) -> None:
    done = _run(tmp_path)
    assert (done.stdout, done.stderr) == ("before\nwithin\nby a child\nafter\n", "an error\n")
    assert _log(tmp_path) == {ComputeIOType.STDOUT: "within\nby a child\n", ComputeIOType.STDERR: "an error\n"}
    assert ComputeLogs(str(tmp_path)).is_capture_complete(KEY)


def test_output_of_a_launched_run_is_in_the_log_alone(tmp_path: Path) -> None:
    done = _run(tmp_path, copied=False)
    assert (done.stdout, done.stderr) == ("before\nafter\n", "")
    assert _log(tmp_path) == {ComputeIOType.STDOUT: "within\nby a child\n", ComputeIOType.STDERR: "an error\n"}


def test_output_of_a_killed_process_is_in_the_log(tmp_path: Path) -> None:
    assert _run(tmp_path, "os.kill(os.getpid(), 9)").returncode == -9
    assert _log(tmp_path) == {ComputeIOType.STDOUT: "within\nby a child\n", ComputeIOType.STDERR: "an error\n"}
    assert not ComputeLogs(str(tmp_path)).is_capture_complete(KEY)


def test_output_is_in_the_log_though_the_terminal_is_gone(tmp_path: Path) -> None:
    terminal, printed = os.pipe()
    os.close(terminal)
    log = tmp_path / "run" / "out"
    with os.fdopen(printed, "w") as stream, written_to(log, stream, copied=True):
        os.write(printed, b"within\n")
    assert log.read_text() == "within\n"


def test_streams_of_tests_that_are_no_files_are_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ComputeLogs(str(tmp_path)).capture_logs(KEY):
        print("within")
    assert capsys.readouterr().out == "within\n"
