"""A budget test tells what it promises: its error is that of the elasticity which two simulated weeks show."""

from dataclasses import replace

import numpy as np
import pytest

from adops_pipeline.domain.allocation.budget_test import BudgetTests, design_tests
from adops_pipeline.domain.allocation.demand import shared_demand
from adops_pipeline.domain.allocation.fitting import fit_curves
from adops_pipeline.domain.allocation.weeks import sum_weeks
from adops_pipeline_tests.domain.allocation.worlds import Account


def designed(scatter: float = 1.0, max_step_change: float | None = 0.2) -> BudgetTests:
    """Tests of campaigns at EUR 100 a day whose weeks vary by ``scatter`` times the variance of the simulated ones."""
    account = Account()
    panel = account.panel()
    weeks = sum_weeks(panel, panel.conversions)
    fit = fit_curves(weeks, shared_demand(weeks, panel.account, panel.group), panel.group)
    fit = replace(fit, dispersion=fit.dispersion * scatter)
    return design_tests(np.full(8, 10_000, dtype=np.int64), fit, max_step_change)


def test_the_error_promised_is_that_of_simulated_tests() -> None:
    tests = designed()
    high, low = tests.high[0] / 100, tests.low[0] / 100
    rng = np.random.default_rng(3)
    week = [rng.poisson(7 * 3.0 * spend**0.5, 4000) for spend in (high, low)]
    found = np.log(week[0] / week[1]) / np.log(high / low)
    assert found.mean() == pytest.approx(0.5, abs=0.02)
    assert tests.elasticity_error.mean() == pytest.approx(found.std(), rel=0.25)


def test_a_steady_campaign_needs_a_smaller_step_and_none_goes_beyond_the_allowed_one() -> None:
    steady, wild = designed(0.1, 0.3), designed(5.0, 0.3)
    assert (steady.high == 12_000).all()
    assert (steady.elasticity_error <= 0.2).all()
    assert (wild.high == 13_000).all()
    assert (wild.low == 7_000).all()
    assert (wild.elasticity_error > 0.2).all()
    assert (designed(5.0).high == 12_000).all()
    assert (designed(5.0, None).high == 12_000).all()
    assert (designed(5.0, 0.05).high == 10_500).all()
