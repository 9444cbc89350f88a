"""The verdict on a changed ratio: what it costs, how sure that is among all ratios compared, and the sentence about it.

Judged when benchmarks are computed and stored in the rows of analytics_benchmarks.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from math import isfinite
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from adops_pipeline.domain.benchmarks.rules import COUNTED, LOWER_IS_BETTER
from adops_pipeline.domain.experiments.multiplicity import adjusted_p_values
from adops_pipeline.domain.figures import figure, pct
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.benchmarks import ANALYTICS_BENCHMARKS, BenchmarkMetric
from adops_pipeline.domain.verdict import SeverityRules, Stake, Verdict, known_severity, severity_of

Row = Mapping[str, Any]
VERDICT = ANALYTICS_BENCHMARKS.polars_schema("q_value", "severity", "money_at_stake")
"""The columns that hold a verdict; its kind and sentence follow from the row."""

_DAYS_AT_STAKE = 7
_PART_OF_THE_COST = {"ctr": 0.5, "cpc": 0.5}
"""Weight of click rates and prices, which are only a part of the cost of a sale: the rest may compensate."""
_PERIODS = {"week": (7, 28), "month": (28, 84)}
"""Days of a period and of its baseline."""


def with_verdicts(compared: pl.DataFrame, rules: SeverityRules, false_discovery_rate: float) -> pl.DataFrame:
    """``compared`` with the columns of ``VERDICT``; the rows of one period are one family of comparisons.

    It has the columns of analytics_benchmarks, ``daily_spend`` of the current period and ``account_currency``. A change
    whose q-value is above ``false_discovery_rate`` is normal.
    """
    judged = compared.with_columns(pl.Series("q_value", _q_values(compared), dtype=pl.Float64()).fill_nan(None))
    by_chance = pl.col("status").is_in(["better", "worse"]) & (pl.col("q_value") > false_discovery_rate)
    judged = judged.with_columns(pl.when(by_chance).then(pl.lit("normal")).otherwise("status").alias("status"))
    severities: list[str | None] = [None] * judged.height
    for at in judged["status"].eq("better").arg_true():
        severities[at] = Severity.INFO.value
    money: list[float | None] = [None] * judged.height
    for row in judged.with_row_index("row").filter(pl.col("status") == "worse").iter_rows(named=True):
        at = row["row"]
        money[at] = _money_at_stake(row)
        stake = Stake(money[at] or 0.0, row["daily_spend"], row["account_currency"], 1.0 - row["q_value"])
        severities[at] = severity_of(stake, rules).value
    return judged.with_columns(
        pl.Series("money_at_stake", money, dtype=pl.Float64()),
        pl.Series("severity", severities, dtype=pl.String()),
    )


def stored_verdict(row: Row) -> Verdict:
    """The verdict that a row of analytics_benchmarks holds."""
    kind = f"benchmark-{row['status']}"
    sentence = _sentence(row) if row["status"] in ("better", "worse") else ""
    return Verdict(kind, known_severity(row["severity"]), sentence, row["money_at_stake"])


def _q_values(compared: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Benjamini-Hochberg: the share of changes by chance among all of the period that are at least as clear.

    NaN: not compared.
    """
    scores = compared["z_score"].fill_null(np.nan).to_numpy()
    is_compared = np.isfinite(scores) & (compared["status"] != "insufficient-data").to_numpy()
    q_values = np.full(len(scores), np.nan)
    for period in compared["period"].unique():
        family = is_compared & (compared["period"] == period).to_numpy()
        p_values = 2.0 * special.ndtr(-np.abs(scores[family]))
        q_values[family] = adjusted_p_values(p_values.tolist(), "benjamini-hochberg")
    return q_values


def _money_at_stake(row: Row) -> float | None:
    """The spend of a week that is lost compared with the baseline."""
    now, before = row["current_value"], row["baseline_value"]
    if now is None:
        now = np.inf  # a price without anything bought: all of the spend is lost
    lost = 1.0 - (before / now if row["metric"] in LOWER_IS_BETTER else now / before)
    money = _PART_OF_THE_COST.get(row["metric"], 1.0) * lost * _DAYS_AT_STAKE * row["daily_spend"]
    return float(money) if isfinite(money) else None


def _sentence(row: Row) -> str:
    metric, currency = row["metric"], row["currency"] or ""
    before = figure(metric, row["baseline_value"], currency)
    period, earlier = _dates(row)
    peers = ""
    if row["peer_median"] is not None:
        peers = f"; its peers' median is {figure(metric, row['peer_median'], currency)}"
    if row["current_low"] is not None or row["current_high"] is not None:
        return f"{_stopped(row, currency)} {period}, against {before} {earlier}{peers}.{_occasion(row)}"
    now = figure(metric, row["current_value"], currency)
    return (
        f"{metric.upper()} {now} {period} against {before} {earlier} "
        f"({pct(row['change_pct'])}, {row['status']}){peers}.{_occasion(row)}"
    )


def _occasion(row: Row) -> str:
    """A sentence on events of the calendar; empty without any."""
    occasion = row.get("occasion")
    return f" Events: {occasion}." if occasion else ""


def _dates(row: Row) -> tuple[str, str]:
    """The period and its baseline by their dates: both hold settled days only, so they end before yesterday."""
    days, base_days = _PERIODS[row["period"]]
    end: date = row["period_end"]
    start = end - timedelta(days=days - 1)
    base_start, base_end = start - timedelta(days=base_days), start - timedelta(days=1)
    return f"from {start} to {end}", f"from {base_start} to {base_end}"


def _stopped(row: Row, currency: str) -> str:
    """What is known of a ratio whose events have stopped: ``CPA of at least EUR 190.00 (hardly any conversions)``."""
    metric: BenchmarkMetric = row["metric"]
    side, bound = (
        ("at least", row["current_low"]) if row["current_low"] is not None else ("at most", row["current_high"])
    )
    return (
        f"{metric.upper()} of {side} {figure(metric, bound, currency)} (97.5 % certain: hardly any {COUNTED[metric]})"
    )
