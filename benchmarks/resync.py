"""What a 28-day re-sync costs with 1 M and with 10 M rows of history: it must not grow with the history.

Run: python -m benchmarks.resync [--history 1000000 10000000]

The 28 days are the same in both (20 accounts, 1,000 campaigns, 28,000 rows of Meta); the history before them holds ten
times as many campaigns. The history is made in SQL; the 28 days are pulled once before, and the second pull, in which
every value differs, is timed. Each size runs in a process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse import checks
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.ledger import first_unpublished_day, pending_pulls, unpublished_pulls
from adops_pipeline.warehouse.normalize.apply import apply_pulls
from adops_pipeline.warehouse.normalize.derived import apply_fx, refresh_campaign_metrics
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.publish import publish
from adops_pipeline.warehouse.raw_landing import RawLanding
from adops_pipeline.warehouse.reconcile import reconcile_spend
from benchmarks.ingest import CAMPAIGNS, FIRST_ACCOUNT, register, write_raw

PLATFORM = Platform.META_ADS
ACCOUNTS = 20
HISTORY_DAYS = 1000
WINDOW = DateRange(date(2026, 10, 4), date(2026, 10, 31))
FIRST_PULL = datetime(2026, 10, 31, 6, tzinfo=UTC)
SECOND_PULL = datetime(2026, 10, 31, 12, tzinfo=UTC)
RESYNC = ("apply", "derive", "checks")
"""The phases whose sum must not grow with the history; publishing copies the file and does."""

_HISTORY = """
    INSERT INTO analytics_metrics BY NAME
    SELECT
        $platform AS platform,
        CAST($first_account + campaign // $campaigns AS VARCHAR) AS account_id,
        CAST(23854404676180000 + campaign AS VARCHAR) AS campaign_id,
        $before - CAST($days - day AS INTEGER) AS date,
        'Prospecting ' || campaign AS campaign_name,
        'USD' AS currency,
        CAST(h % 100000 AS BIGINT) AS impressions,
        CAST(h % 1000 AS BIGINT) AS clicks,
        CAST((h % 100003) / 100 AS DECIMAL(18, 6)) AS spend,
        CAST((h % 300007) / 100 AS DECIMAL(18, 6)) AS revenue,
        CAST(h % 31 AS DOUBLE) AS conversions,
        clicks / nullif(impressions, 0) AS ctr, spend / nullif(clicks, 0) AS cpc,
        spend / nullif(conversions, 0) AS cpa, revenue / nullif(spend, 0) AS roas,
        spend AS spend_reporting, revenue AS revenue_reporting,
        to_json({'reach': h % 80000, 'clicks': h % 1000, 'purchase_type': 'omni_purchase'}) AS platform_metrics,
        TIMESTAMP '2026-10-03 06:00:00' AS synced_at
    FROM (
        SELECT day, campaign, hash(day, campaign) AS h
        FROM range($days) AS d(day), range($campaigns_a_day) AS c(campaign)
    )
    ORDER BY date, account_id, campaign_id
"""
_CAMPAIGNS = """
    INSERT INTO campaigns BY NAME
    SELECT DISTINCT ON (campaign_id)
        platform || ':' || campaign_id AS id, platform, account_id, campaign_id AS external_id, campaign_name AS name,
        'active' AS status, currency, synced_at
    FROM analytics_metrics ORDER BY campaign_id
"""
_LEDGER = """
    INSERT INTO raw_pulls BY NAME
    SELECT 'history.' || account_id AS pull_id, platform, $report AS report, account_id, min(date) AS range_start,
        max(date) AS range_end, max(synced_at) AS pulled_at, 'USD' AS currency, 'UTC' AS timezone, pull_id AS path,
        count(*) AS rows, 0 AS bytes, '' AS sha256, 'applied' AS state
    FROM analytics_metrics GROUP BY ALL
"""
_RATES = """
    INSERT INTO fx_rates
    SELECT CAST(day AS DATE), 'USD', 1, CAST(day AS DATE)
    FROM (SELECT unnest(generate_series(TIMESTAMP '2023-01-01', TIMESTAMP '2026-12-31', INTERVAL 1 DAY)) AS day)
"""


@dataclass
class Resync:
    """Wall and processor seconds of each phase of one re-sync on a given history."""

    history_rows: int
    resynced_rows: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    peak_mb: float = 0.0

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Time a phase."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds[phase], self.cpu_seconds[phase] = time.perf_counter() - wall, time.process_time() - cpu


def build_history(con: duckdb.DuckDBPyConnection, rows: int) -> None:
    """Days before the window: ``rows`` of them, already applied and priced."""
    con.execute(
        _HISTORY,
        {
            "platform": PLATFORM.value,
            "first_account": FIRST_ACCOUNT,
            "campaigns": CAMPAIGNS,
            "before": WINDOW.start,
            "days": HISTORY_DAYS,
            "campaigns_a_day": rows // HISTORY_DAYS,
        },
    )
    con.execute(_CAMPAIGNS)
    con.execute(_LEDGER, {"report": Report.CAMPAIGN_DAILY.value})
    con.execute(_RATES)


def apply_window(con: duckdb.DuckDBPyConnection, root: Path, at: datetime) -> int:
    """Apply the pull of the window made at ``at``."""
    register(con, PLATFORM, root / f"{at:%H}", root, WINDOW, at)
    pulls = pending_pulls(con, [Report.CAMPAIGN_DAILY])
    return sum(one.rows for one in apply_pulls(con, pulls, root, NormalizeOptions()))


def run_checks(con: duckdb.DuckDBPyConnection, landing: RawLanding, snapshot: Path) -> None:
    """The blocking checks of a sync."""
    since = first_unpublished_day(con, snapshot)
    found = [v for table in TABLES.values() for v in checks.key_violations(con, table, since)]
    found += [v for table in TABLES.values() for v in checks.column_violations(con, table, since)]
    found += reconcile_spend(con, landing, unpublished_pulls(con, snapshot))
    if found:
        raise RuntimeError(f"the checks found {found[:3]}")


def measure(rows: int, folder: Path) -> Resync:
    """Build a history of ``rows``, then time one re-sync of the window."""
    found = Resync(rows)
    warehouse, snapshot = Warehouse(folder / "warehouse.duckdb"), folder / "adops.duckdb"
    landing = RawLanding(folder / "raw")
    for salt, at in enumerate((FIRST_PULL, SECOND_PULL)):
        (landing.root / f"{at:%H}").mkdir(parents=True)
        write_raw(PLATFORM, landing.root / f"{at:%H}", ACCOUNTS, WINDOW.days, WINDOW.start, salt)
    with warehouse.writing() as con:
        build_history(con, rows)
        apply_window(con, landing.root, FIRST_PULL)
        apply_fx(con)
        refresh_campaign_metrics(con)
    publish(warehouse, snapshot)
    with found.timed("apply"), warehouse.writing() as con:
        found.resynced_rows = apply_window(con, landing.root, SECOND_PULL)
    with found.timed("derive"), warehouse.writing() as con:
        apply_fx(con)
        refresh_campaign_metrics(con)
    with found.timed("checks"), warehouse.writing() as con:
        run_checks(con, landing, snapshot)
    with found.timed("publish"):
        publish(warehouse, snapshot)
    found.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def measure_apart(rows: int) -> Resync:
    """Measure in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.resync", "--rows", str(rows), "--folder", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Resync(**json.loads(done.stdout.splitlines()[-1]))


def print_table(found: Sequence[Resync]) -> None:
    """A column a size; the ratio is the largest history over the smallest."""
    small, large = found[0], found[-1]
    sizes = "".join(f"{one.history_rows:>14,}" for one in found)
    sums = (("apply + derive", RESYNC[:2]), ("… + checks", RESYNC), ("… + publish", tuple(small.seconds)))
    lines = [*((phase, (phase,)) for phase in small.seconds), *sums]
    for title, taken in (("wall s", [one.seconds for one in found]), ("cpu s", [one.cpu_seconds for one in found])):
        print(f"{title:<18}{sizes}{'ratio':>8}")
        for name, phases in lines:
            seconds = [sum(of[phase] for phase in phases) for of in taken]
            cells = "".join(f"{value:>14.2f}" for value in seconds)
            print(f"{name:<18}{cells}{seconds[-1] / seconds[0]:>8.2f}")
    print(f"{small.resynced_rows:,} rows re-synced; peak {small.peak_mb:.0f} MB and {large.peak_mb:.0f} MB")


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--history", type=int, nargs="+", default=[1_000_000, 10_000_000], help="rows of history")
    parser.add_argument("--rows", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.rows is not None:
        print(json.dumps(asdict(measure(given.rows, given.folder))))
    else:
        print_table([measure_apart(rows) for rows in given.history])


if __name__ == "__main__":
    main()
