"""The verdict on a changed ratio: what it costs, how sure that is among all ratios compared, and the sentence about it.

Judged when benchmarks are computed and stored in the rows of analytics_benchmarks.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np
import polars as pl
from scipy import special

from adops_pipeline.domain.benchmarks.rules import LOWER_IS_BETTER
from adops_pipeline.domain.experiments.multiplicity import adjusted_p_values
from adops_pipeline.domain.figures import figure, pct
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.benchmarks import ANALYTICS_BENCHMARKS
from adops_pipeline.domain.verdict import SeverityRules, Stake, Verdict, known_severity, severity_of

Row = Mapping[str, Any]
VERDICT = ANALYTICS_BENCHMARKS.polars_schema("q_value", "severity", "money_at_stake")
"""The columns that hold a verdict; its kind and sentence follow from the row."""

_DAYS_AT_STAKE = 7
_PART_OF_THE_COST = {"ctr": 0.5, "cpc": 0.5}
"""Weight of click rates and prices, which are only a part of the cost of a sale: the rest may compensate."""
_PERIODS = {"week": ("week", "four weeks"), "month": ("four weeks", "twelve weeks")}


def with_verdicts(compared: pl.DataFrame, rules: SeverityRules) -> pl.DataFrame:
    """``compared`` with the columns of ``VERDICT``; all its rows are one family of comparisons.

    It has the columns of analytics_benchmarks, ``daily_spend`` of the current period and ``account_currency``.
    """
    judged = compared.with_columns(pl.Series("q_value", _q_values(compared), dtype=pl.Float64()).fill_nan(None))
    severities = [Severity.INFO if status == "better" else None for status in judged["status"]]
    money: list[float | None] = [None] * judged.height
    for row in judged.with_row_index("row").filter(pl.col("status") == "worse").iter_rows(named=True):
        at = row["row"]
        money[at] = _money_at_stake(row)
        stake = Stake(money[at] or 0.0, row["daily_spend"], row["account_currency"], 1.0 - row["q_value"])
        severities[at] = severity_of(stake, rules)
    return judged.with_columns(
        pl.Series("money_at_stake", money, dtype=pl.Float64()),
        pl.Series("severity", [one and one.value for one in severities], dtype=pl.String()),
    )


def stored_verdict(row: Row) -> Verdict:
    """The verdict that a row of analytics_benchmarks holds."""
    kind = f"benchmark-{row['status']}"
    sentence = _sentence(row) if row["status"] in ("better", "worse") else ""
    return Verdict(kind, known_severity(row["severity"]), sentence, row["money_at_stake"])


def _q_values(compared: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Benjamini-Hochberg: the share of changes by chance among all that are at least as clear; NaN: not compared."""
    scores = compared["z_score"].fill_null(np.nan).to_numpy()
    is_compared = np.isfinite(scores) & (compared["status"] != "insufficient-data").to_numpy()
    q_values = np.full(len(scores), np.nan)
    p_values = 2.0 * special.ndtr(-np.abs(scores[is_compared]))
    q_values[is_compared] = adjusted_p_values(p_values.tolist(), "benjamini-hochberg")
    return q_values


def _money_at_stake(row: Row) -> float | None:
    """The spend of a week that is lost compared with the baseline."""
    now, before = row["current_value"], row["baseline_value"]
    lost = 1.0 - (before / now if row["metric"] in LOWER_IS_BETTER else now / before)
    money = _PART_OF_THE_COST.get(row["metric"], 1.0) * lost * _DAYS_AT_STAKE * row["daily_spend"]
    return float(money) if isfinite(money) else None


def _sentence(row: Row) -> str:
    metric, currency = row["metric"], row["currency"] or ""
    now, before = (figure(metric, row[name], currency) for name in ("current_value", "baseline_value"))
    length, base = _PERIODS[row["period"]]
    peers = ""
    if row["peer_median"] is not None:
        peers = f"; its peers' median is {figure(metric, row['peer_median'], currency)}"
    return (
        f"{metric.upper()} {now} in the {length} to {row['period_end']} against {before} in the {base} before "
        f"({pct(row['change_pct'])}, {row['status']}){peers}."
    )
