"""Fixtures of the tests of commands."""

from pathlib import Path

import pytest

from adops_pipeline.wiring import Services
from adops_pipeline_tests.cli.commands import Command, command_over, services_of
from adops_pipeline_tests.templates import build_dagster_home, copy_into, prepared


@pytest.fixture
def adops(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_over(data_dir, monkeypatch)


@pytest.fixture
def before_first_run(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test's own data folder, with empty tables and Dagster's files without runs."""
    copy_into(prepared(tmp_path_factory, "dagster-home", build_dagster_home), data_dir / "dagster" / "storage")
    return data_dir


@pytest.fixture
def services(adops: Command, data_dir: Path) -> Services:
    del adops
    return services_of(data_dir)
