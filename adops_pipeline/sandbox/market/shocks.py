"""Day factors of a world: shocks of campaigns, accounts and ad groups, and weekly demand.

Each series has a random stream of its own and is drawn from the market's first day on, so any month sees the same path,
and the default world draws nothing.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from adops_pipeline.sandbox.market.seeding import stream
from adops_pipeline.sandbox.market.world import Days, Floats, World, correlated

_DEMAND_CORRELATION = 0.8
"""Of a week's demand with the week before."""
DEMAND_OF_BUDGET = 0.6
"""A demand-bound campaign's mean demand for spend, as a share of its base budget."""
_BOUND_NOISE = 0.15


def _factors(series: Floats, deviation: float) -> Floats:
    return np.asarray(np.exp(deviation * series - deviation**2 / 2), dtype=np.float64)


class Shocks:
    """The factors of one market's world."""

    def __init__(self, seed: int, world: World, first_day: date) -> None:
        self._seed, self.world, self._first = seed, world, first_day.toordinal()

    def clicks(self, campaign_ids: Sequence[str], days: Days) -> Floats:
        """Factors of click ratios, campaigns x days."""
        return self._daily("click shocks", campaign_ids, days, self.world.click_noise)

    def conversions(self, account_id: str, campaign_ids: Sequence[str], days: Days) -> Floats:
        """Factors of conversions at given spend, campaigns x days: own shocks, the account's, and its demand."""
        own = self._daily("conversion shocks", campaign_ids, days, self.world.conversion_noise)
        common = self._daily("account shocks", [account_id], days, self.world.account_noise)
        return np.asarray(own * common * self.demand(account_id, days), dtype=np.float64)

    def arms(self, kind: str, ad_group_ids: Sequence[str], days: Days) -> Floats:
        """Factors that an ad group does not share with the others of its campaign, ad groups x days."""
        return self._daily(f"arm {kind}", ad_group_ids, days, self.world.arm_noise)

    def demand(self, account_id: str, days: Days) -> Floats:
        """The account's weekly demand, mean 1; weeks are counted from the market's first day."""
        if self.world.demand_noise == 0.0:
            return np.ones(days.shape)
        weeks = np.maximum(days - self._first, 0) // 7
        z = stream(self._seed, "demand", account_id).standard_normal(int(weeks.max()) + 1)
        return np.asarray(
            _factors(correlated(z, _DEMAND_CORRELATION), self.world.demand_noise)[weeks], dtype=np.float64
        )

    def is_demand_bound(self, campaign_id: str) -> bool:
        """Whether the campaign can spend no more than its demand."""
        share = self.world.demand_bound_share
        return share > 0.0 and bool(stream(self._seed, "demand bound", campaign_id).random() < share)

    def bound(self, campaign_id: str, base_budget: float, days: Days) -> Floats:
        """What a demand-bound campaign can spend on each of ``days``, in major units."""
        noise = self._daily("bound", [campaign_id], days, _BOUND_NOISE)[0]
        return np.asarray(base_budget * DEMAND_OF_BUDGET * noise, dtype=np.float64)

    def _daily(self, kind: str, names: Sequence[str], days: Days, deviation: float) -> Floats:
        """Factors of mean 1, names x days; 1 before the market's first day and where there is no noise."""
        if deviation == 0.0:
            return np.ones((len(names), len(days)))
        at = days - self._first
        length = max(int(at.max()) + 1, 1)
        z = np.array([stream(self._seed, kind, name).standard_normal(length) for name in names])
        factors = _factors(correlated(z, self.world.day_correlation), deviation)
        return np.asarray(np.where(at >= 0, factors[:, np.maximum(at, 0)], 1.0), dtype=np.float64)
