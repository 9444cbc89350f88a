"""Fixtures of the tests of commands."""

from pathlib import Path

import pytest

from adops_pipeline.wiring import Services
from adops_pipeline_tests.cli.commands import Command, command_over, services_of


@pytest.fixture
def adops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_over(tmp_path, monkeypatch)


@pytest.fixture
def services(adops: Command, tmp_path: Path) -> Services:
    del adops
    return services_of(tmp_path)
