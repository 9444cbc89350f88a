"""Carry-over of spend: found where later days feel it, not where none does, and overruled by what is set."""

import numpy as np
import pytest

from adops_pipeline.domain.allocation import AllocationRules, recommend
from adops_pipeline.domain.allocation.carry_over import DECAYS, CarryOver, fit_carry_over
from adops_pipeline.domain.allocation.fitting import adstocked
from adops_pipeline.domain.allocation.weeks import sum_weeks
from adops_pipeline_tests.domain.allocation.worlds import AS_OF, Account


class Carried(Account):
    """An account whose results follow the spend as it is felt."""

    def __init__(self, decay: float, seed: int, campaigns: int = 20) -> None:
        super().__init__(campaigns=campaigns, days=365, seed=seed)
        self.move_budgets(2)
        self.demand = (adstocked(self.spend, decay) / self.spend) ** self.elasticity / 3.0
        self.demand *= np.exp(0.15 * self.rng.standard_normal(self.demand.shape))


def found(account: Account) -> CarryOver:
    panel = account.panel()
    return fit_carry_over(panel, panel.conversions, sum_weeks(panel, panel.conversions))


def test_a_strong_carry_over_is_found_and_none_where_there_is_none() -> None:
    strong = [found(Carried(0.85, seed)) for seed in range(3)]
    assert all(one.is_fitted.all() for one in strong)
    assert np.mean([one.decay[0] for one in strong]) > 0.75
    none = [found(Carried(0.0, seed)) for seed in range(3)]
    assert not any(one.is_fitted.any() or one.decay.any() for one in none)


def test_few_campaigns_and_campaigns_without_results_say_nothing() -> None:
    few = found(Carried(0.85, 1, campaigns=7))
    assert not few.is_fitted.any()
    panel = Carried(0.85, 1).panel()
    nothing = np.zeros_like(panel.conversions)
    assert not fit_carry_over(panel, nothing, sum_weeks(panel, nothing)).is_fitted.any()


@pytest.mark.parametrize(
    ("decay", "set_decay", "basis"), [(0.85, None, "fitted"), (0.0, None, "not-found"), (0.85, 0.3, "set")]
)
def test_a_recommendation_says_which_carry_over_it_rests_on(decay: float, set_decay: float | None, basis: str) -> None:
    rules = AllocationRules(adstock_decay=set_decay, immature_days=0)
    plan = recommend(Carried(decay, 2).daily(), AS_OF, rules)
    assert set(plan["adstock_basis"]) == {basis}
    (used,) = set(plan["adstock_decay"])
    assert used == (DECAYS[-1] if basis == "fitted" else set_decay or 0.0)
