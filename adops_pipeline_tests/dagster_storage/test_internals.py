"""The private parts of Dagster that the project uses belong to one version of it."""

from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import dagster as dg
from dagster._daemon.types import DaemonHeartbeat

from adops_pipeline.dagster_storage.internals import CHECKED_VERSION, daemon_is_running

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_installed_dagster_is_the_version_that_the_private_modules_were_read_in() -> None:
    assert version("dagster") == CHECKED_VERSION


def test_a_daemon_runs_only_while_all_its_threads_have_reported_lately(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not daemon_is_running(instance, NOON)
        daemons = instance.get_required_daemon_types()
        assert len(daemons) > 1
        for daemon in daemons:
            _beat(instance, daemon, seconds_ago=20)
        assert daemon_is_running(instance, NOON)
        _beat(instance, daemons[0], seconds_ago=500)
        assert not daemon_is_running(instance, NOON)


def _beat(instance: dg.DagsterInstance, daemon: str, seconds_ago: float) -> None:
    at = (NOON - timedelta(seconds=seconds_ago)).timestamp()
    instance.add_daemon_heartbeat(DaemonHeartbeat(at, daemon, "some-id", []))
