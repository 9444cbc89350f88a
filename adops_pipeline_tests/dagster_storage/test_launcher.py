"""Runs in processes of their own: one process each, interrupted when asked, and missed when it dies."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher.base import WorkerStatus

from adops_pipeline.dagster_storage.compute_logs import ComputeLogs
from adops_pipeline.dagster_storage.dead_runs import fail_dead_runs
from adops_pipeline.dagster_storage.run_files import run_file, runs_folder
from adops_pipeline.supervision.life_lock import dead_in, living, living_pid
from adops_pipeline_tests.dagster_storage.conftest import Bench
from adops_pipeline_tests.patience import patience_seconds, wait_until

STATUS = dg.DagsterRunStatus


def test_a_run_is_forked_and_succeeds_in_a_process_that_loads_nothing(warm: Bench) -> None:
    run = warm.create("noting")
    warm.launch(run)
    warm.wait_for(run, STATUS.SUCCESS)
    (mark,) = warm.marks.iterdir()
    pid = mark.name.partition("-")[0]
    assert f"Process of the run: {pid}" in warm.messages(run)
    assert int(pid) != os.getpid()
    wait_until(lambda: list(runs_folder(warm.launcher.folder).iterdir()) == [])
    assert warm.launcher._started == []


def test_without_a_forkserver_a_new_interpreter_does_the_run(bench: Bench) -> None:
    run = bench.create("noting")
    bench.launch(run)
    bench.wait_for(run, STATUS.SUCCESS)
    (process,) = bench.launcher._started
    assert process.wait(patience_seconds()) == 0
    assert [mark.name.partition("-")[0] for mark in bench.marks.iterdir()] == [str(process.pid)]


def test_a_run_that_is_launched_again_and_again_is_done_once(warm: Bench) -> None:
    run = warm.create("noting")
    for _ in range(4):
        warm.launch(run)
    warm.wait_for(run, STATUS.SUCCESS)
    warm.launch(run)
    wait_until(lambda: list(runs_folder(warm.launcher.folder).iterdir()) == [])
    assert len(list(warm.marks.iterdir())) == 1
    assert sum(message.startswith("Process of the run") for message in warm.messages(run)) == 1


def test_a_run_that_was_cancelled_before_its_process_began_is_not_done(warm: Bench) -> None:
    run = warm.create("noting", STATUS.CANCELED)
    other = warm.create("noting")
    warm.launch(run)
    warm.launch(other)
    warm.wait_for(other, STATUS.SUCCESS)
    wait_until(lambda: list(runs_folder(warm.launcher.folder).iterdir()) == [])
    assert warm.status(run) is STATUS.CANCELED
    assert len(list(warm.marks.iterdir())) == 1


def test_a_second_process_of_a_run_whose_first_one_died_at_work_ends_the_run(warm: Bench) -> None:
    started, canceling = warm.create("noting", STATUS.STARTED), warm.create("noting", STATUS.CANCELING)
    warm.launch(started)
    warm.launch(canceling)
    warm.wait_for(started, STATUS.FAILURE)
    warm.wait_for(canceling, STATUS.CANCELED)
    assert list(warm.marks.iterdir()) == []


def test_what_a_forked_run_prints_is_in_its_compute_log_without_processes_that_copy_it(warm: Bench) -> None:
    run = warm.create("noting")
    warm.launch(run)
    warm.wait_for(run, STATUS.SUCCESS)
    (captured,) = warm.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.LOGS_CAPTURED)
    assert captured.dagster_event is not None
    key = [run.run_id, "compute_logs", captured.dagster_event.logs_captured_data.file_key]
    log = warm.instance.compute_log_manager.get_log_data(key)
    (mark,) = warm.marks.iterdir()
    assert log.stdout == f"noted in {mark.name.partition('-')[0]} with 0 processes of its own\n".encode()
    assert warm.instance.compute_log_manager.is_capture_complete(key)
    assert b"Started execution of step" in (log.stderr or b"")


COMMAND = """
import sys
from adops_pipeline.dagster_storage.compute_logs import ComputeLogs
logs = ComputeLogs(sys.argv[1])
with logs.capture_logs(["a-run", "compute_logs", "step"]):
    print("progress", flush=True)
    sys.stdin.readline()
"""


def test_the_output_of_a_command_is_on_the_terminal_and_in_the_compute_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COMMAND, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "progress\n"
        process.communicate("\n")
    assert ComputeLogs(str(tmp_path)).get_log_data(["a-run", "compute_logs", "step"]).stdout == b"progress\n"


def test_a_terminated_run_is_cancelled(warm: Bench) -> None:
    run = warm.create("waiting")
    warm.launch(run)
    wait_until((warm.marks / "waiting").exists)
    assert warm.launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING
    assert warm.launcher.terminate(run.run_id)
    warm.wait_for(run, STATUS.CANCELED)
    assert not warm.launcher.terminate(run.run_id), "it has ended"
    assert dead_in(runs_folder(warm.launcher.folder)) == []


def test_there_is_nothing_to_terminate_in_a_run_without_a_process(bench: Bench) -> None:
    run = bench.create("noting")
    assert not bench.launcher.terminate(run.run_id)
    assert bench.status(run) is STATUS.CANCELING
    assert "No process of this run was found to interrupt." in bench.messages(run)
    assert not bench.launcher.terminate("no-such-run")


def test_a_run_whose_process_dies_has_failed_and_gives_its_pool_slot_back(warm: Bench) -> None:
    run = warm.create("crashing")
    warm.launch(run)
    warm.wait_for(run, STATUS.FAILURE)
    assert any("the process of this run ended before the run did" in message for message in warm.messages(run))
    wait_until(lambda: warm.instance.event_log_storage.get_concurrency_info("one_at_a_time").active_slot_count == 0)
    wait_until(lambda: list(runs_folder(warm.launcher.folder).iterdir()) == [])


def test_run_monitoring_learns_of_a_process_that_is_gone_but_leaves_ended_runs_alone(bench: Bench) -> None:
    started, ended = bench.create("noting", STATUS.STARTED), bench.create("noting", STATUS.SUCCESS)
    assert bench.launcher.supports_check_run_worker_health
    health = bench.launcher.check_run_worker_health(started)
    assert (health.status, health.msg) == (WorkerStatus.NOT_FOUND, "the process of this run ended before the run did")
    assert bench.launcher.check_run_worker_health(ended).status is WorkerStatus.SUCCESS


def test_run_monitoring_leaves_the_run_of_a_command_alone_until_its_process_has_died(bench: Bench) -> None:
    of_a_command = bench.create_in_process("noting")
    file = run_file(bench.launcher.folder, of_a_command.run_id)
    with living(file):
        assert bench.launcher.check_run_worker_health(of_a_command).status is WorkerStatus.RUNNING
    assert bench.launcher.check_run_worker_health(of_a_command).status is WorkerStatus.RUNNING, "it may hold no lock"
    file.write_text("4194304")
    assert bench.launcher.check_run_worker_health(of_a_command).status is WorkerStatus.NOT_FOUND


def test_dead_runs_that_could_not_be_recorded_are_told_of_again(bench: Bench) -> None:
    run, folder = bench.create("noting", STATUS.STARTED), bench.launcher.folder
    runs_folder(folder).mkdir(parents=True)
    run_file(folder, run.run_id).write_text("4194304")
    told = list[list[str]]()

    def killed_meanwhile(ended: list[str]) -> None:
        told.append(ended)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_dead_runs(bench.instance, folder, killed_meanwhile)
    assert bench.status(run) is STATUS.FAILURE
    assert fail_dead_runs(bench.instance, folder, told.append) == []
    fail_dead_runs(bench.instance, folder, told.append)
    assert told == [[run.run_id], [run.run_id]]


def test_the_run_of_a_command_is_not_interrupted_from_outside(bench: Bench) -> None:
    of_a_command = bench.create_in_process("noting")
    with living(run_file(bench.launcher.folder, of_a_command.run_id)):
        assert not bench.launcher.terminate(of_a_command.run_id)
    assert bench.status(of_a_command) is STATUS.STARTED


def test_dead_runs_end_each_in_its_way_and_living_ones_are_left_alone(bench: Bench) -> None:
    before = (STATUS.NOT_STARTED, STATUS.STARTING, STATUS.STARTED, STATUS.CANCELING, STATUS.SUCCESS, STATUS.QUEUED)
    runs = [bench.create("noting", status) for status in before]
    folder = bench.launcher.folder
    runs_folder(folder).mkdir(parents=True)
    for run in runs:
        run_file(folder, run.run_id).write_text("4194304")
    alive = bench.create("noting", STATUS.STARTED)
    with living(run_file(folder, alive.run_id)):
        assert sorted(fail_dead_runs(bench.instance, folder)) == sorted(run.run_id for run in runs[:4])
        assert living_pid(run_file(folder, alive.run_id)) == os.getpid()
    after = [bench.status(run) for run in (*runs, alive)]
    assert after == [
        STATUS.FAILURE, STATUS.FAILURE, STATUS.FAILURE, STATUS.CANCELED, STATUS.SUCCESS, STATUS.QUEUED, STATUS.STARTED,
    ]  # fmt: skip
    assert list(runs_folder(folder).iterdir()) == []
