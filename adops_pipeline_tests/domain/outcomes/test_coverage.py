"""The 80 % intervals hold planted effects as often as they say, whoever picks the campaigns; before/after does not."""

import numpy as np
import pytest

from adops_pipeline.domain.day_panel import Floats
from adops_pipeline.domain.outcomes import Measurement
from adops_pipeline_tests.domain.outcomes.worlds import AT, change, others, panel, world

ACTIONS = 504
Z = 1.2815515655446004


def planted(rho: float, seed: int) -> Floats:
    """Rows of error, half width, and the same of before/after; the most extreme twelve of 100 campaigns are changed."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[float, float, float, float]] = []
    while len(rows) < ACTIONS:
        expected = world(rng, rho=rho)
        counts = rng.poisson(expected).astype(np.float64)
        recent, usual = counts[:, AT - 7 : AT].sum(axis=1), counts[:, AT - 35 : AT - 7].sum(axis=1)
        order = np.argsort(recent / usual, kind="stable")
        who = np.concatenate([order[:6], order[-6:]])
        effects = rng.normal(0.0, 0.2, who.size)
        counts[who, AT:] = rng.poisson(expected[who, AT:] * np.exp(effects)[:, None])
        measurement = Measurement(panel(counts), others(counts, [(row, AT) for row in who.tolist()]))
        for row, effect in zip(who.tolist(), effects.tolist(), strict=True):
            (found,) = measurement.measure(change(row), {}, ("conversions",))
            assert found.estimate is not None
            assert found.before_after_ratio is not None
            logs = np.log(counts[row] + 0.5)
            before, after = logs[AT - 28 : AT], logs[AT + 1 : AT + 15]
            plain = Z * float(np.sqrt(before.var(ddof=1) / 28 + after.var(ddof=1) / 14))
            error = found.estimate.effect - effect
            rows.append((error, found.estimate.half_width, np.log1p(found.before_after_ratio) - effect, plain))
    return np.array(rows)


def held(errors: Floats, half_widths: Floats) -> float:
    return float((np.abs(errors) <= half_widths).mean())


@pytest.mark.parametrize(("rho", "seed"), [(0.6, 1), (0.9, 2)])
def test_intervals_hold_75_to_85_percent_and_would_not_if_a_fifth_wider_or_narrower(rho: float, seed: int) -> None:
    error, half_width, plain_error, plain_half_width = planted(rho, seed).T
    assert 0.75 <= held(error, half_width) <= 0.85
    assert held(error, 0.8 * half_width) < 0.75
    assert held(error, 1.2 * half_width) > 0.85
    assert held(plain_error, plain_half_width) < 0.62
    assert np.square(error).mean() < 0.75 * np.square(plain_error).mean()
    assert abs(error.mean()) < 0.03
