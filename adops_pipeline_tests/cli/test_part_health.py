"""Health as the parts' users see it. The good answers are the end-to-end test's; here is what is no health."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import httpx
import pytest
from dagster._daemon.types import DaemonHeartbeat

from adops_pipeline.cli.part_health import daemon_beats, web_has_loaded

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _beat(instance: dg.DagsterInstance, daemon: str, seconds_ago: float) -> None:
    at = (NOON - timedelta(seconds=seconds_ago)).timestamp()
    instance.add_daemon_heartbeat(DaemonHeartbeat(at, daemon, "some-id", []))


def test_a_daemon_is_well_only_while_all_its_parts_have_beaten_lately(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert not daemon_beats(instance, NOON)
        daemons = instance.get_required_daemon_types()
        assert len(daemons) > 1
        for daemon in daemons:
            _beat(instance, daemon, seconds_ago=20)
        assert daemon_beats(instance, NOON)
        _beat(instance, daemons[0], seconds_ago=500)
        assert not daemon_beats(instance, NOON)


@pytest.mark.parametrize(
    ("status", "kind", "is_loaded"),
    [
        ("LOADED", "RepositoryLocation", True),
        ("LOADED", "PythonError", False),
        ("LOADING", "RepositoryLocation", False),
    ],
)
def test_the_web_ui_is_ready_when_it_shows_the_definitions(status: str, kind: str, is_loaded: bool) -> None:
    entry = {"loadStatus": status, "locationOrLoadError": {"__typename": kind}}
    answer = {"data": {"workspaceOrError": {"locationEntries": [entry]}}}
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer))) as client:
        assert web_has_loaded(client, "http://127.0.0.1:3000") is is_loaded
