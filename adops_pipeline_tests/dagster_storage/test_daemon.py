"""The daemon's own loops: sensors at their pace or when woken, queued runs at once, none lost with a killed daemon."""

import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Self

import dagster as dg
import pytest

from adops_pipeline.dagster_storage import definitions_in_process
from adops_pipeline.dagster_storage.daemon import launch_forgotten_runs, runs_database
from adops_pipeline.dagster_storage.definitions_in_process import SharedWorkspace, job_of
from adops_pipeline.dagster_storage.launcher import WarmRunLauncher
from adops_pipeline.dagster_storage.queue_daemon import EventDrivenQueueDaemon
from adops_pipeline.dagster_storage.run_files import run_file
from adops_pipeline.dagster_storage.sensor_daemon import EventDrivenSensorDaemon
from adops_pipeline_tests.dagster_storage import small_jobs
from adops_pipeline_tests.dagster_storage.conftest import Bench
from adops_pipeline_tests.patience import patience_seconds, wait_until

STATUS = dg.DagsterRunStatus


@pytest.fixture
def workspace(bench: Bench) -> Iterator[SharedWorkspace]:
    loaded = definitions_in_process.load(Path.cwd(), small_jobs.MODULE)
    with SharedWorkspace(bench.instance, loaded) as workspace:
        small_jobs.TICKED.clear()
        yield workspace
    definitions_in_process.forget()


class Loop:
    """A daemon's loop in a thread, until the end of the block."""

    def __init__(self, daemon: EventDrivenSensorDaemon | EventDrivenQueueDaemon, workspace: SharedWorkspace) -> None:
        self.shutdown = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(daemon, workspace))

    def _run(self, daemon: EventDrivenSensorDaemon | EventDrivenQueueDaemon, workspace: SharedWorkspace) -> None:
        for _ in daemon.core_loop(workspace, self.shutdown):
            if self.shutdown.is_set():
                return

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown.set()
        self.thread.join(patience_seconds())
        assert not self.thread.is_alive()


def _ticks(name: str) -> int:
    return small_jobs.TICKED.count(f"{name} True")


def test_a_sensor_ticks_at_its_idle_interval_and_when_it_is_woken(workspace: SharedWorkspace) -> None:
    with EventDrivenSensorDaemon({"use_threads": True, "num_workers": 2}) as daemon, Loop(daemon, workspace):
        wait_until(lambda: _ticks("often") == 3)
        assert _ticks("seldom") == 1
        daemon.wake(["seldom"])
        wait_until(lambda: _ticks("seldom") == 2)
        daemon.wake(["seldom"])
        daemon.wake(["seldom", "no such sensor"])
        wait_until(lambda: _ticks("seldom") == 3)
    ticks = [
        tick
        for state in workspace.instance.all_instigator_state()
        for tick in workspace.instance.get_ticks(state.instigator_origin_id, state.selector_id)
        if state.instigator_name == "seldom"
    ]
    times = sorted(tick.timestamp for tick in ticks)
    assert len(times) == 3
    assert all(later - earlier >= 1 for earlier, later in pairwise(times)), "the minimum interval"


def test_a_sensor_that_is_switched_off_does_not_tick(workspace: SharedWorkspace) -> None:
    location = workspace.create_request_context().get_code_location(definitions_in_process.LOCATION)
    (repository,) = location.get_repositories().values()
    workspace.instance.stop_sensor(
        repository.get_sensor("seldom").get_remote_origin_id(),
        repository.get_sensor("seldom").selector_id,
        repository.get_sensor("seldom"),
    )
    with EventDrivenSensorDaemon({"use_threads": True}) as daemon, Loop(daemon, workspace):
        daemon.wake(["seldom"])
        wait_until(lambda: _ticks("often") == 2)
    assert _ticks("seldom") == 0


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs that the launcher is given; it does nothing with them here."""
    runs: list[str] = []
    monkeypatch.setattr(WarmRunLauncher, "launch_run", lambda _, context: runs.append(context.dagster_run.run_id))
    return runs


def test_a_queued_run_is_launched_when_the_queue_is_woken(
    workspace: SharedWorkspace, bench: Bench, launched: list[str]
) -> None:
    with EventDrivenQueueDaemon(idle_seconds=1000) as daemon, Loop(daemon, workspace):
        first = bench.create("noting", STATUS.QUEUED)
        daemon.wake()
        wait_until(lambda: launched == [first.run_id])
        second = bench.create("noting", STATUS.QUEUED)
        daemon.wake()
        wait_until(lambda: launched == [first.run_id, second.run_id])
    assert bench.status(second) is STATUS.STARTING


def test_a_run_that_a_killed_daemon_took_from_the_queue_is_launched_by_the_next(
    bench: Bench, launched: list[str]
) -> None:
    forgotten, dead, queued = bench.create("noting"), bench.create("noting"), bench.create("noting", STATUS.QUEUED)
    file = run_file(bench.launcher.folder, dead.run_id)
    file.parent.mkdir(parents=True)
    file.write_text("4194304")
    assert launch_forgotten_runs(bench.instance) == launched == [forgotten.run_id]
    assert (bench.status(dead), bench.status(queued)) == (STATUS.STARTING, STATUS.QUEUED)


def test_another_launcher_is_left_to_itself() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert launch_forgotten_runs(instance) == []
        assert runs_database(instance) is None


def test_the_run_storage_is_found_where_dagster_writes_it(bench: Bench) -> None:
    path = runs_database(bench.instance)
    assert path is not None
    before = path.stat().st_mtime_ns, path.with_name(f"{path.name}-wal").exists()
    bench.create("noting")
    assert (path.stat().st_mtime_ns, path.with_name(f"{path.name}-wal").exists()) != before


def test_a_job_of_the_loaded_definitions_is_not_loaded_again(workspace: SharedWorkspace) -> None:
    del workspace
    origin = dg.reconstructable(small_jobs.noting).get_python_origin()
    loaded = definitions_in_process.load(Path.cwd(), small_jobs.MODULE)
    (pointer,) = loaded.code_pointers_by_repo_name.values()
    (definition,) = loaded.definitions_by_name.values()
    same = origin._replace(repository_origin=origin.repository_origin._replace(code_pointer=pointer))
    assert job_of(same).repository.get_definition() is definition
    assert job_of(origin).repository.get_definition() is not definition
    definitions_in_process.forget()
    assert job_of(same).repository.get_definition() is not definition
