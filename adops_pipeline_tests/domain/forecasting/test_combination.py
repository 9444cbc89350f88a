"""Weights of combined forecasts: those of the least combined error, found exactly; few scores move them little."""

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, minimize

from adops_pipeline.domain.forecasting.combination import (
    drawn_to_usual,
    simplex_least_squares,
    single_weights,
    stacked_weights,
)
from adops_pipeline.domain.forecasting.outlook import VARIANTS, Floats

MANY = 100_000
EQUAL = np.full(3, 1 / 3)


@pytest.mark.parametrize("seed", range(12))
def test_weights_are_those_that_a_general_solver_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 10))
    root = rng.normal(size=(count + 3, count))
    square, linear = root.T @ root, rng.normal(size=count) * 3
    start = np.full(count, 1 / count) if seed % 2 else np.eye(count)[0]

    def loss(weights: Floats) -> float:
        return float(weights @ square @ weights / 2 - weights @ linear)

    whole = LinearConstraint(np.ones((1, count)), [1.0], [1.0])
    peer = minimize(loss, np.full(count, 1 / count), bounds=Bounds(0.0, 1.0), constraints=whole, tol=1e-12)
    found = simplex_least_squares(square, linear, start)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)
    assert found == pytest.approx(peer.x, abs=1e-4)
    assert loss(found) <= peer.fun + 1e-9


def test_forecasts_that_err_in_opposite_ways_are_combined_though_a_third_is_better_than_either() -> None:
    rng = np.random.default_rng(1)
    shared, own = rng.normal(0, 0.2, MANY), rng.normal(0, 0.03, (MANY, 3))
    errors = np.column_stack((shared, -shared, rng.normal(0, 0.1, MANY))) + own
    weights = stacked_weights(errors[:2000], EQUAL, MANY)
    assert weights[:2] == pytest.approx([0.46, 0.46], abs=0.05)
    alone = single_weights(np.abs(errors).sum(axis=0)[None], np.array([float(MANY)]))
    assert alone[2] > 0.99
    assert np.abs(errors @ weights).mean() < 0.4 * np.abs(errors @ alone).mean()


def test_absolute_errors_decide_not_squares() -> None:
    """The first forecast misses by little on most days and by much on few; the second by a middling amount always."""
    often = np.arange(2000) % 10 > 0
    errors = np.column_stack((np.where(often, 0.01, 0.6), np.full(2000, 0.15)))
    assert np.square(errors).mean(axis=0)[0] > np.square(errors).mean(axis=0)[1]
    assert stacked_weights(errors, EQUAL[:2] * 1.5, MANY)[0] > 0.9


def test_few_scores_move_the_prior_little_and_many_leave_little_of_it() -> None:
    rng = np.random.default_rng(2)
    errors = rng.normal(0, [0.1, 0.3, 0.3], (2000, 3))
    prior = np.array([0.0, 0.5, 0.5])
    few, many = (stacked_weights(errors[:n], prior, n) for n in (8, 2000))
    assert few[0] < 0.5
    assert many[0] > 0.65


def test_an_account_begins_with_the_usual_weights_and_comes_to_those_of_its_own_record() -> None:
    own = np.where(np.arange(len(VARIANTS)) == VARIANTS.index("level over 120 days"), 0.87, 0.01)
    first, some, many = (drawn_to_usual(own, 7, independent) for independent in (0.0, 30.0, 3000.0))
    assert [part.sum() for part in (first, some, many)] == pytest.approx([1.0, 1.0, 1.0])
    # As many scores as the usual weights count for: half of the way, in proportion.
    assert some == pytest.approx(np.sqrt(first * own) / np.sqrt(first * own).sum())
    assert many == pytest.approx(own, rel=0.1)
    # The further ahead, the more past says where the level will be.
    long = [VARIANTS.index(f"{name} over thirty weeks") for name in ("level", "growth")]
    short = [VARIANTS.index(name) for name in ("level over 2 days", "level since it moved")]
    weeks, month, longest = (drawn_to_usual(own, days, 0.0) for days in (7, 20, 28))
    assert weeks[long].sum() < month[long].sum() < longest[long].sum()
    assert weeks[short].sum() > month[short].sum() > longest[short].sum()
    # With a yearly season there are two forecasts of each kind.
    assert drawn_to_usual(np.full(2 * len(VARIANTS), 1 / 28), 7, 0.0) == pytest.approx(np.tile(first, 2) / 2)


def test_disasters_of_one_forecast_do_not_outweigh_the_rest() -> None:
    errors = np.column_stack((np.full(1000, 0.05), np.full(1000, 0.1)))
    errors[::50, 0] = 30.0
    assert stacked_weights(errors, EQUAL[:2] * 1.5, MANY)[0] > 0.9


def test_errors_are_not_changed_however_they_lie_in_memory() -> None:
    errors = np.asfortranarray(np.random.default_rng(3).normal(0, [0.5, 2.0], (100, 2)))
    given = errors.copy()
    stacked_weights(errors, EQUAL[:2] * 1.5, 100)
    assert (errors == given).all()
