"""`adops up`: its parts start, restart and end – also when the terminal closes or `adops up` itself is killed."""

import os
import pty
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import httpx
import pytest

from adops_pipeline_tests.e2e.command import adops
from adops_pipeline_tests.e2e.queue_load import under_fire
from adops_pipeline_tests.e2e.running_up import API, ASSETS, DAEMON, FORKSERVER, RUN, WEBSERVER, Up, free_ports
from adops_pipeline_tests.integration.small_run import small_run
from adops_pipeline_tests.patience import patience_seconds, wait_until
from adops_pipeline_tests.templates import copy_into


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One for the tests of this module, in their order; the last of them ends it."""
    data_dir = copy_into(small_run(tmp_path_factory), tmp_path_factory.mktemp("up"))
    running = Up(data_dir).start()
    try:
        wait_until(lambda: running.says("Ctrl-C stops everything") or running.process.poll() is not None)
        assert running.process.poll() is None, running.output.read_text()
        yield running
    finally:
        running.end()


def test_the_addresses_are_printed_when_every_part_is_well(up: Up) -> None:
    lines = up.output.read_text().splitlines()
    assert [line.partition(" is ready")[0] for line in lines[:4]] == ["forkserver", "webserver", "daemon", "api"]
    assert lines[4] == f"Dagster    http://127.0.0.1:{up.port}"
    assert lines[5] == f"Dashboard  http://127.0.0.1:{up.api_port}/"
    assert lines[6] == f"API        http://127.0.0.1:{up.api_port}/api/docs"
    assert httpx.get(f"http://127.0.0.1:{up.api_port}/api/workflows").status_code == 200
    keys = {node["assetKey"]["path"][-1] for node in up.ask(ASSETS)["assetNodes"]}
    assert {"analytics_metrics", "adops_snapshot", "raw_pinterest_daily"} <= keys
    assert all(beat > 0 for beat in up.last_beats())
    for name in ("webserver.log", "daemon.log", "api.log", "forkserver.log"):
        (log,) = up.data_dir.rglob(name)
        assert log.stat().st_mode & 0o077 == 0, name


def test_a_second_start_on_the_same_data_is_refused_with_the_first_ones_process(up: Up) -> None:
    second = adops(up.data_dir, "up", "--port", "3999")
    assert second.returncode == 1
    assert f"process {up.process.pid}" in second.stderr
    assert up.answers()


def test_web_ui_daemon_and_api_come_back_when_they_are_killed(up: Up) -> None:
    killed_at = time.time()
    webserver, daemon, api = up.part(WEBSERVER), up.part(DAEMON), up.part(API)
    for pid in (webserver, daemon, api):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: up.output.read_text().count(" is ready") == 7)
    assert up.part(WEBSERVER) != webserver
    assert up.part(API) != api
    assert up.answers()
    assert min(up.last_beats()) > killed_at
    for part in ("webserver", "daemon", "api"):
        assert up.says(f"{part} ended with exit code 137 (SIGKILL)")
    assert up.output.read_text().count("; next start in 1 s, at ") == 3


def test_everything_comes_back_when_the_forkserver_is_killed_and_the_run_it_had_forked_has_failed(up: Up) -> None:
    run_id = up.launch("sync_platforms")
    wait_until(lambda: up.run_status(run_id) == "STARTED")
    killed_at, seen = time.time(), up.output.read_text().count(" is ready")
    os.kill(up.part(FORKSERVER), signal.SIGKILL)
    wait_until(lambda: up.output.read_text().count(" is ready") == seen + 4)
    assert up.run_status(run_id) == "FAILURE"
    assert up.parts(RUN) == []
    assert min(up.last_beats()) > killed_at


@pytest.mark.slow
def test_executions_of_a_crowd_have_one_run_each_though_daemon_and_forkserver_are_killed(up: Up) -> None:
    under_fire(up, processes=3, each=2, kills=(DAEMON, FORKSERVER))


def test_one_interrupt_ends_everything_in_ten_seconds_and_records_the_run_in_progress(up: Up) -> None:
    run_id = up.launch("sync_platforms")
    wait_until(lambda: up.run_status(run_id) == "STARTED")
    begin = time.monotonic()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(patience_seconds()) == 0
    assert time.monotonic() - begin < patience_seconds(10)
    assert up.processes() == {}
    # What a pull had received when it was interrupted stays aside in raw/ on purpose; nothing else may be half-written.
    assert [left for left in up.data_dir.rglob("*.partial") if up.data_dir / "raw" not in left.parents] == []
    with dg.DagsterInstance.from_config(str(up.data_dir / "dagster" / "home")) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.status == dg.DagsterRunStatus.FAILURE


@pytest.mark.slow
def test_parts_go_with_a_killed_up_and_the_next_one_goes_with_its_terminal(tmp_path: Path) -> None:
    up = Up(tmp_path).start()
    try:
        wait_until(lambda: up.says("forkserver is ready"))
        up.process.kill()
        up.process.wait()
        terminal, other_end = pty.openpty()
        up.start(terminal=other_end)  # at once: it waits for the rest of the first one to end
        os.close(other_end)
        wait_until(lambda: up.says("forkserver is ready"))
        assert len([line for line in up.processes().values() if "child_guard.py" in line]) == 1
        os.close(terminal)
        assert up.process.wait(patience_seconds()) == 0
        assert up.processes() == {}
    finally:
        up.end()


def test_a_port_in_use_ends_it_with_the_part_that_failed(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = adops(tmp_path, "up", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "is in use" in done.stderr


def test_definitions_that_do_not_load_end_it_with_the_end_of_their_log(tmp_path: Path) -> None:
    (tmp_path / "dagster").mkdir()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import sys\nif 'adops_pipeline.parts.forkserver' in sys.orig_argv: raise SystemExit('no such planet')\n"
    )
    port, api_port = map(str, free_ports())
    done = adops(tmp_path, "up", "--port", port, "--api-port", api_port, PYTHONPATH=str(broken))
    assert done.returncode == 1
    assert "forkserver ended with exit code 1" in done.stderr
    assert "no such planet" in done.stderr
