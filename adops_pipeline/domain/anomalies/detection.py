"""From daily rows to flagged days: scores, the rules of what matters, and the table. Statistics live beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from adops_pipeline.domain.anomalies.decomposition import decompose_cpa
from adops_pipeline.domain.anomalies.report import SCHEMA, explain, explain_cpa
from adops_pipeline.domain.anomalies.rules import METRICS, AnomalyRules
from adops_pipeline.domain.anomalies.scoring import Scores, score_metric
from adops_pipeline.domain.day_panel import DayPanel, Floats, Mask, build_panel
from adops_pipeline.domain.tables.anomalies import AnomalyMetric

_COLUMNS = ("spend", "impressions", "clicks", "conversions")
_CRITICAL_SHARE = 0.5


def detect_anomalies(
    daily: pl.DataFrame,
    as_of: date,
    mature_after_days: Mapping[str, int] | None = None,
    rules: AnomalyRules | None = None,
) -> pl.DataFrame:
    """Anomalies of the last ``rules.judge_days`` days up to ``as_of`` (the last complete day), by campaign and day.

    ``daily`` has a row per platform, campaign_id and date with spend, impressions, clicks and conversions, and may have
    a currency. Conversions are judged on days at least ``mature_after_days[platform]`` old (1 is ``as_of``). A day
    without a row is not judged: whether it should have had one is pacing's question. Columns are those of
    ``report.SCHEMA``, rows sorted by platform, campaign, date and metric.
    """
    rules = rules or AnomalyRules()
    warm_up = max(rules.level_days, rules.conversion_level_days)
    days = rules.judge_days + 7 * rules.training_weeks + warm_up
    panel = build_panel(daily, _COLUMNS, as_of - timedelta(days=days - 1), as_of)
    if panel.keys.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    group = panel.keys["platform"].rank("dense").cast(pl.Int64).to_numpy().astype(np.intp) - 1
    case = _Case(panel, _Usual.of(panel, rules.judge_days), _currencies(daily, panel), rules)
    mature = _mature(panel, mature_after_days or {}, rules)
    flagged = []
    for metric in METRICS:
        scores = score_metric(metric, panel, group, rules.judge_days, rules)
        flagged += case.flag(metric, scores, mature)
    return pl.DataFrame(flagged, schema=SCHEMA, orient="row").sort("platform", "campaign_id", "date", "metric")


@dataclass(frozen=True, slots=True)
class _Usual:
    """Sums over the days before the judged ones, per campaign, and how many of those days had delivery."""

    spend: Floats
    impressions: Floats
    clicks: Floats
    conversions: Floats
    days: Floats

    @classmethod
    def of(cls, panel: DayPanel, judged: int) -> "_Usual":
        spend, impressions, clicks, conversions = (panel[name][:, :-judged].sum(axis=1) for name in _COLUMNS)
        days = np.maximum(panel.has_row[:, :-judged].sum(axis=1), 1).astype(np.float64)
        return cls(spend, impressions, clicks, conversions, days)

    def price(self, of: Floats) -> Floats:
        """Spend per one of ``of``; 0 where there was none."""
        return np.divide(self.spend, of, out=np.zeros_like(self.spend), where=of > 0)


@dataclass(frozen=True, slots=True)
class _Case:
    panel: DayPanel
    usual: _Usual
    currencies: list[str]
    rules: AnomalyRules

    def flag(self, metric: AnomalyMetric, scores: Scores, mature: Mask) -> list[tuple[object, ...]]:
        """Rows of the table for the days of ``metric`` that are far off and matter."""
        money = self._money(metric, scores)
        daily_spend = self.usual.spend / self.usual.days
        least = np.array([self.rules.least_money.get(c, 0.0) for c in self.currencies])
        with np.errstate(invalid="ignore"):
            far = np.abs(scores.score) >= self.rules.threshold
            far &= np.abs(scores.observed - scores.expected) >= self.rules.least_change * scores.expected
            far &= money >= np.maximum(self.rules.least_money_share * daily_spend, least)[:, None]
        far &= np.isfinite(scores.expected) & np.isfinite(scores.high) & np.isfinite(scores.observed)
        if metric == "conversions":
            far &= mature
        rows = zip(*np.nonzero(far), strict=True)
        return [self._row(metric, scores, money, daily_spend, mature, int(c), int(d)) for c, d in rows]

    def _money(self, metric: AnomalyMetric, scores: Scores) -> Floats:
        """What the difference is worth at the usual prices, campaigns x judged days."""
        usual, last = self.usual, slice(-self.rules.judge_days, None)
        worth = {
            "spend": np.ones((len(usual.days), 1)),
            "impressions": usual.price(usual.impressions)[:, None],
            "ctr": usual.price(usual.clicks)[:, None] * self.panel["impressions"][:, last],
            "cpc": self.panel["clicks"][:, last],
            "conversions": usual.price(usual.conversions)[:, None],
        }[metric]
        return np.asarray(np.abs(scores.observed - scores.expected) * worth)

    def _row(
        self, metric: AnomalyMetric, scores: Scores, money: Floats, daily_spend: Floats, mature: Mask, c: int, d: int
    ) -> tuple[object, ...]:
        platform, campaign_id = self.panel.keys.row(c)
        at = self.panel.has_row.shape[1] - self.rules.judge_days + d
        day, currency = self.panel.day(at), self.currencies[c]
        observed, expected, low, high, score = (
            float(v[c, d]) for v in (scores.observed, scores.expected, scores.low, scores.high, scores.score)
        )
        text = explain(metric, day, observed, expected, (low, high), currency)
        before = (float(self.usual.spend[c]), float(self.usual.clicks[c]), float(self.usual.conversions[c]))
        spend, clicks, sales = (float(self.panel[n][c, at]) for n in ("spend", "clicks", "conversions"))
        change = decompose_cpa(before, (spend, clicks, sales)) if mature[c, d] else None
        if change is not None:
            text += " " + explain_cpa(change, currency)
        is_grave = money[c, d] >= _CRITICAL_SHARE * daily_spend[c]
        severity = "critical" if is_grave else "warning"
        direction = "up" if observed > expected else "down"
        effect = float(money[c, d])
        return (
            platform, campaign_id, day, metric, observed, expected, low, high, score, direction, severity, effect, text,
        )  # fmt: skip


def _mature(panel: DayPanel, mature_after_days: Mapping[str, int], rules: AnomalyRules) -> Mask:
    """Campaigns x judged days: whether the day's conversions are known."""
    age = np.arange(rules.judge_days, 0, -1)
    default = rules.default_mature_after_days
    needed = np.array([mature_after_days.get(p, default) for p in panel.keys["platform"].to_list()])
    return np.asarray(age[None, :] >= needed[:, None])


def _currencies(daily: pl.DataFrame, panel: DayPanel) -> list[str]:
    if "currency" not in daily.columns:
        return [""] * panel.keys.height
    known = daily.group_by(pl.col("platform").cast(pl.String), pl.col("campaign_id").cast(pl.String)).agg(
        pl.col("currency").max()
    )
    joined = panel.keys.join(known, on=["platform", "campaign_id"], how="left", maintain_order="left")
    return [str(c) for c in joined["currency"].fill_null("").to_list()]
