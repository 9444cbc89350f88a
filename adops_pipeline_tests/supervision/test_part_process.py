"""Parts as real processes: whoever dies – the part, its children, the supervisor – nothing is left behind."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from adops_pipeline.supervision.log_tail import LogTail
from adops_pipeline.supervision.part_process import PartProcess, group_lives, started
from adops_pipeline_tests.patience import wait_until

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
_LONG_GRACE_SECONDS = 300.0
STUBBORN_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", '''
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("child is up", flush=True)
time.sleep(3600)
'''], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
"""


def part(tmp_path: Path, program: str, grace_seconds: float = _LONG_GRACE_SECONDS) -> PartProcess:
    """A Python program as a part."""
    lock = os.open(tmp_path / "up.lock", os.O_CREAT | os.O_RDWR)
    try:
        return started(
            [sys.executable, "-c", program],
            log=LogTail.begin(tmp_path / "part.log", NOON),
            lock=lock,
            environment=os.environ,
            directory=tmp_path,
            grace_seconds=grace_seconds,
        )
    finally:
        os.close(lock)


def ended(process: PartProcess) -> int:
    """The exit code, waited for; what the supervisor does afterwards is done."""
    wait_until(lambda: process.poll() is not None)
    code = process.poll()
    process.kill()
    assert code is not None
    return code


def lives(pid: int) -> bool:
    """Whether it runs; a dead process that nobody has collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_exit_code_and_the_last_lines_of_this_start_alone_are_told(tmp_path: Path) -> None:
    assert ended(part(tmp_path, "print('an old story')")) == 0
    process = part(tmp_path, "for n in range(30): print('line', n)\nraise SystemExit(7)")
    assert ended(process) == 7
    assert process.tail() == [f"line {n}" for n in range(22, 30)]
    assert process.log.path.read_text().count("--- started 2026-11-23 12:00:00 UTC ---") == 2


def test_a_part_ended_by_a_signal_says_which(tmp_path: Path) -> None:
    assert ended(part(tmp_path, "import os; os.kill(os.getpid(), 11)")) == 128 + signal.SIGSEGV


def test_a_stop_lets_the_part_and_its_children_finish_their_work(tmp_path: Path) -> None:
    program = """
import subprocess, sys, time
code = '''
import time
try:
    print("up", flush=True)
    time.sleep(300)
except KeyboardInterrupt:
    time.sleep(0.3)
    open("finished", "w").close()
'''
child = subprocess.Popen([sys.executable, "-c", code])
time.sleep(300)
"""
    process = part(tmp_path, program)
    wait_until(lambda: "up" in process.tail())
    process.stop()
    ended(process)
    assert (tmp_path / "finished").exists()


def test_a_part_that_takes_the_first_interrupt_for_an_ordinary_error_gets_another(tmp_path: Path) -> None:
    program = """
import time
try:
    print("up", flush=True)
    time.sleep(300)
except KeyboardInterrupt:
    try:
        time.sleep(300)
    except KeyboardInterrupt:
        open("finished", "w").close()
"""
    process = part(tmp_path, program)
    wait_until(lambda: "up" in process.tail())
    process.stop()
    ended(process)
    assert (tmp_path / "finished").exists()


def test_a_stop_ends_a_child_that_ignores_it_after_the_grace(tmp_path: Path) -> None:
    process = part(tmp_path, f"{STUBBORN_CHILD}\ntime.sleep(3600)", grace_seconds=0.3)
    wait_until(lambda: bool(process.tail()))
    child = int(process.tail()[-1])
    process.stop()
    ended(process)
    wait_until(lambda: not lives(child))


def test_a_part_that_crashes_takes_its_children_with_it(tmp_path: Path) -> None:
    process = part(tmp_path, f"{STUBBORN_CHILD}\nraise SystemExit(5)", grace_seconds=0.3)
    ended(process)
    wait_until(lambda: not lives(int(process.tail()[-1])))


def test_a_supervisor_that_is_killed_leaves_no_part(tmp_path: Path) -> None:
    owner = """
import os, sys, time
from datetime import datetime, UTC
from pathlib import Path
from adops_pipeline.supervision.log_tail import LogTail
from adops_pipeline.supervision.part_process import started
here = Path(sys.argv[1])
log, lock = LogTail.begin(here / "part.log", datetime.now(UTC)), os.open(here / "up.lock", os.O_CREAT | os.O_RDWR)
process = started(
    [sys.executable, "-c", sys.argv[2]], log=log, lock=lock, environment=os.environ, directory=here, grace_seconds=0.3
)
while not process.tail():
    time.sleep(0.02)
print(process.process.pid, process.tail()[-1], flush=True)
time.sleep(300)
"""
    with subprocess.Popen(
        [sys.executable, "-c", owner, str(tmp_path), f"{STUBBORN_CHILD}\ntime.sleep(300)"],
        stdout=subprocess.PIPE,
        text=True,
    ) as supervisor:
        assert supervisor.stdout is not None
        guard, child = map(int, supervisor.stdout.readline().split())
        assert lives(guard)
        assert lives(child)
        supervisor.kill()
    wait_until(lambda: not lives(guard) and not lives(child))


def test_a_process_group_lives_until_its_last_process_has_given_up_its_files() -> None:
    leader = subprocess.Popen([sys.executable, "-c", STUBBORN_CHILD], start_new_session=True, stdout=subprocess.PIPE)
    assert leader.stdout is not None
    child = int(leader.stdout.readline())
    assert group_lives(leader.pid)
    wait_until(lambda: not lives(leader.pid))  # a zombie, which nobody has collected yet
    assert group_lives(leader.pid)
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not group_lives(leader.pid))
    leader.communicate()
