"""Verdicts: what counts as better, how sure it must be, and what is shown beside it."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
from scipy.stats import norm

from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.outcomes import Measurement
from adops_pipeline.domain.outcomes.verdicts import Estimate, judge, primary_metric
from adops_pipeline.domain.tables.outcomes import Action, OutcomeMetric
from adops_pipeline_tests.domain.outcomes.worlds import AT, change, conversions_outcome, others, panel, world


def estimate(effect: float, half_width: float = 0.1, pretrend_p: float | None = 0.5) -> Estimate:
    return Estimate(effect, half_width, 20, pretrend_p, "controls", None, 10.0)


@pytest.mark.parametrize(
    ("metric", "action", "effect", "verdict"),
    [
        ("conversions", "raise_budget", 0.2, "helped"),
        ("cpa", "raise_budget", 0.2, "hurt"),
        ("roas", "cut_budget", -0.2, "hurt"),
        ("spend", "cut_budget", -0.2, "helped"),
        ("spend", "other", -0.2, "unclear"),
        ("conversions", "raise_budget", 0.0, "unclear"),
    ],
)
def test_the_direction_decides(metric: OutcomeMetric, action: Action, effect: float, verdict: str) -> None:
    assert judge(metric, action, estimate(effect), "no-controls").verdict == verdict


def test_helped_needs_a_probability_of_95_percent() -> None:
    at = norm.ppf(0.95) * 0.1 / norm.ppf(0.9)
    assert judge("conversions", "bid_up", estimate(at + 1e-6), "no-controls").verdict == "helped"
    assert judge("conversions", "bid_up", estimate(at - 1e-6), "no-controls").verdict == "unclear"
    for known, verdict in ((0.95, "helped"), (1 - 0.95, "hurt"), (0.94, "unclear"), (0.06, "unclear")):
        assert judge("roas", "bid_up", replace(estimate(0.1), known_above=known), "too-few").verdict == verdict
    assert estimate(0.3).probability_above == pytest.approx(norm.cdf(0.3 / 0.1 * norm.ppf(0.9)))
    assert (estimate(0.0).low, estimate(0.0).high) == pytest.approx((np.expm1(-0.1), np.expm1(0.1)))


@pytest.mark.parametrize(
    ("action", "metric"),
    [("raise_budget", "conversions"), ("bid_up", "conversions"), ("cut_budget", "cpa"), ("pause", "cpa"),
     ("activate", "cpa"), ("create", "cpa"), ("other", "cpa")],
)  # fmt: skip
def test_more_is_judged_by_conversions_and_everything_else_by_their_price(action: Action, metric: str) -> None:
    assert primary_metric(action) == metric


def test_a_difference_before_the_change_makes_it_not_measurable() -> None:
    assert judge("roas", "bid_up", estimate(0.5, pretrend_p=0.009), "no-controls").verdict == "not-measurable"
    assert judge("roas", "bid_up", estimate(0.5, pretrend_p=0.01), "no-controls").verdict == "helped"


def counts(seed: int, campaigns: int = 40) -> Floats:
    return np.random.default_rng(seed).poisson(world(np.random.default_rng([seed]), campaigns)).astype(np.float64)


def test_a_campaign_that_moved_by_itself_before_the_change_shows_in_the_pretrend() -> None:
    days = counts(11)
    days[0, AT - 21 : AT - 7] *= 4.0
    found = conversions_outcome(days, 0, [(0, AT)])
    assert found.estimate is not None
    assert found.estimate.pretrend_p is not None
    assert found.estimate.pretrend_p < 0.01
    assert found.judged.verdict == "not-measurable"
    calm = conversions_outcome(counts(11), 0, [(0, AT)]).estimate
    assert calm is not None
    assert calm.pretrend_p is not None
    assert calm.pretrend_p > 0.05


def test_without_controls_the_own_forecast_stands_in() -> None:
    days = counts(12, 2)
    measurement = Measurement(panel(days), others(days, [(0, AT)]))
    after = float(days[0, AT + 1 : AT + 15].mean())
    (found,) = measurement.measure(change(0), {"conversions": (after / 1.5, 0.1)}, ("conversions",))
    assert found.estimate is not None
    assert (found.estimate.method, found.estimate.controls) == ("own-forecast", 0)
    assert found.estimate.effect == pytest.approx(log(1.5))
    assert found.estimate.error == pytest.approx(0.1)
    assert found.estimate.expected == pytest.approx(after / 1.5)
    (without,) = measurement.measure(change(0), {}, ("conversions",))
    assert (without.estimate, without.judged.verdict) == (None, "not-measurable")


def test_where_the_platform_has_too_few_controls_those_of_others_serve() -> None:
    days = counts(13, 12)
    measurement = Measurement(panel(days, ["meta-ads"] * 2 + ["pinterest"] * 10), others(days, [(0, AT)]))
    (found,) = measurement.measure(change(0), {}, ("conversions",))
    assert found.estimate is not None
    assert (found.estimate.method, found.estimate.controls) == ("controls-of-all-platforms", 11)


def test_ratios_are_measured_as_ratios_of_sums() -> None:
    days = counts(14)
    days[0, AT + 1 :] = np.round(days[0, AT + 1 :] * 4.0)
    shown = panel(days)
    shown.values["spend"][:] = 300.0
    measurement = Measurement(shown, others(days, [(0, AT)]))
    (found,) = measurement.measure(change(0, action="cut_budget"), {}, ("cpa",))
    assert found.after == pytest.approx(300.0 * 14 / days[0, AT + 1 : AT + 15].sum())
    assert found.before == pytest.approx(300.0 * 28 / days[0, AT - 28 : AT].sum())
    assert found.judged.verdict == "helped"
