"""Raw files to the unified table: this pipeline against DuckDB's bare `read_json` and against dlt, in one run.

Run: python -m benchmarks.ingest [--rows 1000000] [--dlt-rows 20000]

Every case runs in a process of its own, so that peak memory is its own. All read the same zstd files and write a DuckDB
file on disk, which is closed (checkpointed) within the time. `bare` is the least that can be done: `read_json` with
declared types into a table of the same columns, unchecked, unordered, one purchase type, no ratios refused. `dlt` gets
the decoded rows from Python and merges on the same key.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import zstandard

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.ledger import pending_pulls
from adops_pipeline.warehouse.normalize.apply import apply_pulls
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.schema import create_tables

CAMPAIGNS = 50
DAYS = 1000
FIRST_ACCOUNT = 1000
FIRST_DAY = date(2024, 1, 1)
PULLED_AT = datetime(2026, 10, 1, 6, tzinfo=UTC)

_GOOGLE = """
    '{"customer":{"resourceName":"customers/' || account || '","id":"' || account ||
    '","currencyCode":"EUR","timeZone":"Europe/Berlin"},"campaign":{"resourceName":"customers/' || account ||
    '/campaigns/' || (700000 + campaign) || '","id":"' || (700000 + campaign) || '","name":"Brand ' || campaign ||
    '"},"segments":{"date":"' || date || '"},"metrics":{"clicks":"' || h % 1000 || '","impressions":"' || h % 100000 ||
    '","costMicros":"' || h % 1000000007 || '","conversions":' || (h % 3001) / 100.0 || ',"conversionsValue":' ||
    (h % 300007) / 100.0 || ',"allConversions":' || (h % 4001) / 100.0 || ',"allConversionsValue":' ||
    (h % 400009) / 100.0 || '}}'
"""
_META = """
    '{"account_id":"' || account || '","account_currency":"USD","campaign_id":"' || (23854404676180000 + campaign) ||
    '","campaign_name":"Prospecting \\"' || campaign || '\\"","objective":"OUTCOME_SALES","date_start":"' || date ||
    '","date_stop":"' || date || '","spend":"' || CAST((h % 100003) / 100 AS DECIMAL(12, 2)) || '","impressions":"' ||
    h % 100000 || '","reach":"' || h % 80000 || '","clicks":"' || h % 1000 || '","inline_link_clicks":"' || h % 800 ||
    '","outbound_clicks":[{"action_type":"outbound_click","value":"' || h % 700 || '"}]' ||
    CASE WHEN h % 4 = 0 THEN '' ELSE
        ',"actions":[{"action_type":"link_click","value":"' || h % 800 ||
        '"},{"action_type":"omni_purchase","value":"' || h % 31 || '","1d_click":"1","7d_click":"3"}' ||
        ',{"action_type":"purchase","value":"' || h % 31 ||
        '"},{"action_type":"offsite_conversion.fb_pixel_purchase","value":"' || h % 31 ||
        '"}],"action_values":[{"action_type":"omni_purchase","value":"' ||
        CAST((h % 300007) / 100 AS DECIMAL(12, 2)) || '"},{"action_type":"purchase","value":"' ||
        CAST((h % 300007) / 100 AS DECIMAL(12, 2)) || '"}]'
    END || '}'
"""
_PINTEREST = """
    '{"CAMPAIGN_ID":"' || (626736000000 + campaign) || '","CAMPAIGN_NAME":"Pins ' || campaign || '","DATE":"' || date ||
    '","SPEND_IN_MICRO_DOLLAR":' || h % 1000000007 || ',"PAID_IMPRESSION":' || h % 100000 || ',"IMPRESSION_2":' ||
    h % 10000 || ',"CLICKTHROUGH_1":' || h % 1000 || ',"CLICKTHROUGH_2":' || h % 100 || ',"OUTBOUND_CLICK_1":' ||
    h % 900 || ',"TOTAL_CHECKOUT":' || h % 31 || ',"TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR":' || h % 3000000019 || '}'
"""
CURRENCIES = {Platform.GOOGLE_ADS: "EUR", Platform.META_ADS: "USD", Platform.PINTEREST: "EUR"}
ROW_TEXTS = {Platform.GOOGLE_ADS: _GOOGLE, Platform.META_ADS: _META, Platform.PINTEREST: _PINTEREST}

_BARE_COLUMNS = {
    Platform.GOOGLE_ADS: """
        customer: 'STRUCT(id VARCHAR, currencyCode VARCHAR)', campaign: 'STRUCT(id VARCHAR, name VARCHAR)',
        segments: 'STRUCT(date DATE)',
        metrics: 'STRUCT(costMicros BIGINT, impressions BIGINT, clicks BIGINT, conversions DOUBLE,
            conversionsValue DECIMAL(18,6), allConversions DOUBLE, allConversionsValue DOUBLE)'""",
    Platform.META_ADS: """
        account_id: 'VARCHAR', account_currency: 'VARCHAR', campaign_id: 'VARCHAR', campaign_name: 'VARCHAR',
        date_start: 'DATE', spend: 'DECIMAL(18,6)', impressions: 'BIGINT', clicks: 'BIGINT', reach: 'BIGINT',
        inline_link_clicks: 'BIGINT', actions: 'STRUCT(action_type VARCHAR, value DOUBLE)[]',
        action_values: 'STRUCT(action_type VARCHAR, value DECIMAL(18,6))[]'""",
    Platform.PINTEREST: """
        CAMPAIGN_ID: 'VARCHAR', CAMPAIGN_NAME: 'VARCHAR', DATE: 'DATE', SPEND_IN_MICRO_DOLLAR: 'BIGINT',
        PAID_IMPRESSION: 'BIGINT', IMPRESSION_2: 'BIGINT', CLICKTHROUGH_1: 'BIGINT', CLICKTHROUGH_2: 'BIGINT',
        OUTBOUND_CLICK_1: 'BIGINT', TOTAL_CHECKOUT: 'DOUBLE', TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR: 'BIGINT'""",
}
_BARE_FIELDS = {
    Platform.GOOGLE_ADS: """
        customer.id AS account_id, campaign.id AS campaign_id, segments.date AS date, campaign.name AS campaign_name,
        customer.currencyCode AS currency, metrics.impressions AS impressions, metrics.clicks AS clicks,
        CAST(metrics.costMicros * 0.000001::DECIMAL(7, 6) AS DECIMAL(18, 6)) AS spend,
        metrics.conversions AS conversions, metrics.conversionsValue AS revenue,
        to_json({'all_conversions': metrics.allConversions, 'all_conversions_value': metrics.allConversionsValue})
            AS platform_metrics""",
    Platform.META_ADS: """
        account_id, campaign_id, date_start AS date, campaign_name, account_currency AS currency, impressions,
        inline_link_clicks AS clicks, spend,
        coalesce(list_filter(actions, lambda a: a.action_type = 'omni_purchase')[1].value, 0) AS conversions,
        coalesce(list_filter(action_values, lambda a: a.action_type = 'omni_purchase')[1].value, 0) AS revenue,
        to_json({'reach': reach, 'clicks': clicks, 'inline_link_clicks': inline_link_clicks}) AS platform_metrics""",
    Platform.PINTEREST: """
        parse_filename(filename) AS account_id, CAMPAIGN_ID AS campaign_id, "DATE" AS date,
        CAMPAIGN_NAME AS campaign_name, 'EUR' AS currency, PAID_IMPRESSION AS impressions, CLICKTHROUGH_1 AS clicks,
        CAST(SPEND_IN_MICRO_DOLLAR * 0.000001::DECIMAL(7, 6) AS DECIMAL(18, 6)) AS spend,
        TOTAL_CHECKOUT AS conversions,
        CAST(TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR * 0.000001::DECIMAL(7, 6) AS DECIMAL(18, 6)) AS revenue,
        to_json({'impressions_paid': PAID_IMPRESSION, 'impressions_earned': IMPRESSION_2, 'clicks_paid': CLICKTHROUGH_1,
            'clicks_earned': CLICKTHROUGH_2, 'outbound_clicks_paid': OUTBOUND_CLICK_1}) AS platform_metrics""",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a case cost: wall and processor seconds of the work itself, peak memory of its whole process."""

    platform: str
    case: str
    rows: int
    seconds: float
    cpu_seconds: float
    peak_mb: float

    @property
    def rows_per_second(self) -> float:
        """Rows over wall seconds."""
        return self.rows / self.seconds


def write_raw(
    platform: Platform,
    folder: Path,
    accounts: int,
    days: int = DAYS,
    first: date = FIRST_DAY,
    salt: int = 0,
) -> None:
    """Write one pull per account, `CAMPAIGNS` × ``days`` rows each, values by ``salt``; DuckDB makes the rows."""
    with duckdb.connect() as con:
        for account in range(FIRST_ACCOUNT, FIRST_ACCOUNT + accounts):
            con.execute(
                f"COPY (SELECT {ROW_TEXTS[platform]} FROM (SELECT $account AS account, campaign, "
                "hash($account, campaign, day, $salt) AS h, $first + CAST(day AS INTEGER) AS date "
                "FROM range($days) AS d(day), range($start, $start + $campaigns) AS c(campaign))) "
                f"TO '{folder / str(account)}.ndjson.zst' "
                "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x1f', COMPRESSION zstd)",
                {
                    "account": account,
                    "start": (account - FIRST_ACCOUNT) * CAMPAIGNS,
                    "first": first,
                    "days": days,
                    "campaigns": CAMPAIGNS,
                    "salt": salt,
                },
            )


def register(
    con: duckdb.DuckDBPyConnection, platform: Platform, folder: Path, root: Path, days: DateRange, at: datetime
) -> None:
    """Put the files of ``folder`` into the ledger without their sidecars: this measures normalization alone."""
    for file in sorted(folder.glob("*.ndjson.zst")):
        account = file.name.split(".")[0]
        con.execute(
            "INSERT INTO raw_pulls BY NAME SELECT $pull AS pull_id, $platform AS platform, $report AS report, "
            "$account AS account_id, $first AS range_start, $last AS range_end, $at AS pulled_at, "
            "$currency AS currency, 'UTC' AS timezone, $path AS path, $rows AS rows, 0 AS bytes, '' AS sha256, "
            "'landed' AS state",
            {
                "pull": f"{platform}.{account}.{at:%Y%m%dT%H}",
                "platform": platform.value,
                "report": Report.CAMPAIGN_DAILY.value,
                "account": account,
                "first": days.start,
                "last": days.end,
                "at": at.replace(tzinfo=None),
                "currency": CURRENCIES[platform],
                "path": file.relative_to(root).as_posix(),
                "rows": CAMPAIGNS * days.days,
            },
        )


def prepare(platform: Platform, folder: Path, database: Path) -> None:
    """Tables and ledger, which every case finds in its file: what comes before ingestion."""
    with duckdb.connect(str(database)) as con:
        create_tables(con)
        days = DateRange(FIRST_DAY, FIRST_DAY + timedelta(days=DAYS - 1))
        register(con, platform, folder, folder, days, PULLED_AT)


def run_ours(platform: Platform, folder: Path, database: Path) -> int:
    """The pipeline: staged, judged, checked for repeats, compared with what stands, ordered, with history."""
    with duckdb.connect(str(database)) as con:
        pulls = pending_pulls(con, [Report.CAMPAIGN_DAILY])
        return sum(one.rows for one in apply_pulls(con, pulls, folder, NormalizeOptions()))


def run_bare(platform: Platform, folder: Path, database: Path) -> int:
    """`read_json` with declared types into a table of the same columns."""
    with duckdb.connect(str(database)) as con:
        con.execute(
            f"INSERT INTO analytics_metrics BY NAME SELECT '{platform}' AS platform, *, clicks / impressions AS ctr, "
            "spend / clicks AS cpc, spend / conversions AS cpa, revenue / spend AS roas, "
            "CAST(NULL AS DECIMAL(18, 6)) AS spend_reporting, CAST(NULL AS DECIMAL(18, 6)) AS revenue_reporting, "
            f"TIMESTAMP '2026-10-01 06:00:00' AS synced_at FROM (SELECT {_BARE_FIELDS[platform]} FROM "
            f"read_json('{folder}/*.ndjson.zst', format = 'newline_delimited', filename = true, "
            f"columns = {{{_BARE_COLUMNS[platform]}}}))"
        )
        return _count(con, "analytics_metrics")


def run_dlt(platform: Platform, folder: Path, database: Path) -> int:
    """Dlt's own way: a resource of decoded rows, normalized by dlt, merged on the key."""
    import dlt  # noqa: PLC0415 - its import alone takes seconds, and it is an extra

    keys = {
        Platform.GOOGLE_ADS: ("campaign__id", "segments__date"),
        Platform.META_ADS: ("campaign_id", "date_start"),
        Platform.PINTEREST: ("campaign_id", "date"),
    }

    def rows() -> Iterator[dict[str, Any]]:
        for file in sorted(folder.glob("*.ndjson.zst")):
            with zstandard.open(file, "rt", encoding="utf-8") as lines:
                yield from ({"account": file.name, **json.loads(line)} for line in lines)

    pipeline = dlt.pipeline(
        "ingest", pipelines_dir=str(database.parent / "dlt"), dataset_name="raw",
        destination=dlt.destinations.duckdb(str(database)), progress=None,
    )  # fmt: skip
    pipeline.run(dlt.resource(rows, name="daily", write_disposition="merge", primary_key=("account", *keys[platform])))
    with duckdb.connect(str(database)) as con:
        return _count(con, "raw.daily")


CASES: dict[str, Callable[[Platform, Path, Path], int]] = {"ours": run_ours, "bare": run_bare, "dlt": run_dlt}


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    (count,) = con.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
    return int(count)


def measure(case: str, platform: Platform, folder: Path, database: Path) -> Measured:
    """Run one case in this process."""
    prepare(platform, folder, database)
    wall, cpu = time.perf_counter(), time.process_time()
    rows = CASES[case](platform, folder, database)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(platform.value, case, rows, seconds, cpu_seconds, peak_mb)


def measure_apart(case: str, platform: Platform, folder: Path, databases: Path) -> Measured:
    """Run one case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.ingest", "--case", case, "--platform", platform.value]
    places = ["--folder", str(folder), "--database", str(databases / f"{case}-{platform}.duckdb")]
    done = subprocess.run([*command, *places], check=True, capture_output=True, text=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def scores(rows: int, dlt_rows: int) -> list[Measured]:
    """Every case of every platform; dlt on ``dlt_rows`` rows."""
    found: list[Measured] = []
    with tempfile.TemporaryDirectory() as scratch:
        for platform in Platform:
            folder, small = Path(scratch, platform, "full"), Path(scratch, platform, "small")
            folder.mkdir(parents=True)
            small.mkdir()
            write_raw(platform, folder, accounts=max(1, rows // (CAMPAIGNS * DAYS)))
            found += [measure_apart(case, platform, folder, Path(scratch)) for case in ("bare", "ours")]
            if dlt_rows:
                write_raw(platform, small, accounts=1, days=max(1, dlt_rows // CAMPAIGNS))
                found.append(measure_apart("dlt", platform, small, Path(scratch)))
    return found


def print_table(found: Sequence[Measured]) -> None:
    """One line a case; the ratios are wall and processor time per row over bare's."""
    print(
        f"{'platform':<11} {'case':<5} {'rows':>9} {'seconds':>8} {'cpu s':>7} {'rows/s':>9} "
        f"{'x bare':>7} {'x cpu':>6} {'peak MB':>8}"
    )
    bare = {one.platform: one for one in found if one.case == "bare"}
    for one in found:
        least = bare[one.platform]
        wall = least.rows_per_second / one.rows_per_second
        cpu = (one.cpu_seconds / one.rows) / (least.cpu_seconds / least.rows)
        print(
            f"{one.platform:<11} {one.case:<5} {one.rows:>9,} {one.seconds:>8.2f} {one.cpu_seconds:>7.2f} "
            f"{one.rows_per_second:>9,.0f} {wall:>7.2f} {cpu:>6.2f} {one.peak_mb:>8.0f}"
        )


def main() -> None:
    """Parse the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows per platform")
    parser.add_argument("--dlt-rows", type=int, default=20_000, help="rows per platform for dlt; 0 leaves it out")
    for hidden in ("--case", "--platform", "--folder", "--database"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        measured = measure(given.case, Platform(given.platform), Path(given.folder), Path(given.database))
        print(json.dumps(asdict(measured)))
    else:
        print_table(scores(given.rows, given.dlt_rows))


if __name__ == "__main__":
    main()
