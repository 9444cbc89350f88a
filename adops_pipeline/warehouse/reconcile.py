"""Reconciles spend and impressions of the unified tables with the raw files, to the micro-unit.

Uses none of normalization's SQL, so that an error there cannot hide itself here. Per account and day: raw files of the
winning pull = unified rows + rejected rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from adops_pipeline.domain.vocabulary import Report
from adops_pipeline.warehouse.normalize.options import PinterestTraffic
from adops_pipeline.warehouse.raw_landing import RawLanding
from adops_pipeline.warehouse.sql import statement
from adops_pipeline.warehouse.violations import Violation

_LEVELS = ((Report.CAMPAIGN_DAILY, "analytics_metrics"), (Report.AD_GROUP_DAILY, "analytics_ad_group_metrics"))


@dataclass(frozen=True, slots=True)
class Difference:
    """An account's day on which the sums differ; spend in micro-units of the account's currency."""

    platform: str
    account_id: str
    day: date
    raw_spend_micros: int
    unified_spend_micros: int
    rejected_spend_micros: int
    raw_impressions: int
    unified_impressions: int
    rejected_impressions: int

    def __str__(self) -> str:
        spend = f"spend in micros: raw {self.raw_spend_micros}, unified {self.unified_spend_micros}"
        impressions = f"impressions: raw {self.raw_impressions}, unified {self.unified_impressions}"
        return (
            f"{self.platform} account {self.account_id} on {self.day}: {spend}, rejected {self.rejected_spend_micros}; "
            f"{impressions}, rejected {self.rejected_impressions}"
        )


def reconcile_spend(
    con: duckdb.DuckDBPyConnection,
    landing: RawLanding,
    pulls: Mapping[str, date] | None = None,
    pinterest_traffic: PinterestTraffic = "paid",
) -> list[Violation]:
    """Compare spend and impressions per platform, account and day, at both levels; at most one violation a table.

    ``pulls``: the pulls whose days are compared, each with its first day (see `ledger.unpublished_pulls`). Days that no
    pull covers are compared too, from the first of these days on. None: the whole history.
    ``pinterest_traffic``: which of Pinterest's impressions were unified.
    """
    violations = []
    for report, table in _LEVELS:
        differences = spend_differences(con, landing, report, table, pulls, pinterest_traffic)
        if differences:
            promise = "spend and impressions equal those of the raw files"
            violations.append(Violation(table, promise, len(differences), str(differences[0])))
    return violations


def spend_differences(
    con: duckdb.DuckDBPyConnection,
    landing: RawLanding,
    report: Report,
    table: str,
    pulls: Mapping[str, date] | None = None,
    pinterest_traffic: PinterestTraffic = "paid",
) -> list[Difference]:
    """Every account and day of ``pulls`` where raw and unified sums of one report differ."""
    since = date.min if pulls is None else min(pulls.values(), default=date.max)
    ids = None if pulls is None else list(pulls)
    con.execute(statement("raw_facts"))
    con.execute(
        statement("winning_days"), {"report": report.value, "since": since, "pulls": ids, "root": f"{landing.root}/"}
    )
    traffic = {"pinterest_traffic": pinterest_traffic}
    con.execute(statement("rejected_totals"), {"report": report.value, **traffic})
    found = con.execute("SELECT DISTINCT file FROM winning_days WHERE is_checked AND rows > 0").fetchall()
    files = [file for (file,) in found]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE raw_totals "
        "(platform VARCHAR, account_id VARCHAR, date DATE, micros HUGEINT, impressions HUGEINT)"
    )
    if files:
        con.execute(statement("raw_totals"), {"files": files, **traffic})
    compared = statement("compare_totals").replace("{table}", table)
    return [Difference(*row) for row in con.execute(compared, {"since": since}).fetchall()]
