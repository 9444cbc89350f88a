"""The daemon wakes when another process writes, and not otherwise."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import pytest

from adops_pipeline.dagster_storage import wake_ups
from adops_pipeline.dagster_storage.wake_ups import WakeSignal, WatchedFile, Watcher
from adops_pipeline_tests.patience import patience_seconds, wait_until


def test_a_signal_that_was_set_before_the_wait_ends_it_at_once_and_only_once() -> None:
    signal, shutdown = WakeSignal(), threading.Event()
    signal.set()
    assert signal.wait(shutdown, 60)
    assert not signal.wait(shutdown, 0.01)


def test_another_thread_ends_a_wait_by_the_signal_or_a_shutdown() -> None:
    signal, shutdown = WakeSignal(), threading.Event()
    for end, was_set in ((signal.set, True), (shutdown.set, False)):
        begin = time.monotonic()
        threading.Timer(0.05, end).start()
        assert signal.wait(shutdown, 10 * patience_seconds()) is was_set
        assert time.monotonic() - begin < patience_seconds()


@pytest.mark.parametrize("journal", ["WAL", "DELETE"])
def test_a_commit_of_another_connection_changes_a_watched_file(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "store.db"
    writer = sqlite3.connect(path)
    writer.execute(f"PRAGMA journal_mode = {journal}")
    writer.execute("CREATE TABLE numbers (n INTEGER)")
    writer.commit()
    watched = WatchedFile(path)
    assert watched.has_changed(), "nobody has looked before"
    for number in range(3):
        assert [watched.has_changed() for _ in range(2)][-1] is False
        writer.execute("INSERT INTO numbers VALUES (?)", (number,))
        writer.commit()
        assert watched.has_changed()
    writer.close()


def test_a_commit_that_leaves_no_trace_because_it_follows_at_once_is_not_missed(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("one")
    watched = WatchedFile(tmp_path / "store.db")
    watched.has_changed()
    state = (tmp_path / "store.db").stat()
    (tmp_path / "store.db").write_text("two")
    os.utime(tmp_path / "store.db", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert watched.has_changed()
    assert not watched.has_changed()


def test_a_file_that_comes_later_is_a_change(tmp_path: Path) -> None:
    watched = WatchedFile(tmp_path / "later.db")
    assert [watched.has_changed() for _ in range(3)] == [True, True, False]
    (tmp_path / "later.db").write_text("x")
    assert watched.has_changed()


class Scene:
    """A watcher over two files, and what it asked and woke."""

    def __init__(self, folder: Path, *, has_files: bool = True) -> None:
        self.store, self.runs = folder / "store.db", folder / "runs.db"
        self.asked: list[bool] = []
        self.woken: list[str] = []
        self.queue = 0
        self.fails = False
        files = (WatchedFile(self.store), WatchedFile(self.runs)) if has_files else (None, None)
        self.watcher = Watcher(files[0], files[1], self.want, self.wake, self.wake_queue)
        self.thread = threading.Thread(target=self.watcher.watch)

    def want(self, runs_changed: bool) -> Iterable[str]:
        self.asked.append(runs_changed)
        if self.fails:
            raise OSError("the store is busy")
        return ["a sensor"]

    def wake(self, names: Iterable[str]) -> None:
        self.woken += names

    def wake_queue(self) -> None:
        self.queue += 1

    def __enter__(self) -> Self:
        self.thread.start()
        wait_until(lambda: len(self.asked) == 2)  # a file that is looked at for the first time counts as changed
        self.asked, self.woken, self.queue = [], [], 0
        return self

    def __exit__(self, *_: object) -> None:
        self.watcher.stop()
        self.thread.join(patience_seconds())
        assert not self.thread.is_alive()


def test_a_write_to_the_store_wakes_the_sensors_and_not_the_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake_ups, "ASK_EVERY_SECONDS", 1000.0)
    with Scene(tmp_path) as scene:
        scene.store.write_text("x")
        wait_until(lambda: scene.woken == ["a sensor"] * 2)
        assert (scene.asked, scene.queue) == ([False] * 2, 0)


def test_a_write_to_the_run_storage_wakes_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake_ups, "ASK_EVERY_SECONDS", 1000.0)
    with Scene(tmp_path) as scene:
        scene.runs.write_text("x")
        wait_until(lambda: scene.woken == ["a sensor"] * 2)
        assert (scene.asked, scene.queue) == ([True] * 2, 2)


def test_sensors_are_asked_after_now_and_then_though_nothing_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wake_ups, "ASK_EVERY_SECONDS", 0.2)
    with Scene(tmp_path) as scene:
        wait_until(lambda: len(scene.asked) == 2)
        assert scene.asked == [False, False]


def test_with_a_database_server_it_asks_again_and_again_as_if_runs_had_changed(tmp_path: Path) -> None:
    with Scene(tmp_path, has_files=False) as scene:
        wait_until(lambda: len(scene.asked) == 1)
        assert scene.asked == [True]


def test_a_store_that_is_busy_does_not_end_the_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wake_ups, "ASK_EVERY_SECONDS", 1000.0)
    with Scene(tmp_path) as scene:
        scene.fails = True
        scene.store.write_text("x")
        wait_until(lambda: len(scene.asked) == 2)
        scene.fails = False
        scene.store.write_text("xx")
        wait_until(lambda: "a sensor" in scene.woken)
    assert "the store is busy" in capsys.readouterr().err
