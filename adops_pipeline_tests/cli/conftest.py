"""Fixtures of the tests of commands."""

from pathlib import Path

import pytest

from adops_pipeline.wiring import Services
from adops_pipeline_tests.cli.commands import Command, command_over, services_of


@pytest.fixture
def adops(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_over(data_dir, monkeypatch)


@pytest.fixture
def services(adops: Command, data_dir: Path) -> Services:
    del adops
    return services_of(data_dir)
