"""A forkserver as its clients see it: jobs in processes of their own, whose end is reported; requests cannot end it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adops_pipeline.supervision.forked import ForkedPart, ForkServerError, UnforkedPart, answers, fork_job, fork_part
from adops_pipeline.supervision.forkserver import other_threads
from adops_pipeline.supervision.log_tail import LogTail
from adops_pipeline_tests.patience import patience_seconds, wait_until

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROGRAM = """
import os, sys, time
from pathlib import Path
from adops_pipeline.supervision.forkserver import ForkServer, Job

folder = Path(sys.argv[1])
loads = []

def refresh():
    loads.append(1)
    return len(loads) == 2

def write(argument):
    (folder / argument["name"]).write_text(f"{os.getpid()} {len(loads)}")
    return 0

def leave(argument):
    print("leaving with", argument["code"])
    return int(argument["code"])

def say(argument):
    raise SystemExit("no such planet")

fork = os.fork

def fork_or_fail():
    if (folder / "no memory").exists():
        raise BlockingIOError(11, "no process left")
    return fork()

os.fork = fork_or_fail

def crash(argument):
    os.kill(os.getpid(), 11)

def sleep(argument):
    print("asleep", flush=True)
    time.sleep(300)

def after(argument):
    (folder / "after").write_text(argument["code"])
    return 0

def first(argument):
    (folder / "first").touch()
    return int(sys.argv[2])

jobs = {"write": Job(write), "leave": Job(leave, after), "say": Job(say), "crash": Job(crash), "sleep": Job(sleep)}

def alone(name, argument):
    told = f"import pathlib, os; pathlib.Path({str(folder / 'alone')!r}).write_text(str(os.getpid()))"
    return [sys.executable, "-c", told]

threads = frozenset()
if sys.argv[3] != "none":
    import threading
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
if sys.argv[3] == "harmless":
    threads = frozenset({open(f"/proc/self/comm").read().strip()})
ForkServer(folder / "fork.sock", jobs, refresh, first, alone, threads).serve()
"""


class Server:
    """A running forkserver with the jobs above."""

    def __init__(self, folder: Path, first_exit_code: int = 0, thread: str = "none") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.socket = folder, folder / "fork.sock"
        arguments = [str(folder), str(first_exit_code), thread]
        self.process = subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments])

    def part(self, job: str, **argument: str) -> ForkedPart:
        part = self.ask(job, **argument)
        assert isinstance(part, ForkedPart), part.tail()
        return part

    def ask(self, job: str, **argument: str) -> ForkedPart | UnforkedPart:
        return fork_part(self.socket, job, argument, LogTail.begin(self.folder / "part.log", NOON))

    def exit_code(self, job: str, **argument: str) -> int:
        part = self.part(job, **argument)
        wait_until(lambda: part.poll() is not None)
        code = part.poll()
        assert code is not None
        return code


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    try:
        wait_until(lambda: answers(running.socket))
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def test_a_job_runs_in_a_process_of_its_own_that_has_seen_the_refresh(server: Server) -> None:
    pids = [fork_job(server.socket, "write", {"name": name}) for name in ("one", "two")]
    wait_until(
        lambda: all(
            (server.folder / name).exists() and (server.folder / name).stat().st_size for name in ("one", "two")
        )
    )
    assert [(server.folder / name).read_text() for name in ("one", "two")] == [f"{pids[0]} 1", f"{pids[1]} 2"]
    assert server.process.pid not in pids


def test_the_exit_code_of_a_part_is_reported_and_what_it_printed_is_in_its_log(server: Server) -> None:
    part = server.part("leave", code="7")
    wait_until(lambda: part.poll() is not None)
    assert part.poll() == 7
    assert part.tail() == ["leaving with 7"]


@pytest.mark.parametrize(("job", "code"), [("say", 1), ("crash", 128 + signal.SIGSEGV)])
def test_a_part_that_ends_badly_says_how(server: Server, job: str, code: int) -> None:
    assert server.exit_code(job) == code
    assert ("no such planet" in (server.folder / "part.log").read_text()) is (job == "say")


def test_only_a_failure_is_followed_up(server: Server) -> None:
    assert server.exit_code("leave", code="0") == 0
    assert server.exit_code("leave", code="3") == 3
    wait_until((server.folder / "after").exists)
    wait_until(lambda: (server.folder / "after").read_text() == "3")


@pytest.mark.parametrize(("end", "code"), [("stop", 1), ("kill", 128 + signal.SIGKILL)])
def test_a_part_can_be_interrupted_and_killed(server: Server, end: str, code: int) -> None:
    part = server.part("sleep")
    wait_until(lambda: part.tail() == ["asleep"])
    assert part.poll() is None
    getattr(part, end)()
    wait_until(lambda: part.poll() is not None)
    assert part.poll() == code
    assert answers(server.socket)


def test_a_killed_forkserver_ends_its_parts_for_the_supervisor_and_takes_no_more(server: Server) -> None:
    part = server.part("sleep")
    server.process.kill()
    wait_until(lambda: part.poll() is not None)
    assert part.poll() == 128 + signal.SIGKILL
    os.kill(part.pid, signal.SIGKILL)
    assert not answers(server.socket)
    with pytest.raises(ForkServerError, match="no forkserver answers at"):
        fork_job(server.socket, "write", {"name": "one"})
    late = server.ask("sleep")
    assert late.poll() == 1
    assert "no forkserver answers" in late.tail()[0]


@pytest.mark.parametrize("request_line", [b"nonsense\n", b'{"job": "dance", "argument": {}}\n', b"[]\n", b""])
def test_a_request_that_makes_no_sense_is_refused_and_harms_nobody(server: Server, request_line: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(server.socket))
        client.sendall(request_line)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
    assert server.exit_code("leave", code="0") == 0


def test_a_fork_that_fails_ends_neither_the_forkserver_nor_the_jobs_that_run(server: Server) -> None:
    running = server.part("sleep")
    (server.folder / "no memory").touch()
    assert server.ask("leave", code="0").poll() == 1
    (server.folder / "no memory").unlink()
    assert server.exit_code("leave", code="0") == 0
    assert running.poll() is None
    running.kill()


def test_only_its_user_may_ask(server: Server) -> None:
    assert server.socket.stat().st_mode & 0o077 == 0


def test_an_interrupt_ends_it_and_removes_its_socket(server: Server) -> None:
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(patience_seconds()) == 0
    assert not server.socket.exists()


def test_nothing_is_served_when_what_comes_first_has_failed(tmp_path: Path) -> None:
    server = Server(tmp_path, first_exit_code=4)
    assert server.process.wait(patience_seconds()) == 1
    assert not server.socket.exists()


def test_a_folder_with_a_long_path_will_do(tmp_path: Path) -> None:
    server = Server(tmp_path / ("long" * 30))
    try:
        wait_until(lambda: answers(server.socket))
    finally:
        server.process.kill()
        server.process.wait()


@pytest.mark.parametrize(("thread", "written"), [("harmful", "alone"), ("harmless", "one")])
def test_beside_a_thread_that_may_be_missed_a_job_starts_in_a_new_interpreter(
    tmp_path: Path, thread: str, written: str
) -> None:
    server = Server(tmp_path, thread=thread)
    try:
        wait_until(lambda: answers(server.socket))
        part = server.part("write", name="one")
        wait_until(lambda: part.poll() is not None)
        assert part.poll() == 0
        assert [name for name in ("one", "alone") if (tmp_path / name).exists()] == [written]
        assert (tmp_path / written).read_text().split()[0] == str(part.pid)
    finally:
        server.process.kill()
        server.process.wait()


def test_threads_beside_the_calling_one_are_known_by_name() -> None:
    told = """
import threading, time
from adops_pipeline.supervision.forkserver import other_threads
print(len(other_threads()))
threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
print(len(other_threads()))
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]
    assert isinstance(other_threads(), list)
