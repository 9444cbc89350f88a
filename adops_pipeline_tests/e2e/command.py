"""Runs `adops` as a user does: another process, its own data folder, none of the developer's own settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.templates import prepared

ADOPS = str(Path(sys.executable).parent / "adops")
AS_OF = "2025-11-16"
"""A day that is over whenever the tests run."""
FEW_ACCOUNTS = {
    "ADOPS_GOOGLE_ADS__ACCOUNTS": "4403110926",
    "ADOPS_META_ADS__ACCOUNTS": "203847561029384",
    "ADOPS_PINTEREST__ACCOUNTS": "549755885175,549761220488",
}
"""Settings of a market that is less than half of the whole one: all platforms, four currencies, two accounts of one
platform."""
RUN = ("run", "--as-of", AS_OF, "--days", "4")


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """The process environment with a small market and these ADOPS_ settings alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ADOPS_", "DAGSTER_"))}
    return {**kept, **FEW_ACCOUNTS, "ADOPS_DATA_DIR": str(data_dir), **settings}


def adops(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [ADOPS, *arguments],
        env=environment(data_dir, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=patience_seconds(),
    )


def first_run(factory: pytest.TempPathFactory) -> Path:
    """The data folder of one `adops run`, and in `terminal.txt` what that printed. For reading and copying only."""
    return prepared(factory, "first-run", _run)


def _run(folder: Path) -> None:
    done = adops(folder, *RUN)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "terminal.txt").write_text(done.stdout)
