"""Budgets of the market: round amounts that stay for weeks and then change on a known day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from adops_pipeline.sandbox.market.roster import HORIZON_DAYS, CampaignPlan, Days, round_amount
from adops_pipeline.sandbox.market.seeding import stream
from adops_pipeline.sandbox.market.shocks import Shocks
from adops_pipeline.sandbox.market.truth import BudgetChange

Floats = npt.NDArray[np.float64]

_LEVELS = (0.76, 0.87, 1.0, 1.15, 1.32)
_STAYS_DAYS = (24, 50)
_RARE_STAYS_DAYS = (120, 210)
_MOST_MOVES = HORIZON_DAYS // _STAYS_DAYS[0] + 1


@dataclass(frozen=True, slots=True)
class _Steps:
    """A piecewise constant amount: ``amounts[i]`` from day ``starts[i]`` on."""

    starts: Days
    amounts: Floats

    def on(self, days: Days) -> Floats:
        held = np.searchsorted(self.starts, days, side="right") - 1
        return self.amounts[np.maximum(held, 0)]


class BudgetBook:
    """Every daily budget of the market on every day, in whole major units."""

    def __init__(self, seed: int, plans: Iterable[CampaignPlan], first_day: date, shocks: Shocks) -> None:
        self._world = shocks.world
        self._country: dict[str, str] = {}
        self._steps: dict[str, _Steps] = {}
        self._pool_base: dict[str, int] = {}
        changes: list[BudgetChange] = []
        daily = [p for p in plans if not p.is_flight]
        for plan in daily:
            if plan.pool:
                self._pool_base[plan.pool] = self._pool_base.get(plan.pool, 0) + plan.daily_budget
        for plan in daily:
            starts, factors = _levels(seed, plan, first_day, shocks)
            for owner, base in self._owners(plan):
                amounts = [round_amount(base * f, plan.account.currency) for f in factors]
                self._steps[owner] = _Steps(starts, np.array(amounts, dtype=np.float64))
                self._country[owner] = plan.account.country
            changes += _changes(plan, starts, factors)
        self.changes: tuple[BudgetChange, ...] = tuple(changes)

    def _owners(self, plan: CampaignPlan) -> list[tuple[str, float]]:
        if plan.has_ad_group_budgets:
            return [(g.ad_group_id, plan.daily_budget * g.weight) for g in plan.ad_groups]
        if plan.pool:
            return [(plan.pool, self._pool_base[plan.pool])]
        return [(plan.campaign_id, plan.daily_budget)]

    def amount_on(self, owner: str, day: date) -> int:
        """The daily budget that ``owner`` (campaign, pool or ad group) shows on ``day``."""
        return round(float(self._amounts(owner, np.array([day.toordinal()]))[0]))

    def changes_of(self, owner: str, days: Days) -> list[tuple[int, int, int]]:
        """Of consecutive ``days``, those on which another budget applies than on the day before: day, before, after."""
        amounts = np.rint(self._amounts(owner, np.concatenate((days[:1] - 1, days)))).astype(np.int64)
        return [(int(days[n]), int(amounts[n]), int(amounts[n + 1])) for n in np.flatnonzero(np.diff(amounts))]

    def daily_level(self, plan: CampaignPlan, days: Days) -> Floats:
        """What the campaign may spend a day: its budget, its part of the pool, or its running ad groups' sum."""
        if plan.has_ad_group_budgets:
            parts = [self._amounts(g.ad_group_id, days) * g.runs_on(days) for g in plan.ad_groups]
            return np.asarray(np.sum(parts, axis=0), dtype=np.float64)
        if plan.pool:
            share = plan.daily_budget / self._pool_base[plan.pool]
            return np.asarray(self._amounts(plan.pool, days) * share, dtype=np.float64)
        return self._amounts(plan.campaign_id, days)

    def _amounts(self, owner: str, days: Days) -> Floats:
        """The owner's budget on ``days``, occasions included."""
        factors = self._world.budget_factors(self._country[owner], days)
        return np.asarray(self._steps[owner].on(days) * factors, dtype=np.float64)


def _levels(seed: int, plan: CampaignPlan, first_day: date, shocks: Shocks) -> tuple[Days, list[float]]:
    """When the campaign's budget level moves, and to which share of its base: as the world has it."""
    first = first_day.toordinal()
    if shocks.world.has_fixed_spend:
        return np.array([first], dtype=np.int64), [1.0]
    if shocks.world.demand_noise > 0.0:
        starts = np.arange(first, first + HORIZON_DAYS, 7, dtype=np.int64)
        return starts, shocks.demand(plan.account.account_id, starts).tolist()
    stays = _RARE_STAYS_DAYS if shocks.world.has_rare_moves else _STAYS_DAYS
    return _moves(seed, plan.pool or plan.campaign_id, first_day, stays)


def _moves(seed: int, owner: str, first_day: date, stays_days: tuple[int, int]) -> tuple[Days, list[float]]:
    """Days on which ``owner``'s level moves (the first is the market's first day) and the level from then on."""
    rng = stream(seed, "budget moves", owner)
    stays = rng.integers(*stays_days, size=_MOST_MOVES)
    jumps = rng.choice((-2, -1, 1, 2), size=_MOST_MOVES)
    at, factors = int(rng.integers(1, 4)), []
    for jump in jumps:
        factors.append(_LEVELS[at])
        # A move that the ladder has no rung for is made the other way round.
        at = at + int(jump) if 0 <= at + jump < len(_LEVELS) else at - int(jump)
    starts = first_day.toordinal() + np.concatenate(([0], np.cumsum(stays)[:-1]))
    return starts.astype(np.int64), factors


def _changes(plan: CampaignPlan, starts: Days, factors: list[float]) -> list[BudgetChange]:
    moves = zip(starts[1:], factors[:-1], factors[1:], strict=True)
    return [BudgetChange(plan.campaign_id, date.fromordinal(int(d)), after / before) for d, before, after in moves]
