"""The verdict on a budget: its pace, the money at stake, and a sentence.

Judged once, when a budget is paced, and stored in its row of analytics_budgets, where alerts, the pacing-check and the
headline read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import Any

import polars as pl

from adops_pipeline.domain.figures import plural
from adops_pipeline.domain.money import format_money
from adops_pipeline.domain.pacing.advice import DEFAULT_STEP, recommend
from adops_pipeline.domain.probability import format_probability
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.pacing import ANALYTICS_BUDGETS, PacingVerdict
from adops_pipeline.domain.verdict import (
    DEFAULT_SEVERITY,
    FRESH_DAYS,
    SeverityRules,
    Stake,
    Verdict,
    known_severity,
    severity_of,
)

Row = Mapping[str, Any]
"""A row of analytics_budgets."""
VERDICT = ANALYTICS_BUDGETS.polars_schema("verdict", "severity", "money_at_stake")
"""The columns that hold a verdict; its sentence follows from the row."""
_UNSPENT_WEIGHT = 0.1
"""Unspent money counts a tenth of overspent money, because it is not lost."""
_DAYS_AT_STAKE = 7
"""Without delivery, a week of the budget is at stake, because delivery does not resume by itself."""
_RATE_DAYS = 14
"""A daily budget has no period: two weeks at the present delivery are at stake."""
_RATES = ("daily", "cap")
_MOST_MONEY = 999_999_999_999.0


def with_verdicts(
    paced: pl.DataFrame, rules: SeverityRules = DEFAULT_SEVERITY, max_step_change: float | None = DEFAULT_STEP
) -> pl.DataFrame:
    """``paced`` (rows of analytics_budgets) with the columns of ``VERDICT`` and the recommendation that follows.

    ``max_step_change`` is the largest relative change that is advised at once.
    """
    rows = list(paced.iter_rows(named=True))
    grades = [_grade(row, rules) for row in rows]
    advice = [recommend(grade.kind, row, max_step_change) for grade, row in zip(grades, rows, strict=True)]
    money = [None if grade.money is None else min(grade.money, _MOST_MONEY) for grade in grades]
    return paced.with_columns(
        pl.Series("verdict", [grade.kind for grade in grades], dtype=pl.String()),
        pl.Series("severity", [grade.severity and grade.severity.value for grade in grades], dtype=pl.String()),
        pl.Series("money_at_stake", money, dtype=pl.Float64()).round(6).cast(VERDICT["money_at_stake"]),
        pl.Series("recommendation", advice, dtype=pl.String()),
    )


def newest_rows(budgets: pl.DataFrame, end: date | None = None, days: int = FRESH_DAYS) -> pl.DataFrame:
    """The rows that count as of ``end`` (None: the newest day): those of each account's newest day, of the last days.

    ``budgets`` may hold history and further columns; the order is by platform and campaign.
    """
    known = budgets if end is None else budgets.filter(pl.col("as_of") <= end)
    last = end or known["as_of"].max()
    if known.is_empty() or not isinstance(last, date):
        return known
    is_newest = pl.col("as_of") == pl.col("as_of").max().over("platform", "account_id")
    is_fresh = pl.col("as_of") >= last - timedelta(days=days)
    return known.filter(is_newest & is_fresh).sort("platform", "campaign_id")


def judge(row: Row, rules: SeverityRules = DEFAULT_SEVERITY) -> Verdict:
    """The verdict on a row as pacing computed it; the columns of ``VERDICT`` and the recommendation are not read."""
    grade = _grade(row, rules)
    return Verdict(grade.kind, grade.severity, _sentence(grade.kind, row, recommend(grade.kind, row)), grade.money)


def stored_verdict(row: Row) -> Verdict:
    """The verdict that a row of analytics_budgets holds; one that was paced before verdicts were stored is judged."""
    kind, money = row["verdict"], row["money_at_stake"]
    if kind is None:
        return judge(row)
    sentence = _sentence(kind, row, row["recommendation"])
    return Verdict(kind, known_severity(row["severity"]), sentence, None if money is None else float(money))


def stake_days(row: Row) -> float:
    """The money at stake in days of the budget's even share, by which budgets of all currencies are ranked."""
    money = row["money_at_stake"]
    return 0.0 if money is None else float(money) / max(_Budget.of(row).per_day, 1e-9)


@dataclass(frozen=True, slots=True)
class _Grade:
    """A verdict without its sentence."""

    kind: PacingVerdict
    severity: Severity | None
    money: float | None = None


def _grade(row: Row, rules: SeverityRules) -> _Grade:
    unjudged = _unjudged(row)
    if unjudged is not None:
        return _Grade(unjudged, Severity.INFO if unjudged in ("paused", "no-budget", "unknown") else None)
    budget = _Budget.of(row)
    kind = _rate_of(budget) if budget.is_rate else _pace_of(budget, rules)
    if kind in _NOTHING_TO_DO:
        return _Grade(kind, None)
    stake = budget.stake(kind)
    is_early = not budget.is_rate and budget.days_elapsed < rules.least_days_elapsed
    return _Grade(kind, Severity.INFO if is_early else severity_of(stake, rules), stake.money)


_NOTHING_TO_DO = ("on-track", "limited", "delivering")


@dataclass(frozen=True, slots=True)
class _Budget:
    """The figures of a running budget that its verdict rests on; money in ``currency``."""

    status: str
    currency: str
    basis: str
    daily_budget: float
    delivery: float
    delivery_probability: float
    budget: float
    spent: float
    likely: float
    most: float
    is_silent: bool
    overspend_probability: float
    days_elapsed: int
    days_remaining: int

    @classmethod
    def of(cls, row: Row) -> "_Budget":
        spent = _number(row, "spent_to_date") or 0.0
        likely, most = _number(row, "projected_total"), _number(row, "max_possible_spend")
        return cls(
            status=row["status"],
            currency=row["currency"] or "",
            basis=row["basis"] or "",
            daily_budget=_number(row, "daily_budget") or 0.0,
            delivery=_number(row, "delivery_ratio") or 0.0,
            delivery_probability=_number(row, "delivery_probability") or 0.0,
            budget=_number(row, "budget") or 0.0,
            spent=spent,
            likely=spent if likely is None else likely,
            most=float("inf") if most is None else most,
            is_silent=_number(row, "current_daily") == 0,
            overspend_probability=_number(row, "overspend_probability") or 0.0,
            days_elapsed=row["days_elapsed"] or 0,
            days_remaining=row["days_remaining"] or 0,
        )

    @property
    def is_rate(self) -> bool:
        """Whether delivery is judged and no period's sum."""
        return self.basis in _RATES

    @property
    def per_day(self) -> float:
        """The daily budget, or the budget's even share of a day."""
        if self.is_rate and self.daily_budget:
            return self.daily_budget
        return self.budget / max(self.days_elapsed + self.days_remaining, 1)

    @property
    def is_used_up(self) -> bool:
        return self.spent >= self.budget

    @property
    def is_cap_spent(self) -> bool:
        """Whether it spends nothing because its lifetime cap is used up."""
        return self.basis == "cap" and self.is_used_up

    def stake(self, kind: PacingVerdict) -> Stake:
        """What is at stake under the verdict ``kind``."""
        if kind in ("overpacing", "overspend-likely"):
            money, certainty = self._excess(), 1.0 if self.is_used_up else self.overspend_probability
        elif kind == "over-delivering":
            money, certainty = _RATE_DAYS * (self.delivery - 1.0) * self.daily_budget, self.delivery_probability
        elif kind == "under-delivering":
            unspent = _RATE_DAYS * (1.0 - self.delivery) * self.daily_budget
            money, certainty = _UNSPENT_WEIGHT * unspent, self.delivery_probability
        elif kind == "no-delivery":
            days = _DAYS_AT_STAKE if self.is_rate else min(self.days_remaining, _DAYS_AT_STAKE)
            money, certainty = self.per_day * days, 1.0
        else:
            money, certainty = self._unspent(), 1.0 - self.overspend_probability
        return Stake(max(money, 0.0), self.per_day, self.currency, certainty)

    def _excess(self) -> float:
        """Spend beyond the budget. A budget that is used up runs on or stops: the days that are left count too."""
        beyond = self.likely - self.budget
        return max(beyond, self.per_day * self.days_remaining) if self.is_used_up else beyond

    def _unspent(self) -> float:
        """Money that will not be spent, at its weight; in full where a target is out of the platform's limits."""
        unspent = self.budget - self.likely
        out_of_reach = min(max(self.budget - self.most, 0.0), max(unspent, 0.0)) if self.basis == "target" else 0.0
        return out_of_reach + _UNSPENT_WEIGHT * (unspent - out_of_reach)


def _unjudged(row: Row) -> PacingVerdict | None:
    """The kind of a row whose pace is not judged; None for one whose pace is."""
    if row["status"] == "not-started":
        return "not-started"
    is_rate = row["basis"] in _RATES
    if row["status"] == "ended" or not (row["days_remaining"] or is_rate):
        return "ended"
    if row["campaign_status"] == "paused":
        return "paused"
    if row["status"] == "no-budget" or not (row["daily_budget"] if row["basis"] == "daily" else row["budget"]):
        return "no-budget"
    return "unknown" if row["status"] == "unknown" else None


def _rate_of(budget: _Budget) -> PacingVerdict:
    """The kind of a daily budget or a lifetime cap: its delivery is judged, no period's sum."""
    if budget.status == "no-data" or (budget.is_silent and not budget.is_cap_spent):
        return "no-delivery"
    rated: tuple[PacingVerdict, ...] = ("over-delivering", "under-delivering", "limited", "delivering")
    return next((kind for kind in rated if kind == budget.status), "on-track")


def _pace_of(budget: _Budget, rules: SeverityRules) -> PacingVerdict:
    if budget.status == "no-data":
        return "no-delivery"
    if budget.is_used_up:
        return "overpacing"
    if budget.is_silent:
        return "no-delivery"
    if budget.status in ("overpacing", "underpacing"):
        return "overpacing" if budget.status == "overpacing" else "underpacing"
    is_likely_over = severity_of(budget.stake("overspend-likely"), rules) is not Severity.INFO
    return "overspend-likely" if is_likely_over else "on-track"


def _sentence(kind: str, row: Row, advice: str) -> str:
    """The state of the budget and what to set; the recommendation alone if its pace is not judged."""
    ratio = _number(row, "delivery_ratio")
    if kind in ("over-delivering", "under-delivering") and ratio is not None:
        return f"{100 * ratio:.0f} % of its daily budgets spent over {plural(row['delivery_days'], 'day')}. {advice}"
    if row["basis"] in _RATES or kind not in ("overpacing", "underpacing", "overspend-likely", "no-delivery"):
        return advice
    days = row["days_remaining"] or 0
    left = f"{days} {'day' if days == 1 else 'days'} left"
    spent = _number(row, "spent_to_date") or 0.0
    if kind == "no-delivery" and spent == 0:
        return f"Nothing spent of {_money(row, 'budget')}, {left}. {advice}".strip()
    ratio = _number(row, "seasonal_ratio")
    pace = "" if ratio is None else f", {100 * ratio:.0f} % of the target for now"
    stands = f"{_money(row, 'spent_to_date')} of {_money(row, 'budget')} spent{pace}, {left}"
    return f"{stands}{_likely_end(kind, row)}. {advice}".strip()


def _likely_end(kind: str, row: Row) -> str:
    if _number(row, "projected_total") is None:
        return ""
    words = f"; likely end {_money(row, 'projected_total')}"
    if _number(row, "projected_low") is not None and _number(row, "projected_high") is not None:
        words += f" ({_money(row, 'projected_low')} to {_money(row, 'projected_high')})"
    probability = _number(row, "overspend_probability")
    if kind == "overspend-likely" and probability is not None:
        words += f", over budget with a probability of {format_probability(probability)}"
    most, budget = _number(row, "max_possible_spend"), _number(row, "budget")
    if kind == "underpacing" and most is not None and budget is not None and most < budget:
        words += f", at most {_money(row, 'max_possible_spend')}"
    return words


def _money(row: Row, name: str) -> str:
    amount = row[name]
    return "an unknown amount" if amount is None else format_money(amount, row["currency"] or "")


def _number(row: Row, name: str) -> float | None:
    """The figure; None if it is missing or not finite."""
    value = row.get(name)
    return float(value) if value is not None and isfinite(value) else None
