"""The whole refresh of the analyses on a made-up agency: time, memory, and how both grow with the campaigns.

Run: python -m benchmarks.analytics [--campaigns 1000 3000 10000]

A size is built in one process (benchmarks/agency.py) and refreshed in another, whose peak memory is the refresh's own.
Each analysis is timed as the product runs it: read from DuckDB, computed, written back. Limits, at 10,000 campaigns:
20 s, 3 GB, and a growth exponent of 1.1 of the processor time.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from adops_pipeline.cli.run import collect_garbage_seldom
from adops_pipeline.services.analysis import Analysis
from adops_pipeline.services.kept_results import KeptResults
from adops_pipeline.supervision.unused_imports import leave_unused_out
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.wiring import WAREHOUSE_KEEP_SECONDS
from benchmarks.agency import DAYS, NOW, build
from benchmarks.score import Score, all_hold, table

_FULL_SIZE, _MOST_SECONDS, _MOST_MB, _MOST_GROWTH = 10_000, 20.0, 3 * 1024.0, 1.1
STEPS: dict[str, Callable[[Analysis], object]] = {
    "maturity": Analysis.maturity,
    "pacing": Analysis.pacing,
    "benchmarks": Analysis.benchmarks,
    "anomalies": Analysis.anomalies,
    "forecasts": Analysis.forecasts,
    "forecasts' backtest": Analysis.forecast_coverage,
    "recommendations": Analysis.recommendations,
}
"""What a refresh is, in the order of its dependencies."""


class TimedWarehouse(Warehouse):
    """A warehouse that adds up how long its connections are open: reading, writing and checking, not computing."""

    seconds = 0.0

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """As ever; `reading` goes through here too."""
        start = time.perf_counter()
        try:
            with super().writing() as con:
                yield con
        finally:
            self.seconds += time.perf_counter() - start


@dataclass
class Refresh:
    """One refresh: per analysis wall and processor seconds, and how much of the wall time was DuckDB's."""

    campaigns: int
    rows: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    warehouse_seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0

    @property
    def total(self) -> float:
        """Wall seconds of all analyses."""
        return sum(self.seconds.values())

    @property
    def cpu_total(self) -> float:
        """Processor seconds of all analyses, all threads."""
        return sum(self.cpu_seconds.values())


def refresh(campaigns: int, path: Path) -> Refresh:
    """Every analysis once, on the warehouse at ``path``."""
    # As a run of the product does at its start.
    leave_unused_out()
    collect_garbage_seldom()
    warehouse, found = TimedWarehouse(path, keep_seconds=WAREHOUSE_KEEP_SECONDS), Refresh(campaigns)
    # As in a run that finds nothing kept: every result is computed, and kept for the next one.
    analysis = Analysis(warehouse, lambda: NOW, kept=KeptResults(path.parent / "computed"))
    with warehouse.reading() as con:
        (found.rows,) = con.execute("SELECT count(*) FROM analytics_metrics").fetchone() or (0,)
    for name, run in STEPS.items():
        wall, cpu, before = time.perf_counter(), time.process_time(), warehouse.seconds
        run(analysis)
        found.seconds[name], found.cpu_seconds[name] = time.perf_counter() - wall, time.process_time() - cpu
        found.warehouse_seconds[name] = warehouse.seconds - before
    found.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def measure_apart(campaigns: int, path: Path) -> Refresh:
    """Build the agency and refresh its analyses, each in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.analytics", "--path", str(path), "--campaigns", str(campaigns)]
    subprocess.run([*command, "--step", "build"], check=True)
    done = subprocess.run([*command, "--step", "refresh"], check=True, capture_output=True, text=True)
    return Refresh(**json.loads(done.stdout.splitlines()[-1]))


def growth(small: Refresh, large: Refresh) -> float:
    """Exponent e of processor time ~ campaigns^e between two sizes."""
    return math.log(large.cpu_total / small.cpu_total) / math.log(large.campaigns / small.campaigns)


def scores(found: Sequence[Refresh]) -> list[Score]:
    """Totals against the limits, which are meant for the full size."""
    rows = []
    for one in found:
        seconds, megabytes = (_MOST_SECONDS, _MOST_MB) if one.campaigns >= _FULL_SIZE else (math.inf, math.inf)
        case = f"{one.campaigns:,} campaigns x {DAYS} days"
        rows += [
            Score("whole refresh", one.total, high=seconds, unit="s", case=case),
            Score("processor time", one.cpu_total, unit="s", case=case),
            Score("peak memory", one.peak_mb, high=megabytes, unit="MB", case=case),
        ]
    last = found[-1]
    rows += [
        Score("growth exponent of processor time", growth(one, last), high=_MOST_GROWTH, unit="",
              case=f"{one.campaigns:,} to {last.campaigns:,} campaigns")
        for one in found[:-1]
    ]  # fmt: skip
    return rows


def print_table(found: Sequence[Refresh]) -> None:
    """Wall seconds of each analysis, of those in DuckDB, and processor seconds; a group of columns a size."""
    print(f"{'':<22}" + "".join(f"{f'{one.campaigns:,} ({one.rows:,} rows)':>28}" for one in found))
    print(f"{'':<22}" + f"{'wall s':>12}{'DuckDB':>8}{'cpu s':>8}" * len(found))
    for name in STEPS:
        figures = ((one.seconds[name], one.warehouse_seconds[name], one.cpu_seconds[name]) for one in found)
        print(f"{name:<22}" + "".join(f"{wall:>12.2f}{inside:>8.2f}{cpu:>8.2f}" for wall, inside, cpu in figures))


def main() -> None:
    """Parse the command line, measure, print; end with 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, nargs="+", default=[1000, 3000, _FULL_SIZE], help="sizes, ascending")
    parser.add_argument("--step", choices=("build", "refresh"), help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step == "build":
        with Warehouse(given.path).writing() as con:
            build(con, given.campaigns[0])
    elif given.step == "refresh":
        print(json.dumps(asdict(refresh(given.campaigns[0], given.path))))
    else:
        with tempfile.TemporaryDirectory() as folder:
            found = [measure_apart(size, Path(folder, f"{size}.duckdb")) for size in given.campaigns]
        print_table(found)
        rows = scores(found)
        print("\n".join(table(rows, by_case=True)))
        sys.exit(0 if all_hold(rows) else 1)


if __name__ == "__main__":
    main()
