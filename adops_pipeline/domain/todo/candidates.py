"""What each analysis proposes for a campaign, as candidates for the list. Nothing is reconciled here.

A shared budget is one entity: what concerns one of its campaigns concerns the budget.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from adops_pipeline.domain.experiments.verdict import is_of_two_periods, judge_test
from adops_pipeline.domain.money import format_money
from adops_pipeline.domain.pacing.pulls import OVER, UNDER, Direction
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.todo import ActionKind
from adops_pipeline.domain.verdict import SeverityRules, Stake, known_severity, severity_of

Row = Mapping[str, Any]
Key = tuple[str, str]
"""Platform and entity."""

WEEK_DAYS = 7
_OUTAGES: Mapping[str, ActionKind] = {"delivery-stopped": "fix-delivery", "tracking-stopped": "fix-tracking"}
_LEAST_CHANGE = 0.005
"""Smaller relative changes are no change that a person would make."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One proposal. Money is in the account's currency; ``direction`` is that of the spend, None for neither."""

    key: Key
    kind: ActionKind
    severity: Severity
    money: float
    instruction: str
    direction: Direction | None = None
    amounts: tuple[float, float] | None = None
    """Daily amount now and to set."""
    revenue: float | None = None
    """What the plan expects of its move: the change of revenue a day."""
    certainty: float = 1.0


def from_pacing(budgets: pl.DataFrame) -> Iterator[Candidate]:
    """Verdicts on budgets that ask for somebody; ``budgets`` are the newest rows of analytics_budgets."""
    for row in budgets.iter_rows(named=True):
        severity = known_severity(row["severity"])
        if severity is None or severity is Severity.INFO:
            continue
        kind, direction = _of_verdict(row["verdict"])
        if kind is not None:
            money = float(row["money_at_stake"] or 0)
            key = (row["platform"], row["campaign_id"])
            yield Candidate(key, kind, severity, money, row["recommendation"], direction)


def from_anomalies(anomalies: pl.DataFrame, entities: Mapping[Key, str]) -> Iterator[Candidate]:
    """Unusual values of the accounts' newest day; ``entities`` are the entities of campaigns."""
    for row in anomalies.iter_rows(named=True):
        severity = Severity(row["severity"])
        if severity is Severity.INFO or (row["platform"], row["campaign_id"]) not in entities:
            continue
        kind = _OUTAGES.get(row["cause"] or "", "check-anomaly")
        stake = float(row["money_effect"]) * WEEK_DAYS
        key = (row["platform"], entities[row["platform"], row["campaign_id"]])
        yield Candidate(key, kind, severity, stake, row["explanation"])


def from_plan(plan: pl.DataFrame, entities: Mapping[Key, str], rules: SeverityRules) -> Iterator[Candidate]:
    """Changes of the newest budget plan: the plan's gain in a week, by each change's share of the money moved."""
    moves = _moves(plan, entities)
    moved = moves.group_by("currency").agg((pl.col("suggested") - pl.col("current")).abs().sum().alias("moved"))
    for row in moves.join(moved, on="currency").sort("platform", "entity_id").iter_rows(named=True):
        change = row["suggested"] - row["current"]
        if not row["current"] > 0 or abs(change) < _LEAST_CHANGE * row["current"]:
            continue
        gain = WEEK_DAYS * max(row["gain"] or 0.0, 0.0) * abs(change) / row["moved"]
        certainty = row["credibility"]
        severity = severity_of(Stake(gain, row["current"], row["currency"], certainty), rules)
        yield Candidate(
            key=(row["platform"], row["entity_id"]),
            kind="raise-budget" if change > 0 else "lower-budget",
            severity=severity,
            money=gain,
            instruction=move_in_words(row["current"], row["suggested"], row["currency"], row["revenue"]),
            direction="up" if change > 0 else "down",
            amounts=(row["current"], row["suggested"]),
            revenue=row["revenue"],
            certainty=certainty,
        )


def from_tests(tests: pl.DataFrame, entities: Mapping[Key, str]) -> Iterator[Candidate]:
    """Tests that were decided on the newest day and have a winner; ``tests`` are rows of ab_tests.

    Budget tests have none to use: what they tell goes into the next plan.
    """
    for row in tests.iter_rows(named=True):
        verdict = judge_test(row)
        if verdict.severity is None or not row["winner"] or is_of_two_periods(row):
            continue
        if (row["platform"], row["campaign_id"]) not in entities:
            continue
        key = (row["platform"], entities[row["platform"], row["campaign_id"]])
        yield Candidate(key, "use-winner", verdict.severity, verdict.money_at_stake or 0.0, verdict.sentence)


def _of_verdict(verdict: str | None) -> tuple[ActionKind | None, Direction | None]:
    if verdict == "no-delivery":
        return "fix-delivery", None
    if verdict in OVER:
        return "slow-down", "down"
    return ("speed-up", "up") if verdict in UNDER else (None, None)


def _moves(plan: pl.DataFrame, entities: Mapping[Key, str]) -> pl.DataFrame:
    """The plan by entity: platform, entity_id, currency, current, suggested, credibility (mean), gain of its plan."""
    rows = [
        (row["platform"], entities[row["platform"], row["campaign_id"]], row["currency"], float(row["current_daily"]),
         float(row["suggested_daily"]), row["credibility"], row["plan_revenue_change"], row["expected_revenue_change"])
        for row in plan.iter_rows(named=True)
        if (row["platform"], row["campaign_id"]) in entities
    ]  # fmt: skip
    names = ("platform", "entity_id", "currency", "current", "suggested", "credibility", "gain", "revenue")
    texts, numbers = names[:3], names[3:]
    schema = {name: pl.String() for name in texts} | {name: pl.Float64() for name in numbers}
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .group_by("platform", "entity_id", "currency")
        .agg(
            pl.col("current").sum(), pl.col("suggested").sum(), pl.col("credibility").mean().fill_null(0.5),
            pl.col("gain").first(), pl.col("revenue").sum(),
        )
    )  # fmt: skip


def move_in_words(now: float, new: float, currency: str, revenue: float | None = None) -> str:
    """What to set, and what the plan expects of it: ``revenue`` is the expected change of revenue a day."""
    before, after, moved = (format_money(amount, currency) for amount in (now, new, abs(new - now)))
    change = f"from {before} to {after} a day ({100 * (new / now - 1):+.0f} %)"
    if new > now:
        return f"Raise the spend {change}: the budget plan moves {moved} a day here{_expected(revenue, currency)}."
    return f"Lower the spend {change}: the budget plan uses {moved} a day elsewhere{_expected(revenue, currency)}."


def _expected(revenue: float | None, currency: str) -> str:
    if revenue is None:
        return ""
    return (
        f", and expects {format_money(abs(revenue), currency)} {'less' if revenue < 0 else 'more'} revenue a day here"
    )
