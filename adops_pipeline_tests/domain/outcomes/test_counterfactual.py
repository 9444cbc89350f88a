"""Point estimates against statsmodels and by hand, errors against HAC errors, and which campaigns are compared with."""

import numpy as np
import pytest

from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.outcomes import Measurement
from adops_pipeline.domain.outcomes.counterfactual import _RIDGE, _weights, expect_change
from adops_pipeline.domain.outcomes.windows import MetricDays, MetricSums, Windows, lay_windows, placebo_dates
from adops_pipeline_tests.deferred import Deferred
from adops_pipeline_tests.domain.outcomes.worlds import (
    AT,
    DAYS,
    change,
    conversions_outcome,
    correlated,
    others,
    panel,
    world,
)

sm = Deferred("statsmodels.api")


def windows(counts: Floats, *, has_long: bool = True, changed: int = 0) -> Windows:
    mask = np.zeros(counts.shape, dtype=np.bool_)
    mask[changed, AT] = True
    days = MetricDays(counts, None, np.ones_like(counts), counts, mask, count_in_numerator=True)
    return lay_windows(MetricSums(days), placebo_dates(AT, 84), has_long=has_long)


def test_without_deviations_it_is_difference_in_differences_of_statsmodels() -> None:
    # Only the days after differ, so that levels and deviations are equal and all controls weigh the same.
    rng = np.random.default_rng(3)
    counts = np.full((12, DAYS), 50.0)
    counts[:, AT + 1 :] *= np.exp(0.2 * rng.standard_normal((12, 1)))
    found = expect_change(windows(counts), 0, np.ones(12, dtype=np.bool_))
    assert found is not None
    log = np.log(np.stack([counts[:, AT - 28 : AT].sum(1) + 0.5, counts[:, AT + 1 : AT + 15].sum(1) + 0.5]))
    log -= np.log([[28.0], [14.0]])
    treated, after = np.tile(np.arange(12) == 0, 2), np.repeat([0.0, 1.0], 12)
    design = np.column_stack([np.ones(24), treated, after, treated * after])
    fitted = sm.OLS(log.ravel(), design).fit()
    assert float(log[1, 0] - log[0, 0]) - found.expected == pytest.approx(fitted.params[3], abs=1e-9)
    assert found.controls == 11


def test_the_adjustment_is_a_weighted_ridge_regression_of_statsmodels_within_dates() -> None:
    counts = np.random.default_rng(4).poisson(world(np.random.default_rng(5), 30)).astype(np.float64)
    laid, row = windows(counts), 0
    found = expect_change(laid, row, np.ones(30, dtype=np.bool_))
    assert found is not None
    rows = np.arange(1, 30)
    weights = _weights(laid, row, rows, 0)
    dates = laid.change.shape[1]
    y, x = laid.change[rows], laid.features[rows]
    weight = np.broadcast_to(weights[:, None], y.shape) * laid.usable[rows]
    dummies = np.broadcast_to(np.eye(dates), (29, dates, dates))
    design = np.concatenate([x, dummies], axis=2).reshape(-1, 2 + dates)
    centred = x - (weight[:, :, None] * x).sum(0) / weight.sum(0)[:, None]
    cross = np.einsum("uw,uwf,uwg->fg", weight, centred, centred)
    ridge = _RIDGE * np.trace(cross) / 2 / weight.sum()
    extra = np.zeros((2, 2 + dates))
    extra[[0, 1], [0, 1]] = 1.0
    fitted = sm.WLS(
        np.concatenate([y.ravel(), [0.0, 0.0]]), np.concatenate([design, extra]),
        weights=np.concatenate([weight.ravel(), [ridge, ridge]]),
    ).fit()  # fmt: skip
    assert found.coefficients == pytest.approx(fitted.params[:2], abs=1e-8)
    assert found.expected == pytest.approx(fitted.params[2] + laid.features[0, 0] @ fitted.params[:2], abs=1e-8)


def test_errors_agree_with_hac_errors_of_the_daily_gap_where_these_are_valid() -> None:
    rng = np.random.default_rng(6)
    shared = 0.2 * correlated(rng, (1, DAYS), 0.9)
    logs = 5 + shared + 0.2 * correlated(rng, (80, DAYS), 0.3)
    counts = np.exp(logs)
    own, hac = [], []
    days = np.r_[AT - 28 : AT, AT + 1 : AT + 15]
    for row in range(40):
        found = expect_change(windows(counts, changed=row), row, np.ones(80, dtype=np.bool_))
        assert found is not None
        own.append(found.half_width / 1.2815515655446004)
        gap = logs[row] - np.delete(logs, row, 0).mean(0)
        fitted = sm.OLS(gap[days], sm.add_constant((days > AT).astype(float)))
        hac.append(fitted.fit(cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}).bse[1])
    assert np.mean(own) == pytest.approx(np.mean(hac), rel=0.15)


def test_controls_are_never_changed_themselves_nor_share_a_budget_nor_are_in_a_test() -> None:
    counts = np.random.default_rng(7).poisson(world(np.random.default_rng(8), 8)).astype(np.float64)
    assert control_count(counts, []) == 7
    for at in (AT - 20, AT, AT + 14):
        assert control_count(counts, [(3, at)]) == 6
    assert control_count(counts, [(3, AT - 60)]) == 7
    budgets = ["shared", "shared", *[None] * 6]
    found = measured(Measurement(panel(counts), others(counts, [(0, AT)], budgets)))
    assert found == 6


def control_count(counts: Floats, changed: list[tuple[int, int]]) -> int:
    found = conversions_outcome(counts, 0, [(0, AT), *changed])
    return 0 if found.estimate is None else found.estimate.controls


def measured(measurement: Measurement) -> int:
    (found,) = measurement.measure(change(0), {}, ("conversions",))
    assert found.estimate is not None
    return found.estimate.controls
