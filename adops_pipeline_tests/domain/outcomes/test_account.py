"""Pauses and activations: what they do to the account, how often intervals hold, and why some are not measurable."""

from math import exp, expm1, log

import numpy as np
import pytest
from scipy.stats import gamma

from adops_pipeline.domain.day_panel import DayPanel
from adops_pipeline.domain.outcomes import Measurement, Others
from adops_pipeline.domain.outcomes.account import Known, Part, Sums, added, rate_of
from adops_pipeline.domain.outcomes.measure import MetricOutcome
from adops_pipeline.domain.tables.outcomes import Action, OutcomeMetric
from adops_pipeline_tests.domain.outcomes.worlds import AT, DAYS, change, correlated, others, panel, world

METRICS: tuple[OutcomeMetric, ...] = ("spend", "conversions", "revenue", "cpa", "roas")
SPAN = slice(AT + 1, AT + 15)


def market(seed: int, campaigns: int = 60) -> DayPanel:
    """Campaigns whose spend and results vary for reasons of their own, so that their cost per conversion differs."""
    rng = np.random.default_rng(seed)
    spend = 3.0 * world(rng, campaigns)
    worth = np.exp(0.15 * correlated(rng, (campaigns, DAYS), 0.6) + rng.normal(0.0, 0.4, (campaigns, 1)))
    counts = rng.poisson(spend / 3.0 * worth).astype(np.float64)
    found = panel(counts)
    found.values["spend"][:] = spend
    return found


def account(shown: DayPanel) -> Others:
    known = others(shown["conversions"], [])
    sums = {name: shown[name].sum(axis=0) for name in ("spend", "conversions", "revenue")}
    return Others(known.changed, known.currency, known.shared_budget, accounts={("meta-ads", "1"): sums})


def switched(shown: DayPanel, row: int, action: Action) -> dict[str, MetricOutcome]:
    known = account(shown)
    known.changed[row, AT] = True
    found = Measurement(shown, known).measure(change(row, action=action), {}, METRICS)
    return {one.metric: one for one in found}


def stopped(shown: DayPanel, row: int) -> dict[OutcomeMetric, float]:
    """Nothing of the campaign from the change on; the logs of what that does to the account's figures, by the truth."""
    if len(shown["spend"]) == 1:
        shown.values["spend"][row, AT:] = 0.0
        return {}
    whole = [float(shown[name][:, SPAN].sum()) for name in ("spend", "conversions", "revenue")]
    own = [float(shown[name][row, SPAN].sum()) for name in ("spend", "conversions", "revenue")]
    for values in shown.values.values():
        values[row, AT:] = 0.0
    before, after = Sums(*whole), Sums(*whole) - Sums(*own)
    return {metric: log((after.value(metric, 14) or 0) / (before.value(metric, 14) or 1)) for metric in METRICS}


def test_what_a_pause_did_to_the_account_is_within_80_percent_intervals_75_to_85_percent_of_the_time() -> None:
    held: dict[str, list[float]] = {metric: [] for metric in METRICS}
    rng = np.random.default_rng(5)
    for seed in range(24):
        shown = market(seed)
        rows = rng.choice(60, 12, replace=False).tolist()
        for row in rows:
            kept = {name: values[row].copy() for name, values in shown.values.items()}
            truth = stopped(shown, row)
            found = switched(shown, row, "pause")
            for metric in METRICS:
                estimate = found[metric].estimate
                assert estimate is not None
                assert estimate.method == "account"
                held[metric].append((truth[metric] - estimate.effect) / estimate.half_width)
            for name, values in kept.items():
                shown.values[name][row] = values
    for metric in METRICS:
        apart = np.abs(held[metric])
        assert 0.75 <= (apart <= 1).mean() <= 0.85, (metric, (apart <= 1).mean())
        assert abs(np.mean(held[metric])) < 0.15, metric


def dear(factor: float) -> DayPanel:
    """A market whose first campaign pays ``factor`` times as much for a conversion as the others."""
    shown = market(3)
    shown.values["conversions"][0] = np.round(shown.values["conversions"][0] / factor)
    shown.values["revenue"][0] = 40 * shown.values["conversions"][0]
    return shown


@pytest.mark.parametrize(("factor", "verdict"), [(4.0, "helped"), (0.25, "hurt")])
def test_pausing_a_dear_campaign_helped_and_a_cheap_one_hurt(factor: float, verdict: str) -> None:
    shown = dear(factor)
    truth = stopped(shown, 0)
    found = switched(shown, 0, "pause")["cpa"]
    assert found.judged.verdict == verdict
    assert found.estimate is not None
    assert found.estimate.low <= expm1(truth["cpa"]) <= found.estimate.high
    assert "as if the campaign had gone on" in found.judged.reason
    assert found.after is not None
    assert found.estimate.expected == pytest.approx(found.after / (1 + found.estimate.ratio))


@pytest.mark.parametrize("action", ["pause", "raise_budget"])
def test_the_level_of_twelve_weeks_counts_where_nothing_else_was_changed_in_them(action: Action) -> None:
    shown = market(7)
    if action == "pause":
        stopped(shown, 0)

    def effect(*earlier: int) -> float:
        known = account(shown)
        known.changed[0, [AT, *earlier]] = True
        (found,) = Measurement(shown, known).measure(change(0, action=action), {}, ("spend",))
        assert found.estimate is not None
        return found.estimate.effect

    assert effect(AT - 85) == pytest.approx(effect(), abs=5e-4)
    assert effect(AT - 84) != pytest.approx(effect(), abs=2e-3)


def test_an_idle_campaign_is_judged_by_the_conversions_that_its_spend_should_have_brought() -> None:
    shown = market(4)
    for name in ("conversions", "revenue"):
        shown.values[name][0] = 0.0
    usual = float(shown["spend"].sum() / shown["conversions"].sum())
    shown.values["spend"][0] = 6 * usual / 28
    stopped(shown, 0)
    dear = switched(shown, 0, "pause")
    assert dear["cpa"].judged.verdict == "helped"
    known = {metric: one.estimate and one.estimate.known_above for metric, one in dear.items()}
    assert known == dict.fromkeys(METRICS) | {"cpa": pytest.approx(exp(-7), rel=0.2)}
    shown.values["spend"][0, :AT] = usual / 28
    found = switched(shown, 0, "pause")
    assert found["cpa"].judged.verdict == "unclear"
    assert found["roas"].judged.verdict == "not-measurable"


def test_few_conversions_are_weighed_as_a_gamma_posterior_about_the_accounts_own_rate() -> None:
    whole = Sums(1000.0, 100.0, 0.0)
    rate, dearer = rate_of(0, 50.0, whole)
    assert rate.value == pytest.approx(1 / 60)
    assert (rate.low, rate.high) == pytest.approx(tuple(gamma(1, scale=1 / 60).ppf([0.1, 0.9])))
    assert dearer == pytest.approx(1 - exp(-6))
    assert rate_of(0, 0.0, whole)[1] == pytest.approx(1 - exp(-1))
    assert rate_of(1000, 10_000.0, whole)[0].value == pytest.approx(0.1, rel=0.01)


def test_errors_of_spend_and_rate_add_up_by_their_squares() -> None:
    part = Part(Known.of(100.0, 0.01), Known.of(0.05, 0.02), None)
    found = added("conversions", Sums(900.0, 90.0, 0.0), part, 14)
    assert found is not None
    share = 5 / 95
    assert found.effect == pytest.approx(log(95 / 90), rel=1e-3)
    assert found.half_width == pytest.approx(share * np.hypot(0.01, 0.02), rel=1e-3)
    assert added("roas", Sums(900.0, 90.0, 10.0), part, 14) is None


def started(shown: DayPanel, row: int = 0) -> None:
    for values in shown.values.values():
        values[row, :AT] = 0.0


@pytest.mark.parametrize(("factor", "verdict"), [(4.0, "hurt"), (0.25, "helped")])
def test_a_campaign_that_is_switched_on_is_judged_by_what_it_does_to_the_accounts_cost(
    factor: float, verdict: str
) -> None:
    shown = dear(factor)
    started(shown)
    found = switched(shown, 0, "activate")
    estimate = found["cpa"].estimate
    assert found["cpa"].judged.verdict == verdict
    assert estimate is not None
    rest = shown["spend"][1:, SPAN].sum() / shown["conversions"][1:, SPAN].sum()
    assert estimate.expected == pytest.approx(rest)
    assert found["cpa"].after == pytest.approx(shown["spend"][:, SPAN].sum() / shown["conversions"][:, SPAN].sum())
    assert estimate.low <= found["cpa"].after / rest - 1 <= estimate.high
    assert "without the campaign" in found["cpa"].judged.reason


def test_what_cannot_be_measured_says_why() -> None:
    young = market(6)
    known = others(young["conversions"], [(0, AT - 13), (0, AT)])
    (found,) = Measurement(young, known).measure(change(0), {}, ("spend",))
    assert found.judged.reason.startswith("The campaign has no two weeks of days before the change")
    idle = market(6)
    started(idle)
    idle.values["spend"][0] = 0.0
    assert "has not delivered since" in switched(idle, 0, "activate")["cpa"].judged.reason
    alone = market(6, campaigns=1)
    stopped(alone, 0)
    assert "too few conversions" in switched(alone, 0, "pause")["cpa"].judged.reason
    few = market(6, campaigns=3)
    stopped(few, 0)
    assert "Fewer than three" in switched(few, 0, "pause")["cpa"].judged.reason
    shared = market(6)
    stopped(shared, 0)
    known = account(shared)
    known = Others(known.changed, known.currency, ["b", *known.shared_budget[1:]], accounts=known.accounts)
    (found,) = Measurement(shared, known).measure(change(0, action="pause"), {}, ("cpa",))
    assert "shares a budget" in found.judged.reason
