"""An interrupt while the command is still being imported: one line, exit code 130."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_AT_AN_IMPORT = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "adops_pipeline.cli.run":
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.{signal})

sys.meta_path.insert(0, Interrupt())
"""


@pytest.mark.parametrize(("signal", "name"), [("SIGINT", "Ctrl-C"), ("SIGTERM", "SIGTERM")])
def test_an_interrupt_during_the_imports_ends_with_one_line(signal: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_AT_AN_IMPORT.format(signal=signal))
    done = subprocess.run(
        [sys.executable, "-m", "adops_pipeline", "--version"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"stopped by {name}; nothing was begun\n")
