"""Worlds: named ways in which a market departs from the default one. Every feature is off in `World()`.

A method that holds in the default market only is not shown to hold: its days are independent, its clicks binomial, its
platforms never fail, and its budgets move for no reason. Each feature breaks one of these assumptions; they combine.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt

from adops_pipeline.sandbox.market.catalogue import ACCOUNTS

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

OutageKind = Literal["delivery", "tracking", "pause"]
Lag = Literal["usual", "instant", "late"]
_OPENED_WITHIN_DAYS = 34
_NEW_ACCOUNTS = "new-accounts@"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A holiday or promotion: on its days buyers set ``budget_factor`` times the budget, and every unit of money brings
    ``conversion_factor`` times the conversions. ``country`` limits it to accounts of that country.
    """

    name: str
    start: date
    days: int
    budget_factor: float = 1.0
    conversion_factor: float = 1.0
    country: str | None = None

    def covers(self, days: Days) -> npt.NDArray[np.bool_]:
        """Which of ``days`` (ordinals) it takes place on."""
        first = self.start.toordinal()
        return (days >= first) & (days < first + self.days)


@dataclass(frozen=True, slots=True)
class Outage:
    """Days on which delivery or conversion tracking stops, or a buyer pauses: one campaign, one account, or everything.

    ``delivery``: active on the platform, but nothing is spent. ``tracking``: spend and clicks go on, no conversion is
    recorded. ``pause``: nothing is spent and the platform shows the status paused.
    """

    kind: OutageKind
    start: date
    days: int
    account_id: str | None = None
    campaign_id: str | None = None

    def strikes(self, account_id: str, campaign_id: str) -> bool:
        """Whether it concerns the campaign."""
        return self.account_id in (None, account_id) and self.campaign_id in (None, campaign_id)

    def covers(self, days: Days) -> npt.NDArray[np.bool_]:
        """Which of ``days`` (ordinals) it lasts."""
        first = self.start.toordinal()
        return (days >= first) & (days < first + self.days)


@dataclass(frozen=True, slots=True)
class World:
    """What differs from the default market. Noises are standard deviations of a day's log factor, of mean 1."""

    day_correlation: float = 0.0
    """Correlation of a day's shocks with the day before (AR(1), 0 to 0.95)."""
    click_noise: float = 0.0
    """A campaign's click ratio, shared by its ad groups: over-dispersed clicks."""
    conversion_noise: float = 0.0
    """A campaign's conversions at given spend, shared by its ad groups: over-dispersed conversions."""
    arm_noise: float = 0.0
    """An ad group's click ratio and conversions, independent of its campaign's other ad groups."""
    account_noise: float = 0.0
    """Conversions of all campaigns of an account together."""
    order_value_noise: float | None = None
    """A single order's value (log-normal): 1.5 is heavy-tailed; None is the default market's mild spread."""
    lag: Lag = "usual"
    """Conversions are reported as usual, all on the day itself, or 10 % on the day and the rest over a month."""
    has_fixed_spend: bool = False
    """Every campaign spends the same amount on every day."""
    has_rare_moves: bool = False
    """Budgets stay for four to seven months instead of weeks."""
    has_equal_returns: bool = False
    """Every unit of money brings the same revenue in every campaign of a currency: no plan gains anything."""
    season: float = 0.0
    """Swing of demand (amplitude of its logarithm, highest in December), which moves budgets and conversions."""
    season_days: float = 365.25
    """Days from one height of demand to the next: a season that is not a year long comes at another date each year."""
    demand_noise: float = 0.0
    """An account's weekly demand, which moves its budgets and its conversions together."""
    demand_bound_share: float = 0.0
    """Share of campaigns (brand campaigns) that cannot spend more than their demand, whatever their budget."""
    opened_on: date | None = None
    """Accounts are new: the first one opens on this day, the others one after the other within five weeks."""
    occasions: tuple[Occasion, ...] = ()
    outages: tuple[Outage, ...] = ()

    def first_day_of(self, account_id: str, first_day: date) -> date:
        """The account's first day in a market that begins on ``first_day``."""
        if self.opened_on is None:
            return first_day
        at = [spec.account_id for spec in ACCOUNTS].index(account_id)
        return max(first_day, self.opened_on + timedelta(days=at * _OPENED_WITHIN_DAYS // (len(ACCOUNTS) - 1)))

    def seasonal_factors(self, days: Days) -> Floats:
        """The swing of demand on ``days`` (ordinals), 1 on average."""
        if self.season == 0.0:
            return np.ones(days.shape)
        angle = 2 * np.pi * (days - date(2024, 12, 15).toordinal()) / self.season_days
        return np.asarray(np.exp(self.season * np.cos(angle)) / np.i0(self.season), dtype=np.float64)

    def budget_factors(self, country: str, days: Days) -> Floats:
        """What the season and occasions do to budgets on ``days``."""
        factors = self.seasonal_factors(days)
        for occasion in self.occasions:
            if occasion.country in (None, country):
                factors[occasion.covers(days)] *= occasion.budget_factor
        return factors

    def conversion_factors(self, country: str, days: Days) -> Floats:
        """What the season and occasions do to conversions at given spend on ``days``."""
        factors = self.seasonal_factors(days)
        for occasion in self.occasions:
            if occasion.country in (None, country):
                factors[occasion.covers(days)] *= occasion.conversion_factor
        return factors

    def is_out(self, kind: OutageKind, account_id: str, campaign_id: str, days: Days) -> npt.NDArray[np.bool_]:
        """On which of ``days`` an outage of this kind strikes the campaign."""
        out = np.zeros(days.shape, bool)
        for outage in self.outages:
            if outage.kind == kind and outage.strikes(account_id, campaign_id):
                out |= outage.covers(days)
        return out


def correlated(z: Floats, correlation: float) -> Floats:
    """Stationary AR(1) series of unit variance along the last axis, from independent standard normal ``z``."""
    if correlation == 0.0:
        return z
    fresh = np.sqrt(1.0 - correlation**2)
    series = z.copy()
    for day in range(1, z.shape[-1]):
        series[..., day] = correlation * series[..., day - 1] + fresh * z[..., day]
    return series


def combine(worlds: Iterable[World]) -> World:
    """One world with the features of all: the larger of each number, every occasion and outage.

    Raises ValueError where two of them set a feature that has no larger value (the reporting lag) differently.
    """
    combined, default = World(), World()
    for world in worlds:
        changed = {
            f.name: getattr(world, f.name) for f in fields(World) if getattr(world, f.name) != getattr(default, f.name)
        }
        for name, value in changed.items():
            present = getattr(combined, name)
            if isinstance(value, tuple):
                changed[name] = (*present, *value)
            elif present != getattr(default, name) and isinstance(value, str):
                if value != present:
                    raise ValueError(f"two worlds set {name}: {present} and {value}")
            elif isinstance(present, float) and isinstance(value, float):
                changed[name] = max(present, value)
        combined = replace(combined, **changed)
    return combined


def named_world(names: str, first_day: date) -> World:
    """The world that a comma-separated list names, e.g. ``correlated-days,black-friday``; empty: the default.

    ``new-accounts@2026-03-01`` names the day on which the first account opens. Raises ValueError, which lists the known
    names, for an unknown one.
    """
    known = scenarios(first_day)
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known |= {name: _new_accounts(name) for name in wanted if name.startswith(_NEW_ACCOUNTS)}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        listed = ", ".join(sorted((*scenarios(first_day), f"{_NEW_ACCOUNTS}YYYY-MM-DD")))
        raise ValueError(f"there is no world {', '.join(unknown)}; known are {listed}")
    return combine(known[name] for name in wanted)


def _new_accounts(name: str) -> World:
    text = name.removeprefix(_NEW_ACCOUNTS)
    try:
        return World(opened_on=date.fromisoformat(text))
    except ValueError:
        raise ValueError(f"{name}: {text!r} is not a day, for example {_NEW_ACCOUNTS}2026-03-01") from None


def scenarios(first_day: date) -> dict[str, World]:
    """The named worlds of a market that begins on ``first_day``; occasions recur every year of its horizon."""
    years = range(first_day.year, first_day.year + 7)
    fridays = [black_friday(year) for year in years]
    return {
        "correlated-days": World(day_correlation=0.6, click_noise=0.1, conversion_noise=0.15),
        "persistent-days": World(day_correlation=0.8, click_noise=0.1, conversion_noise=0.2, arm_noise=0.1),
        "shared-shocks": World(day_correlation=0.6, click_noise=0.3, conversion_noise=0.3),
        "overdispersed": World(click_noise=0.2, conversion_noise=0.2, arm_noise=0.1),
        "account-shocks": World(day_correlation=0.5, account_noise=0.25),
        "heavy-orders": World(order_value_noise=1.5),
        "instant-reports": World(lag="instant"),
        "late-reports": World(lag="late"),
        "fixed-spend": World(has_fixed_spend=True),
        "rare-moves": World(has_rare_moves=True),
        "equal-returns": World(has_equal_returns=True),
        "seasonal-demand": World(season=0.4),
        "drifting-demand": World(season=0.4, season_days=1.5 * 365.25),
        "common-demand": World(demand_noise=0.3),
        "brand-demand": World(demand_bound_share=0.3),
        "black-friday": World(
            occasions=tuple(Occasion("Black Friday", day, 4, 3.0, 1.3) for day in fridays),
        ),
        "christmas": World(
            occasions=tuple(Occasion("Christmas", date(year, 12, 24), 3, 0.4, 0.7) for year in years),
        ),
        "paused-weeks": World(
            outages=tuple(Outage("pause", date(year, month, 8), 7) for year in years for month in (3, 7, 11)),
        ),
        "delivery-outages": World(outages=_outages("delivery", years, day=12, length=3)),
        "tracking-outages": World(outages=_outages("tracking", years, day=20, length=5)),
    }


def _outages(kind: OutageKind, years: Iterable[int], day: int, length: int) -> tuple[Outage, ...]:
    """One outage a month, of one account after the other."""
    accounts = [spec.account_id for spec in ACCOUNTS if spec.campaigns]
    months = [(year, month) for year in years for month in range(1, 13)]
    return tuple(
        Outage(kind, date(year, month, day), length, account_id=accounts[n % len(accounts)])
        for n, (year, month) in enumerate(months)
    )


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November (Thanksgiving in the United States)."""
    first = date(year, 11, 1)
    thursday = first + timedelta(days=(3 - first.weekday()) % 7)
    return thursday + timedelta(days=22)
