"""Fixtures of the tests of commands."""

from pathlib import Path

import pytest

from adops_pipeline.wiring import House
from adops_pipeline_tests.cli.commands import Command, command_over, house_of


@pytest.fixture
def adops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_over(tmp_path, monkeypatch)


@pytest.fixture
def house(adops: Command, tmp_path: Path) -> House:
    del adops
    return house_of(tmp_path)
