"""Health of the parts as their users see it. The end-to-end test sees the healthy answers, this one the others."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adops_pipeline.parts.health import daemon_reports, shows_definitions

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_daemon_is_well_while_it_has_touched_its_file_lately(tmp_path: Path) -> None:
    heartbeat = tmp_path / "daemon.heartbeat"
    assert not daemon_reports(heartbeat, NOON)
    heartbeat.touch()
    for seconds_ago, is_well in ((0, True), (59, True), (61, False)):
        at = (NOON - timedelta(seconds=seconds_ago)).timestamp()
        os.utime(heartbeat, (at, at))
        assert daemon_reports(heartbeat, NOON) is is_well


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
    assert shows_definitions(answer) is is_loaded
