"""What a plan promises: the best response, exact sums, results by name."""

from decimal import Decimal
from math import isfinite
from random import Random
from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.allocation import AllocationError, Curve, allocate
from adops_pipeline.domain.allocation.amounts import Bounds
from adops_pipeline_tests.domain.allocation.oracles import best_by_scipy, best_on_grid, hill
from adops_pipeline_tests.profiles import examples

curve_lists = st.lists(
    st.tuples(
        st.floats(0, 1e6) | st.just(0.0),
        st.floats(1e-3, 1e6),
        st.floats(0.05, 12),
        st.tuples(st.integers(0, 400), st.none() | st.integers(400, 5000)),
    ),
    min_size=1,
    max_size=7,
)


Rows = list[tuple[float, float, float, tuple[int, int | None]]]


def made(rows: Rows) -> tuple[list[Curve], dict[str, tuple[Decimal, Decimal | None]]]:
    curves = [Curve(f"c{i}", beta, half, slope) for i, (beta, half, slope, _) in enumerate(rows)]
    cents = [(Decimal(low) / 100, None if high is None else Decimal(high) / 100) for *_, (low, high) in rows]
    return curves, dict(zip([c.name for c in curves], cents, strict=True))


def test_concave_curves_share_one_marginal_response() -> None:
    curves = [Curve("a", 120, 80, 1), Curve("b", 300, 400, 0.8), Curve("c", 60, 20, 1), Curve("d", 90, 150, 0.6)]
    plan = allocate(curves, Decimal(500))
    marginals = list(plan.marginal.values())
    assert max(marginals) / min(marginals) < 1.001
    assert sum(plan.allocation.values()) == Decimal(500)


def test_a_curve_at_its_floor_has_a_lower_and_one_at_its_ceiling_a_higher_marginal() -> None:
    curves = [Curve("poor", 10, 50, 1), Curve("rich", 500, 50, 1), Curve("free", 100, 80, 1)]
    plan = allocate(curves, 200, {"poor": (60, None), "rich": (None, 70)})
    assert plan.allocation == {"free": Decimal(70), "poor": Decimal(60), "rich": Decimal(70)}
    assert plan.marginal["poor"] < plan.marginal["free"] < plan.marginal["rich"]


@pytest.mark.parametrize("seed", range(6))
def test_concave_plans_match_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    curves = [Curve(f"c{i}", rng.uniform(20, 300), rng.uniform(20, 300), rng.uniform(0.5, 1)) for i in range(5)]
    high = rng.integers(60, 400, 5)
    plan = allocate(curves, 400, {c.name: (5, int(top)) for c, top in zip(curves, high, strict=True)})
    total = float(sum(plan.allocation.values()))
    oracle = best_by_scipy(curves, total, np.full(5, 5.0), high.astype(float))
    assert plan.response == pytest.approx(oracle, rel=1e-7)
    assert plan.response == pytest.approx(sum(hill(c, float(plan.allocation[c.name])) for c in curves), rel=1e-12)


@pytest.mark.parametrize(("count", "steps", "seed"), [*((7, 20, seed) for seed in range(8)), (40, 30, 3)])
def test_few_large_steps_go_where_brute_force_puts_them(count: int, steps: int, seed: int) -> None:
    """With so few steps to share, rounding the continuous optimum is not enough: steps are exchanged, of 40 curves
    several."""
    rng = np.random.default_rng(seed)
    curves = [Curve(f"c{i}", rng.uniform(20, 300), rng.uniform(1, 8), rng.uniform(0.4, 1)) for i in range(count)]
    plan = allocate(curves, steps, step=Decimal(1))
    assert plan.response == pytest.approx(best_on_grid(curves, steps, [0] * count, [steps] * count), rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_s_shaped_plans_are_as_good_as_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 8))
    spread = 0.1 if seed % 2 else 1.0
    curves = [
        Curve(f"c{i}", rng.lognormal(4, spread), rng.lognormal(4.5, spread), rng.uniform(1, 6)) for i in range(count)
    ]
    low, high = rng.integers(0, 3, count) * 8, rng.integers(60, 300, count)
    total = min(300, int(high.sum()))
    plan = allocate(curves, total, {c.name: (int(a), int(b)) for c, a, b in zip(curves, low, high, strict=True)})
    oracle = best_on_grid(curves, total, low.tolist(), high.tolist())
    assert plan.response >= oracle * (1 - 1e-9)
    assert plan.bound >= oracle * (1 - 1e-12)
    assert plan.bound - plan.response < 1e-6 * plan.response


def test_one_campaign_is_served_well_where_two_would_starve() -> None:
    plan = allocate([Curve("a", 100, 100, 4), Curve("b", 100, 100, 4)], 130)
    assert sorted(plan.allocation.values()) == [Decimal(0), Decimal(130)]
    assert plan.response == pytest.approx(100 * 130**4 / (100**4 + 130**4))


def test_equal_curves_are_served_by_name_when_not_all_can_be() -> None:
    plan = allocate([Curve(name, 100, 50, 3) for name in "dcba"], 65)
    assert plan.allocation == {"a": Decimal(65), "b": Decimal(0), "c": Decimal(0), "d": Decimal(0)}


def test_whole_steps_are_the_best_whole_steps() -> None:
    curves = [Curve("a", 50, 5, 0.7), Curve("b", 30, 3, 1), Curve("c", 20, 9, 0.9)]
    plan = allocate(curves, 17, step=Decimal(1))
    assert all(value == value.to_integral_value() for value in plan.allocation.values())
    assert plan.response == pytest.approx(best_on_grid(curves, 17, [0] * 3, [17] * 3), rel=1e-12)


def test_no_budget_no_response_and_nothing_infinite() -> None:
    plan = allocate([Curve("a", 10, 5, 0.5), Curve("b", 10, 5, 1), Curve("c", 10, 5, 2)], 0)
    assert set(plan.allocation.values()) == {Decimal(0)}
    assert plan.response == 0.0
    assert plan.marginal["a"] == pytest.approx(hill(Curve("a", 10, 5, 0.5), 0.01) / 0.01)
    assert plan.marginal["b"] == pytest.approx(2.0)
    assert plan.marginal["c"] == 0.0


def test_money_goes_to_curves_without_response_only_when_no_other_can_take_it() -> None:
    curves = [Curve("dead", 0, 10, 1), Curve("gone", 0, 10, 1), Curve("alive", 10, 10, 1)]
    assert allocate(curves, 30).allocation["alive"] == Decimal(30)
    plan = allocate(curves, Decimal("30.01"), {"alive": (None, 10)})
    assert plan.allocation == {"alive": Decimal(10), "dead": Decimal("10.01"), "gone": Decimal("10.00")}


def test_what_no_ceiling_takes_stays_unspent() -> None:
    plan = allocate([Curve("a", 10, 5, 1), Curve("b", 10, 5, 2)], 100, {"a": (0, 30), "b": (0, 20)})
    assert plan.allocation == {"a": Decimal(30), "b": Decimal(20)}
    assert plan.unspent == Decimal(50)


@examples(60)
@given(rows=curve_lists, total=st.integers(0, 20_000), order=st.randoms(use_true_random=False))
def test_sums_are_exact_bounds_hold_and_order_does_not_matter(rows: Rows, total: int, order: Random) -> None:
    curves, bounds = made(rows)
    budget = Decimal(total) / 100
    floors = sum(low for low, _ in bounds.values())
    if floors > budget:
        with pytest.raises(AllocationError, match="floors add up to"):
            allocate(curves, budget, bounds)
        return
    plan = allocate(curves, budget, bounds, max_nodes=20)
    ceilings = [budget if high is None else high for _, high in bounds.values()]
    assert sum(plan.allocation.values()) == min(budget, sum(ceilings))
    for name, spend in plan.allocation.items():
        low, high = bounds[name]
        assert low <= spend
        assert high is None or spend <= high
    assert all(isfinite(x) for x in [plan.response, plan.bound, *plan.marginal.values()])
    order.shuffle(curves)
    assert allocate(curves, budget, bounds, max_nodes=20) == plan


@examples(30)
@given(rows=curve_lists, total=st.integers(1000, 20_000))
def test_the_plan_does_not_depend_on_the_unit_of_the_response(rows: Rows, total: int) -> None:
    curves, _ = made(rows)
    scaled = [Curve(c.name, c.beta * 1024, c.half_saturation, c.slope) for c in curves]
    budget = Decimal(total) / 100
    plan, other = allocate(curves, budget, max_nodes=20), allocate(scaled, budget, max_nodes=20)
    assert other.response == pytest.approx(plan.response * 1024, rel=1e-9)


@pytest.mark.parametrize("factor", [100, 10_000])
def test_another_currency_unit_scales_the_plan(factor: int) -> None:
    rng = np.random.default_rng(5)
    curves = [Curve(f"c{i}", rng.uniform(1, 9), rng.uniform(20, 300), rng.uniform(0.5, 2.5)) for i in range(8)]
    scaled = [Curve(c.name, c.beta, c.half_saturation * factor, c.slope) for c in curves]
    plan, other = allocate(curves, 700), allocate(scaled, 700 * factor)
    assert other.response == pytest.approx(plan.response, rel=1e-7)
    for name, spend in plan.allocation.items():
        assert float(other.allocation[name]) / factor == pytest.approx(float(spend), abs=0.03)


def test_more_money_never_brings_less() -> None:
    curves = [Curve("a", 90, 30, 2.5), Curve("b", 80, 45, 3.5), Curve("c", 50, 12, 0.8)]
    responses = [allocate(curves, total).response for total in range(0, 200, 10)]
    assert responses == sorted(responses)


@pytest.mark.parametrize("slopes", [(0.5, 1.0), (0.7, 1.6), (1.2, 4.0)])
def test_a_thousand_curves_take_a_moment(slopes: tuple[float, float]) -> None:
    rng = np.random.default_rng(2)
    curves = [Curve(f"c{i}", rng.lognormal(4, 1), rng.lognormal(4, 1), rng.uniform(*slopes)) for i in range(1000)]
    start = process_time()
    plan = allocate(curves, 40_000)
    assert process_time() - start < 3.0
    assert plan.bound - plan.response < 1e-6 * plan.response


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"a": (60, None), "b": (60, None)}, r"floors add up to 120\.00, more than the total of 100\.00"),
        ({"a": (30, 20)}, "floor 30 of 'a' is above its ceiling 20"),
        ({"z": (0, 1)}, "unknown names: 'z'"),
        ({"a": (-1, None)}, "floor of 'a' must be a finite amount of at least 0, got -1"),
        ({"a": (None, float("nan"))}, "ceiling of 'a' must be a finite amount"),
    ],
)
def test_impossible_bounds_are_named_with_their_numbers(bounds: Bounds, message: str) -> None:
    with pytest.raises(AllocationError, match=message):
        allocate([Curve("a", 1, 1, 1), Curve("b", 1, 1, 1)], 100, bounds)


def test_repeated_names_and_broken_totals_are_refused() -> None:
    one = Curve("a", 1, 1, 1)
    with pytest.raises(AllocationError, match="repeated: 'a'"):
        allocate([one, Curve("a", 2, 1, 1)], 100)
    with pytest.raises(AllocationError, match=r"total 10\.005 is not a whole number of steps of 0\.01"):
        allocate([one], Decimal("10.005"))
    for total in (-1, float("inf"), float("nan")):
        with pytest.raises(AllocationError, match="total must be a finite amount"):
            allocate([one], total)
