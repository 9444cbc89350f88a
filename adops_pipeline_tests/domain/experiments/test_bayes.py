"""The probability that B is higher, against the closed sum and against sampling."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import betaln

from adops_pipeline.domain.experiments.arrays import column
from adops_pipeline.domain.experiments.bayes import probability_higher_proportion, probability_higher_ratio


def closed_sum(successes_a: int, trials_a: int, successes_b: int, trials_b: int) -> float:
    """Miller (2014), https://www.evanmiller.org/bayesian-ab-testing.html."""
    alpha_a, beta_a = successes_a + 1, trials_a - successes_a + 1
    beta_b, i = trials_b - successes_b + 1, np.arange(successes_b + 1)
    logs = betaln(alpha_a + i, beta_a + beta_b) - np.log(beta_b + i) - betaln(1 + i, beta_b) - betaln(alpha_a, beta_a)
    return float(np.exp(logs).sum())


def ours(*table: int) -> float:
    return float(probability_higher_proportion(*(column(x) for x in table))[0])


@pytest.mark.parametrize(
    "table",
    [
        (912, 40100, 1003, 39870),
        (0, 1, 0, 1),
        (0, 10, 1, 10),
        (10, 10, 9, 10),
        (0, 1640, 228, 23422),
        (641, 64881, 3, 3),
        (3, 3, 641, 64881),
        (50, 100, 50_000, 100_000),
        (1, 100_000, 2, 10),
    ],
)
def test_it_is_the_closed_sum(table: tuple[int, int, int, int]) -> None:
    assert ours(*table) == pytest.approx(closed_sum(*table), abs=5e-8 if table[1] > 60_000 else 2e-9)


def test_it_is_the_closed_sum_for_many_random_tables() -> None:
    rng = np.random.default_rng(0)
    trials = rng.integers(1, 3000, (300, 2))
    successes = rng.binomial(trials, rng.random((300, 1)) ** 3)
    together = probability_higher_proportion(
        *(
            np.array(x, float)
            for x in (
                *zip(*np.stack([successes[:, 0], trials[:, 0], successes[:, 1], trials[:, 1]], axis=1), strict=True),
            )
        )
    )
    for row, value in enumerate(together):
        table = (int(successes[row, 0]), int(trials[row, 0]), int(successes[row, 1]), int(trials[row, 1]))
        assert value == pytest.approx(closed_sum(*table), abs=2e-9)


def test_draws_from_both_posteriors_agree() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.beta(31, 971, 400_000), rng.beta(42, 960, 400_000)
    assert ours(30, 1000, 41, 1000) == pytest.approx((b > a).mean(), abs=0.003)


def test_swapping_the_variants_gives_the_complement() -> None:
    assert ours(30, 1000, 41, 800) + ours(41, 800, 30, 1000) == pytest.approx(1.0, abs=1e-9)
    assert ours(30, 1000, 30, 1000) == pytest.approx(0.5, abs=1e-9)


def test_for_a_ratio_it_is_students_t() -> None:
    assert probability_higher_ratio(column(1.7), column(23.4))[0] == pytest.approx(stats.t.cdf(1.7, 23.4))
