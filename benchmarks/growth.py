"""How many bytes a day a data folder grows by, and how many stay after pruning: ``python -m benchmarks.growth``.

The emulated market is synced four times a day on several days, all long past, with all of its accounts and with three
of them. After the first day, which brings the history, each component's growth a day is the mean of the others. Then
everything but the last day is made as old as `[retention]` asks for (raw files are: they were pulled on those days;
Dagster's runs are set back), and `adops prune` deletes what it deletes. Raw files grow with the campaigns: the line
through both markets gives the bytes at 100 and at 10,000; Dagster's records do not.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
FIRST_DAY = date(2025, 6, 2)
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
    parts = {"raw": "raw", "dagster": "dagster", "operations.db": "operations.db*", "warehouse": "warehouse.duckdb*"}
    return {
        name: float(sum(file.stat().st_size for file in _files(folder, pattern))) for name, pattern in parts.items()
    }


def _files(folder: Path, pattern: str) -> list[Path]:
    found = list(folder.glob(pattern))
    return [file for one in found for file in (one, *one.rglob("*")) if file.is_file()]


def age(folder: Path, kept_runs: int) -> None:
    """Set Dagster's runs back by 40 days, but for the newest."""
    before = (datetime.now(UTC) - timedelta(days=40)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(folder / "dagster" / "storage" / "history" / "runs.db")) as con, con:
        con.execute(
            "UPDATE runs SET update_timestamp = ? WHERE id NOT IN (SELECT id FROM runs ORDER BY id DESC LIMIT ?)",
            [before, kept_runs],
        )


def measure(folder: Path, settings: Mapping[str, str], days: int) -> tuple[int, Sizes, Sizes]:
    """Campaigns, bytes that each part grows by in a day, and what of a day is left after pruning."""
    taken = []
    for number in range(days + 1):
        for _ in range(RUNS_A_DAY):
            adops(folder, settings, "run", "--quiet", "--days", "31", "--as-of", str(FIRST_DAY + timedelta(number)))
        taken.append(sizes(folder))
    age(folder, RUNS_A_DAY)
    print(adops(folder, settings, "prune"), flush=True)
    left = sizes(folder)
    with duckdb.connect(str(folder / "adops.duckdb"), read_only=True) as con:
        (campaigns,) = con.execute("SELECT count(DISTINCT campaign_id) FROM analytics_metrics").fetchall()[0]
    grown = {name: (taken[-1][name] - taken[0][name]) / days for name in left}
    kept = {name: grown[name] - (taken[-1][name] - left[name]) / (days + 1) for name in left}
    return int(campaigns), grown, kept


def line_through(points: list[tuple[int, float]], size: int) -> float:
    """Bytes at ``size`` campaigns on the line through two markets."""
    (few, small), (many, large) = points
    return small + (large - small) * (size - few) / (many - few)


def main() -> None:
    """Measure both markets and print the table of docs/operations.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=3)
    days = parser.parse_args().days
    found = []
    for name, settings in MARKETS.items():
        with tempfile.TemporaryDirectory() as folder:
            campaigns, grown, kept = measure(Path(folder), settings, days)
        found.append((campaigns, grown, kept))
        print(name, campaigns, "campaigns")
        for part in grown:
            print(f"  {part:<14} {grown[part] / 1e6:8.2f} MB a day, {kept[part] / 1e6:8.2f} left after pruning")
    for size in SIZES:
        for part in ("raw", "dagster", "operations.db", "warehouse"):
            before = line_through([(campaigns, grown[part]) for campaigns, grown, _ in found], size)
            after = line_through([(campaigns, kept[part]) for campaigns, _, kept in found], size)
            print(f"{size:>6} campaigns, {part:<14} {before / 1e6:8.2f} MB a day, {after / 1e6:8.2f} after pruning")


if __name__ == "__main__":
    main()
