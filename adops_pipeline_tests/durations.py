"""How long each test file took when it was last recorded; the longest are started first."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

FILE = Path("benchmarks", "records", "test_files.csv")
FIELDS = ("file", "wall_seconds")
UNKNOWN_SECONDS = 5.0
"""Assumed of a file that was not recorded."""
_LISTED_SECONDS = 0.5
"""Shorter files are not listed: their order does not matter."""


def name_of(item: pytest.Item) -> str:
    """The test's file, relative to the repository."""
    return item.nodeid.partition("::")[0]


def recorded(root: Path) -> dict[str, float]:
    """Seconds by file."""
    if not (root / FILE).exists():
        return {}
    with (root / FILE).open(newline="") as opened:
        return {row["file"]: float(row["wall_seconds"]) for row in csv.DictReader(opened)}


def record(root: Path, measured: Mapping[str, float]) -> None:
    """Replace the seconds of these files, keep those of others that still exist."""
    kept = {name: seconds for name, seconds in recorded(root).items() if (root / name).exists()}
    listed = sorted((kept | dict(measured)).items(), key=lambda entry: (-entry[1], entry[0]))
    with (root / FILE).open("w", newline="") as opened:
        rows = csv.writer(opened, lineterminator="\n")
        rows.writerow(FIELDS)
        rows.writerows((name, f"{seconds:.1f}") for name, seconds in listed if seconds >= _LISTED_SECONDS)
