"""The score rule: the specification's weights, its floor, exact sums."""

import numpy as np
import pytest

from adops_pipeline.domain.allocation.heuristic import heuristic_plan, scores


def test_the_score_weighs_roas_trend_and_stability() -> None:
    spend = np.full((3, 28), 100.0)
    revenue = np.stack([np.full(28, 400.0), np.tile([100.0, 300.0], 14), np.repeat([100.0, 300.0], 14)])
    # roas 4, 2, 2; trend 0, 0, 1; stability 1, 0.5, 0.5: each scaled to 0..1.
    assert scores(spend, revenue) == pytest.approx([0.5 + 0.2, 0.1, 0.3])


def test_equal_campaigns_get_equal_scores_and_nobody_less_than_the_floor() -> None:
    spend = np.full((4, 28), 10.0)
    assert scores(spend, np.full((4, 28), 30.0)) == pytest.approx([0.5] * 4)
    assert scores(spend, np.zeros((4, 28))).min() >= 0.1
    assert scores(np.zeros((2, 28)), np.zeros((2, 28))).tolist() == pytest.approx([0.5, 0.5])


def test_only_the_last_28_days_count() -> None:
    rng = np.random.default_rng(0)
    spend, revenue = rng.uniform(1, 9, (5, 90)), rng.uniform(1, 90, (5, 90))
    assert scores(spend, revenue).tolist() == scores(spend[:, -28:], revenue[:, -28:]).tolist()


def test_the_plan_follows_the_scores_within_bounds_and_adds_up() -> None:
    spend = np.full((3, 28), 100.0)
    revenue = np.stack([np.full(28, 400.0), np.tile([100.0, 300.0], 14), np.repeat([100.0, 300.0], 14)])
    low, high = np.array([0, 0, 0]), np.array([10**9, 10**9, 10**9])
    assert heuristic_plan(spend, revenue, 11_000, low, high).tolist() == [7000, 1000, 3000]
    capped = heuristic_plan(spend, revenue, 10_001, np.array([0, 2000, 0]), np.array([5000, 9000, 9000]))
    assert capped.sum() == 10_001
    assert capped.tolist() == [5000, 2000, 3001]
