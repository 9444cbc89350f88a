"""How many bytes a day a data folder grows by, and how many of them stay when they are old.

Run: python -m benchmarks.growth

The emulated market is synced once with its history and then four times, as in a day: with all of its accounts and with
three of them. Then everything is made old enough, and `adops prune` deletes what it deletes. Raw files grow with the
campaigns (counted are those with figures; each has its ad groups): the line through both markets gives the bytes at 100
and at 10,000 of them. Dagster's records do not.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
RUNS_A_DAY = 4
MARKETS: Mapping[str, Mapping[str, str]] = {
    "three accounts": {
        "ADOPS_GOOGLE_ADS__ACCOUNTS": "4403110926",
        "ADOPS_META_ADS__ACCOUNTS": "203847561029384",
        "ADOPS_PINTEREST__ACCOUNTS": "549755885175",
    },
    "all accounts": {},
}
SIZES = (100, 10_000)
PARTS: Mapping[str, str] = {"raw": "raw", "dagster": "dagster", "operations.db": "operations.db*"}
"""What grows with every sync. The warehouse reuses its room: it grows with the days and campaigns that it holds."""
Sizes = dict[str, float]
"""Bytes by component."""


def adops(folder: Path, settings: Mapping[str, str], *arguments: str) -> str:
    """What a command prints; ends the benchmark where it fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ADOPS_", "DAGSTER_"))}
    command = [sys.executable, "-c", "from adops_pipeline.cli import main; main()", *arguments]
    environment = {**kept, **settings, "ADOPS_DATA_DIR": str(folder)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"adops {' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def sizes(folder: Path) -> Sizes:
    """Bytes of each part of the data folder."""
    return {
        name: float(sum(file.stat().st_size for file in _files(folder, pattern))) for name, pattern in PARTS.items()
    }


def _files(folder: Path, pattern: str) -> list[Path]:
    found = list(folder.glob(pattern))
    return [file for one in found for file in (one, *one.rglob("*")) if file.is_file()]


def set_back(folder: Path) -> None:
    """Make Dagster's runs 40 days old, but for the newest."""
    before = (datetime.now(UTC) - timedelta(days=40)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(folder / "dagster" / "storage" / "history" / "runs.db")) as con, con:
        con.execute("UPDATE runs SET update_timestamp = ? WHERE id < (SELECT max(id) FROM runs)", [before])


def measure(folder: Path, settings: Mapping[str, str]) -> tuple[int, Sizes, Sizes]:
    """Campaigns, bytes that each part grows by in a day, and what of that is left when it is old."""
    adops(folder, settings, "run", "--quiet", "--days", "60")
    first = sizes(folder)
    for _ in range(RUNS_A_DAY):
        adops(folder, settings, "run", "--quiet", "--days", "60")
    last = sizes(folder)
    grown = {name: last[name] - first[name] for name in first}
    set_back(folder)
    adops(folder, settings, "raw", "prune", "--keep-days", "0")
    adops(folder, settings, "prune")
    left = sizes(folder)
    with duckdb.connect(str(folder / "adops.duckdb"), read_only=True) as con:
        (campaigns,) = con.execute("SELECT count(DISTINCT campaign_id) FROM analytics_metrics").fetchall()[0]
    # As many runs and raw files of a day are left as there were before it: one run, and the newest of each raw file.
    kept = grown | {part: max(0.0, left[part] - first[part]) for part in ("raw", "dagster")}
    return int(campaigns), grown, kept


def line_through(points: list[tuple[int, float]], size: int) -> float:
    """Bytes at ``size`` campaigns on the line through two markets."""
    (few, small), (many, large) = points
    return small + (large - small) * (size - few) / (many - few)


def main() -> None:
    """Measure both markets and print the figures of docs/operations.md."""
    found = []
    for name, settings in MARKETS.items():
        with tempfile.TemporaryDirectory() as folder:
            campaigns, grown, kept = measure(Path(folder), settings)
        found.append((campaigns, grown, kept))
        print(f"{name}, {campaigns} campaigns", flush=True)
        for part in grown:
            print(f"  {part:<14} {grown[part] / 1e6:8.2f} MB a day, {kept[part] / 1e6:8.2f} left when old", flush=True)
    for size in SIZES:
        before = line_through([(campaigns, grown["raw"]) for campaigns, grown, _ in found], size)
        after = line_through([(campaigns, kept["raw"]) for campaigns, _, kept in found], size)
        print(f"{size:>6} campaigns: raw {before / 1e6:.1f} MB a day, {after / 1e6:.1f} left when old")


if __name__ == "__main__":
    main()
