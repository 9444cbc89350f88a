"""Runs `adops` in this process as its entry point does, over a data folder and settings of its own."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adops_pipeline.cli import main
from adops_pipeline.cli.front import load_services
from adops_pipeline.wiring import Services
from adops_pipeline_tests.e2e.command import FEW_ACCOUNTS


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

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
    """A command on a small market. It reads no setting of the developer's own and leaves the environment as it was.

    The command must end with ``code``; None takes any.
    """
    for name in [name for name in os.environ if name.startswith("ADOPS_")]:
        monkeypatch.delenv(name)
    for name, value in {**FEW_ACCOUNTS, "ADOPS_DATA_DIR": str(folder)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAGSTER_HOME", "")  # commands set it; empty is as good as unset

    def run(*arguments: str, stdin: str | None = None, code: int | None = 0, **settings: str) -> Said:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DAGSTER_HOME", "")
            for name, value in settings.items():
                patch.setenv(name, value)
            said = _called(arguments, stdin, patch)
        assert code in (None, said.code), said.out + said.err
        return said

    return run


def _called(arguments: tuple[str, ...], stdin: str | None, patch: pytest.MonkeyPatch) -> Said:
    patch.setattr(sys, "argv", ["adops", *arguments])
    patch.setitem(sys.modules, "pandas", None)  # as the entry point does, for this call only
    with CliRunner().isolation(stdin) as (out, err, _):
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        sys.stdout.flush()
        sys.stderr.flush()
        return Said(code, out.getvalue().decode(), err.getvalue().decode())


def services_of(folder: Path) -> Services:
    """The services that such commands work on."""
    services = load_services()
    assert services.settings.data_dir == folder.resolve()
    return services
