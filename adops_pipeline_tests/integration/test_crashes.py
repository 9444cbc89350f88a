"""A run that is killed anywhere and run again ends as an undisturbed one."""

import random
import signal
from pathlib import Path

import pytest

from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.integration.small_run import AS_OF, DAYS, SETTINGS, run, services_of, small_run
from adops_pipeline_tests.operations.processes import context
from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.templates import copy_into

OF_EACH_STAGE = (
    "between file and sidecar",
    "before a batch is applied",
    "before reporting values",
    "before an analysis is written",
    "while the store is copied",
)
"""Boundaries of the normal set; the slow set has each, and kills around saved alerts are in `test_alerts_arrive.py`."""
Dump = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an undisturbed run."""
    return small_run(tmp_path_factory)


@pytest.fixture(scope="module")
def undisturbed(finished: Path) -> Dump:
    tables = pipeline.dump(finished / "adops.duckdb")
    assert len(tables["analytics_metrics"]) > 50
    assert tables["alerts"], "the alerts of the first run are in its snapshot"
    return tables


def _killed_at(data_dir: Path, boundary: str, visit: int) -> None:
    """Run in another process until that is killed there."""
    arguments = (data_dir, AS_OF, DAYS, boundary, visit, SETTINGS)
    killed = context().Process(target=pipeline.run_until_killed, args=arguments)
    killed.start()
    killed.join(patience_seconds())
    assert killed.exitcode == -signal.SIGKILL, (boundary, visit)


def _finish(data_dir: Path) -> Dump:
    services = services_of(data_dir)
    pipeline.run(services)
    left = [path for path in data_dir.glob("*") if "partial" in path.name]
    assert left == [], "a finished run leaves no half-written file"
    return pipeline.dump(services.snapshot_path)


def test_runs_killed_at_a_boundary_of_each_stage_end_as_an_undisturbed_one(data_dir: Path, undisturbed: Dump) -> None:
    for boundary in OF_EACH_STAGE:
        _killed_at(data_dir, boundary, 1)
    assert _finish(data_dir) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("boundary", "visit"),
    [(boundary, 1) for boundary in pipeline.BOUNDARIES]
    + [("before a file is landed", 9), ("between file and sidecar", 9), ("before a batch is marked", 4)],
)
def test_a_run_killed_at_a_stage_boundary_and_run_again_equals_an_undisturbed_one(
    boundary: str, visit: int, data_dir: Path, undisturbed: Dump
) -> None:
    _killed_at(data_dir, boundary, visit)
    assert _finish(data_dir) == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_runs_killed_at_random_moments_end_as_an_undisturbed_one(seed: int, tmp_path: Path, undisturbed: Dump) -> None:
    chance, longest, kills = random.Random(seed), 8.0, 0
    while kills < 5:
        process = context().Process(target=run, args=(tmp_path,))
        process.start()
        process.join(chance.uniform(0.0, longest))
        process.kill()
        process.join()
        kills += process.exitcode == -signal.SIGKILL
        longest *= 1.0 if process.exitcode else 0.5
    assert _finish(tmp_path) == undisturbed


@pytest.mark.slow
def test_tables_rebuilt_from_the_raw_files_are_the_same(finished: Path, tmp_path: Path, undisturbed: Dump) -> None:
    copy_into(finished, tmp_path)
    (tmp_path / "warehouse.duckdb").unlink()
    (tmp_path / "adops.duckdb").unlink()
    assert _finish(tmp_path) == undisturbed
