"""Runs a command of `adops` in this process, over a data folder and settings of its own."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adops_pipeline.cli import app
from adops_pipeline.cli.front import load_services
from adops_pipeline.wiring import Services


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """Everything, without the line breaks of a table."""
        return " ".join((self.out + " " + self.err).split())


Command = Callable[..., Said]


def command_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A command that reads no setting of the developer's own."""
    for name in [name for name in os.environ if name.startswith("ADOPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ADOPS_DATA_DIR", str(folder))

    def run(*arguments: str, stdin: str | None = None, code: int = 0) -> Said:
        result = CliRunner().invoke(app, list(arguments), input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


def services_of(folder: Path) -> Services:
    """The services that such commands work on."""
    services = load_services()
    assert services.settings.data_dir == folder.resolve()
    return services
