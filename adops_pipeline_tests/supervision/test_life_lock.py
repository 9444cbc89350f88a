"""A process that lives is told from one that died, and from one that has finished."""

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from adops_pipeline.supervision.life_lock import dead_in, has_died, living, living_pid

HOLD = """
import sys, time
from pathlib import Path
from adops_pipeline.supervision.life_lock import living
with living(Path(sys.argv[1])) as is_mine:
    print(is_mine, flush=True)
    time.sleep(300)
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def test_a_living_process_is_known_by_its_id_and_no_other_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "one"
    with holder(path) as process:
        assert living_pid(path) == process.pid
        assert not has_died(path)
        with living(path) as is_mine:
            assert not is_mine
        assert living_pid(path) == process.pid
        process.kill()
    assert living_pid(path) is None


def test_a_killed_process_has_died_and_one_that_has_finished_has_not(tmp_path: Path) -> None:
    with holder(tmp_path / "killed") as process:
        process.kill()
    with living(tmp_path / "finished"):
        pass
    assert has_died(tmp_path / "killed")
    assert not has_died(tmp_path / "finished")
    assert dead_in(tmp_path) == [tmp_path / "killed"]
    assert dead_in(tmp_path / "no such folder") == []


def test_a_block_that_raises_leaves_its_file_like_a_crash(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lost"), living(tmp_path / "one"):
        raise ValueError("lost")
    assert has_died(tmp_path / "one")


def test_a_file_that_nobody_has_written_to_is_no_death(tmp_path: Path) -> None:
    (tmp_path / "one").touch()
    assert not has_died(tmp_path / "one")


def test_two_who_look_at_a_dead_process_at_once_both_see_that_it_is_dead(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("4194304")
    with (tmp_path / "one").open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert living_pid(tmp_path / "one") is None
        assert has_died(tmp_path / "one")


def test_somebody_who_only_looks_does_not_keep_a_process_from_living(tmp_path: Path) -> None:
    path, is_over = tmp_path / "one", threading.Event()

    def look() -> None:
        while not is_over.is_set():
            has_died(path)

    watchers = [threading.Thread(target=look) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(50):
            with living(path) as is_mine:
                assert is_mine
                assert int(path.read_text()) == os.getpid()
    finally:
        is_over.set()
        for watcher in watchers:
            watcher.join()
