"""What the market says of itself is so: curves, weekday weights, planted anomalies and tests show in its figures."""

import math
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from statistics import mean, median

import numpy as np
import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market, MarketDay, PlantedAnomaly, PlantedExperiment
from adops_pipeline_tests.sandbox.market.conftest import NOW

START, END = date(2025, 1, 1), date(2026, 9, 30)
LATER = datetime(2027, 6, 1, tzinfo=UTC)
History = dict[str, dict[date, MarketDay]]


@pytest.fixture(scope="module")
def history(market: Market) -> History:
    """Final campaign days by campaign and date."""
    days: History = defaultdict(dict)
    for platform in Platform:
        for account in market.accounts(platform):
            for row in market.campaign_days(account.account_id, START, END, LATER):
                days[row.campaign_id][row.date] = row
    return days


def struck(market: Market) -> set[tuple[str, date]]:
    return {(a.campaign_id, a.date) for a in (*market.truth.anomalies, *market.truth.ad_group_anomalies)}


def test_purchases_scatter_round_the_response_curve(market: Market, history: History) -> None:
    planted, errors, seen, expected = struck(market), [], 0.0, 0.0
    for campaign_id, days in history.items():
        pairs = [
            (float(r.conversions), market.truth.expected_conversions(campaign_id, r.spend, d))
            for d, r in days.items()
            if (campaign_id, d) not in planted
        ]
        total, mu = sum(c for c, _ in pairs), sum(m for _, m in pairs)
        seen, expected = seen + total, expected + mu
        if mu > 2000:
            errors.append(total / mu - 1)
    assert seen / expected == pytest.approx(1.0, abs=0.005)
    assert len(errors) > 25
    assert max(map(abs, errors)) < 0.03


def test_expected_conversions_follow_hill_weekday_and_trend(market: Market) -> None:
    truth = market.truth
    campaign_id, curve = next(iter(truth.curves.items()))
    assert curve.conversions(curve.half_saturation) == pytest.approx(curve.beta / 2)
    assert curve.conversions(0.0) == 0.0
    monday = truth.first_day
    weights = truth.conversion_weekday_weights[truth.campaign_platform[campaign_id]]
    at_first = truth.expected_conversions(campaign_id, curve.half_saturation, monday)
    assert at_first == pytest.approx(curve.beta / 2 * weights[monday.weekday()])
    four_years = truth.expected_conversions(campaign_id, curve.half_saturation, monday + timedelta(days=1461))
    ratio = (1 + truth.trend[campaign_id]) ** 4 * weights[(monday.weekday() + 1461) % 7] / weights[monday.weekday()]
    assert four_years / at_first == pytest.approx(ratio)
    assert all(0.7 <= c.slope <= 1.6 for c in truth.curves.values())


def test_spend_varies_enough_to_show_a_curve(history: History) -> None:
    spreads = []
    for days in history.values():
        recent = [math.log(r.spend) for d, r in days.items() if d > END - timedelta(days=120) and r.spend > 0]
        if len(recent) > 100:
            spreads.append(float(np.std(recent)))
    assert len(spreads) > 30
    assert median(spreads) > 0.12


def test_spend_has_the_weekday_habit_that_truth_tells(market: Market, history: History) -> None:
    errors = []
    for campaign_id, days in history.items():
        if len(days) < 600:
            continue
        by_weekday = [mean(float(r.spend) for d, r in days.items() if d.weekday() == w) for w in range(7)]
        level = mean(by_weekday)
        errors += [s / level - w for s, w in zip(by_weekday, market.truth.weekday_weights[campaign_id], strict=True)]
    assert len(errors) > 200
    assert float(np.sqrt(np.mean(np.square(errors)))) < 0.025


def test_a_known_budget_change_moves_the_spend(market: Market, history: History) -> None:
    logs = []
    for change in market.truth.budget_changes:
        days = history.get(change.campaign_id, {})
        week = [change.date + timedelta(days=n) for n in range(-7, 7)]
        if all(d in days and (change.campaign_id, d) not in struck(market) for d in week):
            before, after = (sum(float(days[d].spend) for d in part) for part in (week[:7], week[7:]))
            logs.append((math.log(change.factor), math.log(after / before)))
        if len(logs) == 150:
            break
    told, seen = np.array(logs).T
    assert np.corrcoef(told, seen)[0, 1] > 0.9


def test_any_four_months_hold_anomalies_and_each_kind(market: Market) -> None:
    day = START
    while day < date(2028, 1, 1):
        window = [a for a in market.truth.anomalies if day <= a.date < day + timedelta(days=120)]
        assert len(window) >= 12
        assert {(a.metric, a.direction) for a in window} == {
            ("spend", "up"),
            ("spend", "down"),
            ("ctr", "down"),
            ("cpc", "up"),
            ("conversions", "down"),
        }
        day += timedelta(days=17)


def metric_of(row: MarketDay, metric: str) -> float:
    if metric == "ctr":
        return row.clicks / row.impressions
    if metric == "cpc":
        return float(row.spend) / row.clicks
    return float(row.spend if metric == "spend" else row.conversions)


def strength(anomaly: PlantedAnomaly, days: dict[date, MarketDay]) -> float:
    """The metric on the day over its median on the week round it."""
    near = [anomaly.date + timedelta(days=n) for n in (-4, -3, -2, -1, 1, 2, 3, 4)]
    usual = median(metric_of(days[d], anomaly.metric) for d in near if d in days)
    return metric_of(days[anomaly.date], anomaly.metric) / usual


def test_every_planted_anomaly_shows_in_the_figures(market: Market, history: History) -> None:
    due = [a for a in market.truth.anomalies if START < a.date < END]
    assert len(due) >= 100
    for anomaly in due:
        seen = strength(anomaly, history[anomaly.campaign_id])
        if anomaly.direction == "up":
            assert seen > 1.35, anomaly
        else:
            assert seen < 0.5, anomaly
        if anomaly.metric == "conversions":
            assert seen == 0.0


def test_an_ad_groups_lost_pixel_leaves_the_other_ad_groups_alone(market: Market) -> None:
    for anomaly in [a for a in market.truth.ad_group_anomalies if START < a.date < END][:6]:
        rows = market.ad_group_days(anomaly.account_id, anomaly.date, anomaly.date, LATER)
        mine = {r.ad_group_id: r for r in rows if r.campaign_id == anomaly.campaign_id}
        assert mine[anomaly.ad_group_id or ""].conversions == 0
        assert mine[anomaly.ad_group_id or ""].spend > 0
        assert sum(r.conversions for r in mine.values()) > 0


def arms(market: Market, test: PlantedExperiment) -> tuple[list[MarketDay], list[MarketDay]]:
    rows = market.ad_group_days(test.account_id, test.start, test.end, LATER)
    return (
        [r for r in rows if r.ad_group_id == test.ad_group_a],
        [r for r in rows if r.ad_group_id == test.ad_group_b],
    )


def lift(market: Market, test: PlantedExperiment) -> float:
    values = []
    for arm in arms(market, test):
        spend, conversions = sum(float(r.spend) for r in arm), sum(float(r.conversions) for r in arm)
        clicks, impressions = sum(r.clicks for r in arm), sum(r.impressions for r in arm)
        values.append(clicks / impressions if test.metric == "ctr" else spend / conversions)
    return values[1] / values[0] - 1


def test_planted_tests_have_their_lifts(market: Market) -> None:
    done = [e for e in market.truth.experiments if e.start > START and e.end < END]
    assert {(e.metric, e.true_lift) for e in done} == {
        ("ctr", 0.12), ("ctr", -0.09), ("ctr", 0.0), ("cpa", -0.20), ("cpa", 0.18)
    }  # fmt: skip
    for test in done:
        assert lift(market, test) == pytest.approx(test.true_lift, abs=0.03 if test.metric == "ctr" else 0.12)


def test_a_tests_arms_get_impressions_by_a_fair_coin(market: Market) -> None:
    scores = []
    for test in market.truth.experiments:
        if test.start > START and test.end < END:
            a, b = (sum(r.impressions for r in arm) for arm in arms(market, test))
            scores.append((a - b) / math.sqrt(a + b))
    assert len(scores) >= 25
    assert max(map(abs, scores)) < 3.9
    assert 0.6 < float(np.std(scores)) < 1.4


def test_tests_always_run_and_the_last_sixty_days_hold_known_lifts(market: Market) -> None:
    for n in range(0, 700, 13):
        today = START + timedelta(days=n)
        running = [e for e in market.truth.experiments if e.start <= today <= e.end]
        assert len(running) == 3
        assert sum(e.true_lift == 0.0 for e in running) == 1
        assert any((today - e.start).days >= 27 for e in running if e.true_lift != 0.0)
    ids = {g.ad_group_id for a in market.accounts(Platform.GOOGLE_ADS) for g in market.ad_groups(a.account_id, NOW)}
    google = [e for e in market.truth.experiments if e.platform is Platform.GOOGLE_ADS]
    assert {i for e in google for i in (e.ad_group_a, e.ad_group_b)} <= ids
