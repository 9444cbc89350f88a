"""A run that is killed anywhere and run again ends as an undisturbed one."""

import random
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from adops_pipeline_tests.integration import pipeline

AS_OF, DAYS = date(2026, 11, 16), 6
Dump = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Dump:
    services = pipeline.services_of(tmp_path_factory.mktemp("undisturbed"), AS_OF, DAYS)
    pipeline.run(services)
    tables = pipeline.dump(services.snapshot_path)
    assert len(tables["analytics_metrics"]) > 100
    return tables


def _command(data_dir: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", pipeline.__name__, str(data_dir), AS_OF.isoformat(), str(DAYS), *more]


def _finish(data_dir: Path) -> Dump:
    services = pipeline.services_of(data_dir, AS_OF, DAYS)
    pipeline.run(services)
    left = [path for path in data_dir.glob("*") if "partial" in path.name]
    assert left == [], "a finished run leaves no half-written file"
    return pipeline.dump(services.snapshot_path)


@pytest.mark.parametrize(
    ("boundary", "visit"),
    [(boundary, 1) for boundary in pipeline.BOUNDARIES]
    + [("before a file is landed", 20), ("between file and sidecar", 20), ("before a batch is marked", 4)],
)
def test_a_run_killed_at_a_stage_boundary_and_run_again_equals_an_undisturbed_one(
    boundary: str, visit: int, tmp_path: Path, undisturbed: Dump
) -> None:
    ended = subprocess.run(_command(tmp_path, boundary, str(visit)), check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL
    assert _finish(tmp_path) == undisturbed


def test_a_run_killed_at_random_moments_and_run_again_equals_an_undisturbed_one(
    tmp_path: Path, undisturbed: Dump
) -> None:
    chance = random.Random(11)
    killed = 0
    for _ in range(5):
        process = subprocess.Popen(_command(tmp_path))
        try:
            process.wait(chance.uniform(1.2, 4.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
    assert killed > 0
    assert _finish(tmp_path) == undisturbed


def test_a_second_run_at_the_same_moment_changes_nothing(tmp_path: Path, undisturbed: Dump) -> None:
    assert _finish(tmp_path) == undisturbed
    assert _finish(tmp_path) == undisturbed


def test_tables_rebuilt_from_the_raw_files_are_the_same(tmp_path: Path, undisturbed: Dump) -> None:
    _finish(tmp_path)
    (tmp_path / "warehouse.duckdb").unlink()
    (tmp_path / "adops.duckdb").unlink()
    assert _finish(tmp_path) == undisturbed
