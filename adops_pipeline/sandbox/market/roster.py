"""Accounts, campaigns and ad groups of the market with their histories, made from the catalogue.

The roster depends on the market's first day alone, never on its seed: ids are the same in every market.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market.catalogue import AccountSpec, CampaignSpec, Life, Pace, TestMetric
from adops_pipeline.sandbox.market.entities import BudgetKind, MarketAccount, Objective
from adops_pipeline.sandbox.market.world import Outage, World

HORIZON_DAYS = 7 * 366
"""How far from the market's first day flights, budget moves, tests and anomalies are laid out."""

_UNITS_PER_USD = {"USD": 1.0, "EUR": 0.9, "GBP": 0.8, "JPY": 150.0}
_AD_GROUP_WEIGHTS = (0.5, 0.3, 0.2)
_FLIGHT_DAYS, _FLIGHT_GAPS = (60, 42, 75, 49), (28, 21, 35, 24)
_FLIGHT_PACES: tuple[Pace, ...] = ("steady", "over", "under", "steady")
_FLIGHT_DAILY_USD = 210
_PAUSE_CYCLE_DAYS, _PAUSE_DAYS = 84, 21
_CAMPAIGN_ID_BASE = {
    Platform.GOOGLE_ADS: 21_480_000_000,
    Platform.META_ADS: 120_210_000_000_000_000,
    Platform.PINTEREST: 626_736_000_000,
}
_AD_GROUP_ID_BASE = {
    Platform.GOOGLE_ADS: 168_200_000_000,
    Platform.META_ADS: 120_220_000_000_000_000,
    Platform.PINTEREST: 2_680_060_000_000,
}

Days = npt.NDArray[np.int64]
"""Days as proleptic ordinals (``date.toordinal``)."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AdGroupPlan:
    """An ad group's share of its campaign and, where it stops before the campaign does, when and how."""

    ad_group_id: str
    name: str
    weight: float
    stops_on: date | None = None
    stops_as: CampaignStatus = CampaignStatus.PAUSED

    def runs_on(self, days: Days) -> Mask:
        """Which of ``days`` the ad group itself would deliver on."""
        return np.ones(days.shape, bool) if self.stops_on is None else days < self.stops_on.toordinal()


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """A campaign's whole life. ``daily_budget`` in major units; a flight's total is that times its days."""

    account: MarketAccount
    campaign_id: str
    name: str
    objective: Objective
    budget_kind: BudgetKind
    daily_budget: int
    pool: str
    start: date
    end: date | None
    created_at: datetime
    life: Life
    turn: date
    pace: Pace
    ab_test: TestMetric | None
    ad_groups: tuple[AdGroupPlan, ...]
    pauses: tuple[Outage, ...] = ()
    """Pauses by the world, besides those of its own history."""

    @property
    def is_flight(self) -> bool:
        """Whether the budget buys the whole flight."""
        return self.budget_kind in ("lifetime", "ad_group_lifetime")

    @property
    def has_ad_group_budgets(self) -> bool:
        """Whether budgets stand on the ad groups."""
        return self.budget_kind in ("ad_group_daily", "ad_group_lifetime")

    @property
    def flight_days(self) -> int:
        """Days of the flight; 0 for a campaign without an end."""
        return 0 if self.end is None else (self.end - self.start).days + 1

    def runs_on(self, days: Days) -> Mask:
        """Which of ``days`` the campaign delivers on."""
        running = days >= self.start.toordinal()
        if self.end is not None:
            running &= days <= self.end.toordinal()
        turn = self.turn.toordinal()
        if self.life in ("paused", "removed"):
            running &= days < turn
        elif self.life == "stop_and_go":
            running &= (days - turn) % _PAUSE_CYCLE_DAYS >= _PAUSE_DAYS
        elif self.life == "draft":
            running &= False
        for pause in self.pauses:
            running &= ~pause.covers(days)
        return running

    def status_on(self, day: date) -> CampaignStatus:
        """The unified status on ``day``; a campaign that starts later counts as active, as on the platforms."""
        if self.life == "draft":
            return CampaignStatus.DRAFT
        if self.life == "removed" and day >= self.turn:
            return CampaignStatus.REMOVED
        if self.end is not None and day > self.end:
            return CampaignStatus.ENDED
        if day >= self.start and not bool(self.runs_on(np.array([day.toordinal()]))[0]):
            return CampaignStatus.PAUSED
        return CampaignStatus.ACTIVE


def round_amount(amount: float, currency: str) -> int:
    """``amount`` as a buyer would type it: tens of yen, whole units of the other currencies, at least one step."""
    step = 10 if currency == "JPY" else 1
    return max(step, round(amount / step) * step)


def units_per_usd(currency: str) -> float:
    """The market's own fixed exchange rate; it only scales prices to plausible sizes."""
    return _UNITS_PER_USD[currency]


def build_account(spec: AccountSpec, first_day: date) -> MarketAccount:
    """The account as the platforms describe it; opened the spring before the market's first day."""
    opened = datetime.combine(first_day - timedelta(days=280), datetime.min.time(), UTC) + timedelta(hours=10)
    return MarketAccount(
        spec.platform,
        spec.account_id,
        spec.name,
        spec.currency,
        spec.timezone,
        spec.country,
        opened,
        spec.is_manager,
    )


def build_campaigns(
    spec: AccountSpec, account: MarketAccount, first_day: date, world: World
) -> tuple[CampaignPlan, ...]:
    """All campaigns the account will ever have, ordered by id."""
    opens = world.first_day_of(spec.account_id, first_day)
    lines = [*_standing(spec, first_day), *_flights(spec, first_day)]
    plans = (
        _plan(spec, account, n, line, max(start, opens), end)
        for n, (line, start, end) in enumerate(lines)
        if opens == first_day or _is_later(line, end, opens, first_day)
    )
    return tuple(replace(plan, pauses=_pauses(plan, world)) for plan in plans)


def _is_later(line: CampaignSpec, end: date | None, opens: date, first_day: date) -> bool:
    """Whether the campaign is still to run when its account opens."""
    is_over = line.life in ("paused", "removed") and first_day + timedelta(days=line.turn) <= opens
    return not is_over and (end is None or end > opens)


def _pauses(plan: CampaignPlan, world: World) -> tuple[Outage, ...]:
    account_id = plan.account.account_id
    return tuple(o for o in world.outages if o.kind == "pause" and o.strikes(account_id, plan.campaign_id))


_Line = tuple[CampaignSpec, date, date | None]


def _standing(spec: AccountSpec, first_day: date) -> Iterator[_Line]:
    for n, campaign in enumerate(spec.campaigns):
        turn = first_day + timedelta(days=campaign.turn)
        start = turn if campaign.life == "scheduled" else first_day + timedelta(days=n % 4)
        yield campaign, start, turn if campaign.life == "ended" else None


def _flights(spec: AccountSpec, first_day: date) -> Iterator[_Line]:
    if spec.flight_kind is None:
        return
    start = first_day + timedelta(days=int(spec.account_id) % 29)
    for days, gap, pace in zip(cycle(_FLIGHT_DAYS), cycle(_FLIGHT_GAPS), cycle(_FLIGHT_PACES), strict=False):
        end = start + timedelta(days=days - 1)
        if (end - first_day).days >= HORIZON_DAYS:
            return
        name = f"{spec.flight_name} {start:%Y-%m}"
        yield CampaignSpec(name, "sales", spec.flight_kind, _FLIGHT_DAILY_USD, pace=pace), start, end
        start = end + timedelta(days=gap + 1)


def _plan(
    spec: AccountSpec, account: MarketAccount, n: int, line: CampaignSpec, start: date, end: date | None
) -> CampaignPlan:
    # Accounts of one platform must not share campaign ids; the account's own digits keep them apart.
    offset = (int(account.account_id) % 9973) * 1000 + n * 7 + 11
    created = datetime.combine(start - timedelta(days=12), datetime.min.time(), UTC)
    if line.life == "scheduled":
        created = account.created_at + timedelta(days=300)
    first_day = account.created_at.date() + timedelta(days=280)
    return CampaignPlan(
        account=account,
        campaign_id=str(_CAMPAIGN_ID_BASE[account.platform] + offset),
        name=line.name,
        objective=line.objective,
        budget_kind=line.budget_kind,
        daily_budget=round_amount(line.daily_usd * units_per_usd(account.currency), account.currency),
        pool=line.pool,
        start=start,
        end=end,
        created_at=created + timedelta(hours=9, minutes=n * 13 % 60, seconds=n * 7 % 60),
        life=line.life,
        turn=first_day + timedelta(days=line.turn),
        pace=line.pace,
        ab_test=line.ab_test,
        ad_groups=_ad_groups(spec, line, offset, n, start, first_day),
    )


def _ad_groups(
    spec: AccountSpec, line: CampaignSpec, offset: int, n: int, start: date, first_day: date
) -> tuple[AdGroupPlan, ...]:
    ids = [str(_AD_GROUP_ID_BASE[spec.platform] + offset * 10 + k) for k in range(3)]
    if line.ab_test is not None:
        return AdGroupPlan(ids[0], "Variant A", 0.5), AdGroupPlan(ids[1], "Variant B", 0.5)
    stops, how = None, CampaignStatus.PAUSED
    # One campaign in three lost its last ad group on the way; not flights, whose ad groups own their money.
    if n % 3 == 1 and line.budget_kind != "ad_group_lifetime":
        stops = max(start + timedelta(days=20), first_day + timedelta(days=150 + 97 * n % 900))
        how = CampaignStatus.REMOVED if n % 2 else CampaignStatus.PAUSED
    return tuple(
        AdGroupPlan(ids[k], spec.ad_group_names[k], w, stops if k == 2 else None, how)
        for k, w in enumerate(_AD_GROUP_WEIGHTS)
    )
