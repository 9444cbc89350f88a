"""Packages from npm that tests alone use: they are installed at first use into the user's cache folder."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock


def installed(package: str, version: str) -> Path:
    """The folder of that package. Without node, or if npm cannot install it, the test is skipped and says so."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"{package} comes from npm, and there is no node on this machine")
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "adops-tests"
    cache = root / f"{package.replace('/', '+')}-{version}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(str(cache / "install.lock")):
        if not (cache / "complete").exists():
            command = [npm, "install", "--prefix", str(cache), "--no-audit", "--no-fund", f"{package}@{version}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"npm cannot install {package}: {done.stderr[-300:]}")
            (cache / "complete").touch()
    return cache / "node_modules" / package
