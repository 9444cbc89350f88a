"""From daily rows to flagged days: scores, the rules of what matters, and the table. Statistics live beside it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy import special

from adops_pipeline.domain.anomalies.changes import Change, Changes, read_changes
from adops_pipeline.domain.anomalies.decomposition import decompose_cpa
from adops_pipeline.domain.anomalies.events import mark_events
from adops_pipeline.domain.anomalies.occasions import Occasions, read_occasions
from adops_pipeline.domain.anomalies.outages import Stops, conversion_stops, delivery_stops
from adops_pipeline.domain.anomalies.report import (
    KEY,
    SCHEMA,
    explain,
    explain_changes,
    explain_conversion_stop,
    explain_cpa,
    explain_delivery_stop,
    explain_occasion,
    own_cause,
)
from adops_pipeline.domain.anomalies.rules import METRICS, AnomalyRules
from adops_pipeline.domain.anomalies.scoring import Scores, score_metric
from adops_pipeline.domain.anomalies.verdict import anomaly_severity
from adops_pipeline.domain.day_panel import DayPanel, Floats, Mask, build_panel, numbered
from adops_pipeline.domain.maturity import MaturityCurves
from adops_pipeline.domain.tables.anomalies import AnomalyMetric
from adops_pipeline.domain.verdict import DEFAULT_SEVERITY, SeverityRules
from adops_pipeline.domain.vocabulary import CampaignStatus

_COLUMNS = ("spend", "impressions", "clicks", "conversions")
_LEAST_PROBABILITY = 1e-300


def detect_anomalies(
    daily: pl.DataFrame,
    as_of: date,
    curves: MaturityCurves | Mapping[str, int] | None = None,
    rules: AnomalyRules | None = None,
    severity: SeverityRules = DEFAULT_SEVERITY,
    campaigns: pl.DataFrame | None = None,
    changes: pl.DataFrame | None = None,
    calendar: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Anomalies of the last ``rules.judge_days`` days up to ``as_of`` (the last complete day), by campaign and day.

    ``daily`` has a row per platform, campaign_id and date with spend, impressions, clicks and conversions, and may have
    account_id and currency. A day without a row is one on which nothing was delivered. Conversions are judged where
    ``curves`` say that nearly all of the day's are known (a mapping gives the age by platform; 1 is ``as_of``); a stop
    is judged by the share that is known. ``campaigns`` (platform, campaign_id, status, end_date) tells which may
    deliver; without it stops of delivery are not judged. ``changes`` (columns of ``changes.CHANGES``) are the buyers'
    own changes, ``calendar`` (rows of `calendar_days`) the accounts' events: what follows from either is expected.
    ``severity`` grades the verdicts.
    Columns are those of ``report.SCHEMA``, rows sorted by platform, campaign, date and metric.
    """
    rules = rules or AnomalyRules()
    warm_up = max(rules.level_days, rules.conversion_level_days)
    days = rules.judge_days + 7 * rules.training_weeks + warm_up
    panel = build_panel(daily, _COLUMNS, as_of - timedelta(days=days - 1), as_of)
    if panel.keys.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    group = numbered(panel.keys["platform"])
    accounts = _labels(daily, panel, "account_id")
    occasions = read_occasions(calendar, panel, accounts, rules.judge_days)
    case = Case(
        panel, Usual.of(panel, rules), accounts, _labels(daily, panel, "currency"),
        _mature(panel, curves, rules), rules, severity, read_changes(changes, campaigns, panel), occasions,
    )  # fmt: skip
    flagged, moved = [], []
    for metric in METRICS:
        paths = case.changes.paths(metric) if case.changes else None
        shifts = occasions.shifts.get(metric) if occasions else None
        scores = score_metric(metric, panel, group, rules.judge_days, rules, paths, shifts)
        flagged += case.flag(metric, scores)
        moved.append(case.moved(metric, scores))
    stops = conversion_stops(panel, _known_share(panel, as_of, curves, rules), group, rules.judge_days, rules)
    flagged += case.stopped("conversions", stops)
    if campaigns is not None:
        flagged += case.stopped(
            "spend", delivery_stops(panel, _active(panel, campaigns, as_of), rules.judge_days, rules, case.changes)
        )
    # A stop is more informative than an unusual day.
    rows = pl.DataFrame(flagged, schema=SCHEMA).unique(KEY, keep="last", maintain_order=True)
    return mark_events(rows, pl.concat(moved), _delivering(case), rules).select(list(SCHEMA)).sort(KEY)


@dataclass(frozen=True, slots=True)
class Usual:
    """Sums over the days before the judged ones, per campaign, and how many of those days had delivery."""

    spend: Floats
    impressions: Floats
    clicks: Floats
    conversions: Floats
    days: Floats

    @classmethod
    def of(cls, panel: DayPanel, rules: AnomalyRules) -> "Usual":
        """The sums of the panel's campaigns."""
        # A campaign without earlier days is compared with all its days.
        young = panel.has_row[:, : -rules.judge_days].sum(axis=1) < rules.least_training_days
        counted = np.ones(panel.has_row.shape, bool)
        counted[~young, -rules.judge_days :] = False
        spend, impressions, clicks, conversions = ((panel[name] * counted).sum(axis=1) for name in _COLUMNS)
        days = np.maximum((panel.has_row & counted).sum(axis=1), 1).astype(np.float64)
        return cls(spend, impressions, clicks, conversions, days)

    def price(self, of: Floats) -> Floats:
        """Spend per one of ``of``; 0 where there was none."""
        return np.divide(self.spend, of, out=np.zeros_like(self.spend), where=of > 0)

    @property
    def daily_spend(self) -> Floats:
        """Spend a day with delivery."""
        return self.spend / self.days


@dataclass(frozen=True, slots=True)
class Case:
    """What the judged days are compared with. ``mature``: campaigns x judged days whose conversions are known."""

    panel: DayPanel
    usual: Usual
    accounts: list[str]
    currencies: list[str]
    mature: Mask
    rules: AnomalyRules
    severity: SeverityRules
    changes: Changes | None
    occasions: Occasions | None

    def flag(self, metric: AnomalyMetric, scores: Scores) -> list[dict[str, object]]:
        """Rows of the table for the days of ``metric`` that are far off and matter."""
        money = self._money(metric, scores)
        flagged = self._is_far(metric, scores) & self._is_worth_it(money)
        return [self._row(metric, scores, money, int(c), int(d)) for c, d in zip(*np.nonzero(flagged), strict=True)]

    def moved(self, metric: AnomalyMetric, scores: Scores) -> pl.DataFrame:
        """Campaigns and days on which ``metric`` is half as far off as where it is flagged, or more."""
        with np.errstate(invalid="ignore"):
            far = np.abs(scores.score) >= 0.5 * self.rules.threshold
        c, d = np.nonzero(far & self.mature if metric == "conversions" else far)
        return self.panel.keys[c].select(
            pl.col("platform", "campaign_id").cast(pl.String),
            pl.Series("account_id", self.accounts, pl.String).gather(c),
            pl.Series("date", [self.panel.day(self._column(day)) for day in range(self.rules.judge_days)]).gather(d),
            pl.lit(metric).alias("metric"),
            pl.when(pl.Series(scores.score[c, d] > 0)).then(pl.lit("up")).otherwise(pl.lit("down")).alias("direction"),
        )

    def stopped(self, metric: AnomalyMetric, stops: Stops) -> list[dict[str, object]]:
        """Rows of the table for the days on which ``metric`` has stopped and that matter."""
        lost = (stops.expected - stops.observed) * self._worth(metric)
        found = stops.found & self._is_worth_it(lost)
        return [self._stop_row(metric, stops, int(c), int(d)) for c, d in zip(*np.nonzero(found), strict=True)]

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
        return np.asarray(np.abs(scores.observed - scores.expected) * self._worth(metric))

    def _worth(self, metric: AnomalyMetric) -> Floats:
        """Money that one of ``metric`` is worth at the usual prices; broadcasts to campaigns x judged days."""
        usual, last = self.usual, slice(-self.rules.judge_days, None)
        worth = {
            "spend": np.ones((len(usual.days), 1)),
            "impressions": usual.price(usual.impressions)[:, None],
            "ctr": usual.price(usual.clicks)[:, None] * self.panel["impressions"][:, last],
            "cpc": self.panel["clicks"][:, last],
            "conversions": usual.price(usual.conversions)[:, None],
        }[metric]
        return np.asarray(worth)

    def _row(self, metric: AnomalyMetric, scores: Scores, money: Floats, c: int, d: int) -> dict[str, object]:
        currency = self.currencies[c]
        observed, expected, low, high, score = (
            float(values[c, d]) for values in (scores.observed, scores.expected, scores.low, scores.high, scores.score)
        )
        text = explain(metric, self.panel.day(self._column(d)), observed, expected, (low, high), currency)
        figures = {"observed": observed, "expected": expected, "low": low, "high": high, "score": score}
        text += self._effect_on_cpa(c, d)
        return self._described(metric, figures, float(money[c, d]), text, self._column(d), c, d)

    def _stop_row(self, metric: AnomalyMetric, stops: Stops, c: int, d: int) -> dict[str, object]:
        """A day within a stop: its own figures; the explanation has those of the whole stop."""
        since, days = self.panel.day(int(stops.since[c, d])), self._column(d) - int(stops.since[c, d]) + 1
        observed, total = float(self.panel[metric][c, self._column(d)]), float(stops.expected[c, d])
        expected = total / days
        if metric == "spend":
            text, cause = explain_delivery_stop(since, days, total, self.currencies[c]), "delivery-stopped"
        else:
            text, cause = explain_conversion_stop(since, days, float(stops.observed[c, d]), total), "tracking-stopped"
        low, high = 0.0, expected + self.rules.threshold * math.sqrt(expected)
        score = float(special.ndtri(max(stops.probability[c, d], _LEAST_PROBABILITY)))
        figures = {"observed": observed, "expected": expected, "low": low, "high": high, "score": score}
        worth = float(np.broadcast_to(self._worth(metric), stops.found.shape)[c, d])
        money = max(expected - observed, 0.0) * worth
        return self._described(metric, figures, money, text, int(stops.since[c, d]), c, d) | {"cause": cause}

    def _described(
        self,
        metric: AnomalyMetric,
        figures: Mapping[str, float],
        money: float,
        explanation: str,
        since: int,
        c: int,
        d: int,
    ) -> dict[str, object]:
        """The row of a flagged day; ``since`` is the panel's column of the first day of what was found."""
        platform, campaign_id = self.panel.keys.row(c)
        currency, daily_spend = self.currencies[c], float(self.usual.daily_spend[c])
        own: tuple[Change, ...] = self.changes.shown(c, since) if self.changes else ()
        is_up = figures["observed"] > figures["expected"]
        day = self.panel.day(self._column(d))
        occasion = self.occasions.name(platform, self.accounts[c], day) if self.occasions else None
        return {
            "platform": platform, "account_id": self.accounts[c], "campaign_id": campaign_id,
            "date": day, "metric": metric, "currency": currency, **figures,
            "direction": "up" if is_up else "down",
            "severity": anomaly_severity(money, daily_spend, figures["score"], currency, self.severity).value,
            "money_effect": money, "cause": own_cause(own, metric, up=is_up),
            "occasion": occasion,
            "explanation": explanation + explain_changes(own, currency) + explain_occasion(occasion),
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


def _mature(panel: DayPanel, curves: MaturityCurves | Mapping[str, int] | None, rules: AnomalyRules) -> Mask:
    """Campaigns x judged days: whether the day's conversions are known."""
    age = np.arange(rules.judge_days, 0, -1)
    platforms = panel.keys["platform"]
    needed = {name: _mature_after(curves, name, rules) for name in platforms.unique().to_list()}
    return np.asarray(age[None, :] >= np.array([needed[name] for name in platforms.to_list()])[:, None])


def _mature_after(curves: MaturityCurves | Mapping[str, int] | None, platform: str, rules: AnomalyRules) -> int:
    if isinstance(curves, MaturityCurves):
        return curves.mature_after_days(platform)
    return (curves or {}).get(platform, rules.default_mature_after_days)


def _known_share(
    panel: DayPanel, as_of: date, curves: MaturityCurves | Mapping[str, int] | None, rules: AnomalyRules
) -> Floats:
    """Campaigns x days of the panel: the share of conversions that is surely reported by now, by the curve's lower end.

    Without curves, all of a day that is mature and nothing of a younger one.
    """
    columns = panel.has_row.shape[1]
    age, shares = np.arange(columns, 0, -1), {}
    for platform in panel.keys["platform"].unique().to_list():
        if isinstance(curves, MaturityCurves):
            known = curves.shares(platform, "share_low")
            shares[platform] = known[np.minimum(age, len(known)) - 1]
        else:
            shares[platform] = (age >= _mature_after(curves, platform, rules)).astype(np.float64)
    return np.array([shares[platform] for platform in panel.keys["platform"].to_list()])


def _active(panel: DayPanel, campaigns: pl.DataFrame, as_of: date) -> Mask:
    """Which of the panel's campaigns may deliver on ``as_of``."""
    is_open = pl.col("end_date").is_null() | (pl.col("end_date") >= as_of)
    may = campaigns.select(
        pl.col("platform").cast(pl.String),
        pl.col("campaign_id").cast(pl.String),
        ((pl.col("status") == CampaignStatus.ACTIVE.value) & is_open).alias("may"),
    )
    found = panel.keys.join(may, on=["platform", "campaign_id"], how="left", maintain_order="left")
    return np.asarray(found["may"].fill_null(value=False).to_numpy(), dtype=np.bool_)


def _delivering(case: Case) -> pl.DataFrame:
    """How many campaigns of each account have delivered within the judged days or the week before."""
    lately = case.panel.has_row[:, -case.rules.judge_days - 7 :].any(axis=1)
    rows = case.panel.keys.select("platform").with_columns(pl.Series("account_id", case.accounts, pl.String))
    return rows.filter(pl.Series(lately)).group_by("platform", "account_id").agg(pl.len().alias("campaigns"))


def _labels(daily: pl.DataFrame, panel: DayPanel, column: str) -> list[str]:
    """``column`` of each of the panel's campaigns; empty where ``daily`` has no such column."""
    if column not in daily.columns:
        return [""] * panel.keys.height
    known = daily.group_by(pl.col("platform").cast(pl.String), pl.col("campaign_id").cast(pl.String)).agg(
        pl.col(column).cast(pl.String).max()
    )
    joined = panel.keys.join(known, on=["platform", "campaign_id"], how="left", maintain_order="left")
    return [str(c) for c in joined[column].fill_null("").to_list()]
