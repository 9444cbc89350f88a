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
from adops_pipeline.domain.anomalies.verdict import anomaly_severity
from adops_pipeline.domain.day_panel import DayPanel, Floats, Mask, build_panel
from adops_pipeline.domain.tables.anomalies import AnomalyMetric
from adops_pipeline.domain.verdict import DEFAULT_SEVERITY, SeverityRules

_COLUMNS = ("spend", "impressions", "clicks", "conversions")


def detect_anomalies(
    daily: pl.DataFrame,
    as_of: date,
    mature_after_days: Mapping[str, int] | None = None,
    rules: AnomalyRules | None = None,
    severity: SeverityRules = DEFAULT_SEVERITY,
) -> pl.DataFrame:
    """Anomalies of the last ``rules.judge_days`` days up to ``as_of`` (the last complete day), by campaign and day.

    ``daily`` has a row per platform, campaign_id and date with spend, impressions, clicks and conversions, and may have
    a currency. Conversions are judged on days at least ``mature_after_days[platform]`` old (1 is ``as_of``). A day
    without a row is not judged: whether it should have had one is pacing's question. ``severity`` grades the verdicts.
    Columns are those of ``report.SCHEMA``, rows sorted by platform, campaign, date and metric.
    """
    rules = rules or AnomalyRules()
    warm_up = max(rules.level_days, rules.conversion_level_days)
    days = rules.judge_days + 7 * rules.training_weeks + warm_up
    panel = build_panel(daily, _COLUMNS, as_of - timedelta(days=days - 1), as_of)
    if panel.keys.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    group = panel.keys["platform"].rank("dense").cast(pl.Int64).to_numpy().astype(np.intp) - 1
    case = _Case(
        panel, _Usual.of(panel, rules.judge_days), _currencies(daily, panel),
        _mature(panel, mature_after_days or {}, rules), rules, severity,
    )  # fmt: skip
    flagged = []
    for metric in METRICS:
        flagged += case.flag(metric, score_metric(metric, panel, group, rules.judge_days, rules))
    return pl.DataFrame(flagged, schema=SCHEMA).sort("platform", "campaign_id", "date", "metric")


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

    @property
    def daily_spend(self) -> Floats:
        """Spend a day with delivery."""
        return self.spend / self.days


@dataclass(frozen=True, slots=True)
class _Case:
    """What the judged days are held against. ``mature``: campaigns x judged days whose conversions are known."""

    panel: DayPanel
    usual: _Usual
    currencies: list[str]
    mature: Mask
    rules: AnomalyRules
    severity: SeverityRules

    def flag(self, metric: AnomalyMetric, scores: Scores) -> list[dict[str, object]]:
        """Rows of the table for the days of ``metric`` that are far off and matter."""
        money = self._money(metric, scores)
        flagged = self._is_far(metric, scores) & self._is_worth_it(money)
        return [self._row(metric, scores, money, int(c), int(d)) for c, d in zip(*np.nonzero(flagged), strict=True)]

    def _is_far(self, metric: AnomalyMetric, scores: Scores) -> Mask:
        """By the score and by the relative change, where all figures are known."""
        with np.errstate(invalid="ignore"):
            far = np.abs(scores.score) >= self.rules.threshold
            far &= np.abs(scores.observed - scores.expected) >= self.rules.least_change * scores.expected
        far &= np.isfinite(scores.expected) & np.isfinite(scores.high) & np.isfinite(scores.observed)
        return far & self.mature if metric == "conversions" else far

    def _is_worth_it(self, money: Floats) -> Mask:
        least = np.array([self.rules.least_money.get(currency, 0.0) for currency in self.currencies])
        with np.errstate(invalid="ignore"):
            wanted = np.maximum(self.rules.least_money_share * self.usual.daily_spend, least)
            return np.asarray(money >= wanted[:, None])

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

    def _row(self, metric: AnomalyMetric, scores: Scores, money: Floats, c: int, d: int) -> dict[str, object]:
        platform, campaign_id = self.panel.keys.row(c)
        day, currency = self.panel.day(self._column(d)), self.currencies[c]
        observed, expected, low, high, score = (
            float(values[c, d]) for values in (scores.observed, scores.expected, scores.low, scores.high, scores.score)
        )
        effect, usual_spend = float(money[c, d]), float(self.usual.daily_spend[c])
        explanation = explain(metric, day, observed, expected, (low, high), currency)
        return {
            "platform": platform, "campaign_id": campaign_id, "date": day, "metric": metric, "observed": observed,
            "expected": expected, "low": low, "high": high, "score": score,
            "direction": "up" if observed > expected else "down",
            "severity": anomaly_severity(effect, usual_spend, score, currency, self.severity).value,
            "money_effect": effect, "explanation": explanation + self._effect_on_cpa(c, d),
        }  # fmt: skip

    def _effect_on_cpa(self, c: int, d: int) -> str:
        """A sentence on the day's CPA; empty where its conversions are not known yet."""
        if not self.mature[c, d]:
            return ""
        at, usual = self._column(d), self.usual
        before = (float(usual.spend[c]), float(usual.clicks[c]), float(usual.conversions[c]))
        spend, clicks, sales = (float(self.panel[name][c, at]) for name in ("spend", "clicks", "conversions"))
        change = decompose_cpa(before, (spend, clicks, sales))
        return "" if change is None else f" {explain_cpa(change, self.currencies[c])}"

    def _column(self, d: int) -> int:
        """The panel's column of a judged day."""
        return int(self.panel.has_row.shape[1]) - self.rules.judge_days + d


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
