"""Runs `adops` as a user does: another process, its own data folder, none of the developer's own settings."""

import os
import subprocess
import sys
from pathlib import Path

ADOPS = str(Path(sys.executable).parent / "adops")


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """The process environment with these ADOPS_ settings alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ADOPS_", "DAGSTER_"))}
    return {**kept, "ADOPS_DATA_DIR": str(data_dir), **settings}


def adops(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [ADOPS, *arguments],
        env=environment(data_dir, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
