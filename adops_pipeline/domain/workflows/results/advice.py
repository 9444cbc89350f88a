"""Advised budget changes against what happened: was the change made, and did revenue follow? No words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from adops_pipeline.domain.tables.allocation import BUDGET_RECOMMENDATIONS
from adops_pipeline.domain.tables.metrics import ANALYTICS_METRICS

ADVICE_COLUMNS = BUDGET_RECOMMENDATIONS.polars_schema(
    "platform", "campaign_id", "currency", "as_of", "current_daily", "suggested_daily", "expected_revenue_change"
) | dict.fromkeys(("current_daily", "suggested_daily"), pl.Float64())
DAY_COLUMNS = ANALYTICS_METRICS.polars_schema("platform", "campaign_id", "date") | dict.fromkeys(
    ("spend", "revenue"), pl.Float64()
)
"""Money as floats: these figures are compared, not added up."""
Key = tuple[str, str]
_Days = dict[date, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class AdviceRules:
    """``outcome_days`` before and after are compared; ``end`` is the last day that counts.

    A change counts as made from ``followed_share`` of it on. ``mature_after_days`` says by platform when revenue is
    final: outcomes that are younger are not read.
    """

    end: date
    outcome_days: int
    followed_share: float
    mature_after_days: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One advised change. Money a day, in ``currency``; the revenue change is None while sales still arrive."""

    platform: str
    campaign_id: str
    currency: str
    as_of: date
    is_taken: bool
    expected: float | None
    revenue_change: float | None

    @property
    def held(self) -> bool | None:
        """Whether revenue moved the way that was expected; None where either is not known."""
        if self.expected is None or self.revenue_change is None:
            return None
        return self.expected * self.revenue_change > 0


def outcomes(advice: pl.DataFrame, daily: pl.DataFrame, rules: AdviceRules) -> list[Outcome]:
    """What became of each advised change, by platform, campaign and day.

    Advice repeated within the outcome's days is the same advice; days without a row are days without spend. Left out
    are changes whose days are not over, and campaigns that did not run on both sides.
    """
    days = _by_campaign(daily)
    moved = advice.filter(pl.col("suggested_daily") != pl.col("current_daily")).sort("platform", "campaign_id", "as_of")
    found = []
    for (platform, campaign), rows in moved.group_by("platform", "campaign_id", maintain_order=True):
        key = str(platform), str(campaign)
        for row in _apart(rows.to_dicts(), rules):
            outcome = _outcome(key, row, days.get(key, {}), rules)
            if outcome is not None:
                found.append(outcome)
    return found


def _by_campaign(daily: pl.DataFrame) -> dict[Key, _Days]:
    days: dict[Key, _Days] = {}
    known = daily.group_by("platform", "campaign_id", "date").agg(pl.col("spend").sum(), pl.col("revenue").sum())
    for platform, campaign, day, spend, revenue in known.sort("date").iter_rows():
        days.setdefault((platform, campaign), {})[day] = (spend, revenue)
    return days


def _apart(rows: Sequence[dict[str, object]], rules: AdviceRules) -> Iterator[dict[str, object]]:
    """Rows whose outcome's days are over and do not overlap."""
    free = date.min
    for row in rows:
        day = row["as_of"]
        if isinstance(day, date) and day >= free and day + timedelta(days=rules.outcome_days) <= rules.end:
            free = day + timedelta(days=rules.outcome_days)
            yield row


def _outcome(key: Key, row: Mapping[str, object], days: _Days, rules: AdviceRules) -> Outcome | None:
    day = row["as_of"]
    assert isinstance(day, date)
    before = _mean(days, day, rules.outcome_days)
    last = day + timedelta(days=rules.outcome_days)
    after = _mean(days, last, rules.outcome_days)
    if before[0] <= 0 or after[0] <= 0:
        return None
    advised = _number(row["suggested_daily"]) - _number(row["current_daily"])
    is_final = last + timedelta(days=rules.mature_after_days.get(key[0], 0)) <= rules.end
    expected = row["expected_revenue_change"]
    return Outcome(
        platform=key[0],
        campaign_id=key[1],
        currency=str(row["currency"] or ""),
        as_of=day,
        is_taken=(after[0] - before[0]) / advised >= rules.followed_share,
        expected=None if expected is None else _number(expected),
        revenue_change=after[1] - before[1] if is_final else None,
    )


def _mean(days: _Days, last: date, count: int) -> tuple[float, float]:
    """Mean spend and revenue a day over the ``count`` days up to ``last``."""
    values = [days.get(last - timedelta(days=n), (0.0, 0.0)) for n in range(count)]
    return sum(spend for spend, _ in values) / count, sum(revenue for _, revenue in values) / count


def _number(value: object) -> float:
    assert isinstance(value, float)
    return value
