"""The simulated ad market behind the emulated platforms. Deterministic in (seed, first day, request, now)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import CampaignStatus, DateRange, Platform
from adops_pipeline.sandbox.market.budgets import BudgetBook
from adops_pipeline.sandbox.market.catalogue import ACCOUNTS
from adops_pipeline.sandbox.market.changes import account_changes
from adops_pipeline.sandbox.market.delivery import AccountDelivery, Block
from adops_pipeline.sandbox.market.entities import (
    MarketAccount,
    MarketAdGroup,
    MarketCampaign,
    MarketChange,
    MarketDay,
)
from adops_pipeline.sandbox.market.plants import plant_anomalies, plant_experiments
from adops_pipeline.sandbox.market.restatement import Moment, known_at, to_rows
from adops_pipeline.sandbox.market.roster import AdGroupPlan, CampaignPlan, build_account, build_campaigns
from adops_pipeline.sandbox.market.shocks import DEMAND_OF_BUDGET, Shocks
from adops_pipeline.sandbox.market.traits import (
    CONVERSION_WEEKDAY_WEIGHTS,
    CampaignTraits,
    draw_traits,
    lag_curve,
    with_constant_returns,
)
from adops_pipeline.sandbox.market.truth import MarketTruth
from adops_pipeline.sandbox.market.world import World

FIRST_DAY = date(2024, 1, 1)
"""Where the default market begins."""
SEEN_CHANGES_DAYS = 150
"""How far back the time of an entity's last change is looked for."""
_BLOCKS_KEPT = 384
"""Months of accounts held in memory: 1,000 days of every account."""


class Market:
    """Accounts, campaigns and their daily results on three ad platforms, from ``first_day`` on without end.

    ``now`` is an aware datetime (a naive one is a ValueError); an unknown account id is a KeyError.
    """

    def __init__(self, seed: int = 7, first_day: date = FIRST_DAY, world: World | None = None) -> None:
        shocks = Shocks(seed, world or World(), first_day)
        self.seed = seed
        self._accounts: dict[str, MarketAccount] = {}
        self._plans: dict[str, tuple[CampaignPlan, ...]] = {}
        for spec in ACCOUNTS:
            account = build_account(spec, first_day)
            self._accounts[spec.account_id] = account
            self._plans[spec.account_id] = build_campaigns(spec, account, first_day, shocks.world)
        plans = [p for of_account in self._plans.values() for p in of_account]
        traits = {p.campaign_id: draw_traits(seed, p) for p in plans}
        if shocks.world.has_equal_returns:
            traits = {p.campaign_id: with_constant_returns(traits[p.campaign_id], p) for p in plans}
        self.traits: Mapping[str, CampaignTraits] = traits
        """Each campaign's hidden nature, by its id."""
        self._book = BudgetBook(seed, plans, first_day, shocks)
        self.truth = _truth(seed, plans, traits, self._book, first_day, shocks)
        self._deliveries = {
            account_id: AccountDelivery(
                seed, self._accounts[account_id], of_account, traits, self._book, self.truth, shocks
            )
            for account_id, of_account in self._plans.items()
        }
        self._last_changes = lru_cache(maxsize=len(ACCOUNTS))(self._find_last_changes)
        self._block = lru_cache(maxsize=_BLOCKS_KEPT)(self._draw)

    def accounts(self, platform: Platform) -> tuple[MarketAccount, ...]:
        """The platform's accounts, managers and empty ones included."""
        return tuple(a for a in self._accounts.values() if a.platform is platform)

    def account(self, account_id: str) -> MarketAccount:
        """One account, of whichever platform."""
        return self._accounts[account_id]

    def on_day(
        self, account_id: str, campaign_id: str, day: date
    ) -> tuple[MarketCampaign, tuple[MarketAdGroup, ...]] | None:
        """A campaign and its ad groups as they stand on a day of the account; None for an unknown id."""
        for plan in self._plans[account_id]:
            if plan.campaign_id == campaign_id:
                return self._campaign(plan, day), tuple(self._ad_group(plan, group, day) for group in plan.ad_groups)
        return None

    def owners_of_ad_groups(self, account_id: str) -> Mapping[str, str]:
        """The campaign of each ad group that the account will ever have."""
        return {g.ad_group_id: p.campaign_id for p in self._plans[account_id] for g in p.ad_groups}

    def campaigns(self, account_id: str, now: datetime) -> tuple[MarketCampaign, ...]:
        """Campaigns created by ``now``, as they stand then, ordered by id; removed ones are included."""
        today = self._moment(account_id, now).today
        return tuple(self._campaign(p, today) for p in self._plans[account_id] if p.created_at <= now)

    def ad_groups(self, account_id: str, now: datetime) -> tuple[MarketAdGroup, ...]:
        """Ad groups of the campaigns created by ``now``, ordered by campaign and id."""
        today = self._moment(account_id, now).today
        created = (p for p in self._plans[account_id] if p.created_at <= now)
        return tuple(self._ad_group(p, g, today) for p in created for g in p.ad_groups)

    def changes(self, account_id: str, dates: DateRange, now: datetime) -> list[MarketChange]:
        """Changes of budgets and status on ``dates`` that were made by ``now``, oldest first."""
        created = [plan for plan in self._plans[account_id] if plan.created_at <= now]
        return account_changes(created, self._book, dates, now)

    def last_changes(self, account_id: str, now: datetime) -> Mapping[str, datetime]:
        """When each campaign or ad group that exists at ``now`` was changed last; those never changed are left out.

        One that was not changed for `SEEN_CHANGES_DAYS` counts as edited in some other way that long ago.
        """
        return self._last_changes(account_id, self._moment(account_id, now).today)

    def _find_last_changes(self, account_id: str, today: date) -> Mapping[str, datetime]:
        zone = ZoneInfo(self._accounts[account_id].timezone)
        first = today - timedelta(days=SEEN_CHANGES_DAYS)
        edited = datetime.combine(first, time(), zone)
        end_of_day = datetime.combine(today + timedelta(days=1), time(), zone)
        found = {
            one: edited
            for plan in self._plans[account_id]
            if plan.created_at < edited
            for one in (plan.campaign_id, *(group.ad_group_id for group in plan.ad_groups))
        }
        for change in self.changes(account_id, DateRange(first, today), end_of_day):
            found[change.ad_group_id or change.campaign_id] = change.changed_at
        return found

    def ad_group_days(self, account_id: str, start: date, end: date, now: datetime) -> list[MarketDay]:
        """Days ``start`` to ``end`` (both included) per ad group, as the platform reports them at ``now``."""
        moment = self._moment(account_id, now)
        currency = self._accounts[account_id].currency
        rows: list[MarketDay] = []
        for block, inside in self._blocks(account_id, start, min(end, moment.today)):
            known = known_at(block, inside, moment)
            rows += to_rows(known, block.days[inside], block.campaign_ids, block.ad_group_ids, currency)
        return rows

    def campaign_days(self, account_id: str, start: date, end: date, now: datetime) -> list[MarketDay]:
        """The same days per campaign: exact sums over its ad groups; ``ad_group_id`` is empty."""
        moment = self._moment(account_id, now)
        currency = self._accounts[account_id].currency
        rows: list[MarketDay] = []
        for block, inside in self._blocks(account_id, start, min(end, moment.today)):
            known = known_at(block, inside, moment).per_campaign(block.first_of_campaign)
            ids = [block.campaign_ids[g] for g in block.first_of_campaign]
            rows += to_rows(known, block.days[inside], ids, [""] * len(ids), currency)
        return rows

    def _moment(self, account_id: str, now: datetime) -> Moment:
        return Moment.of(now, self._accounts[account_id].timezone)

    def _draw(self, account_id: str, month: date) -> Block | None:
        return self._deliveries[account_id].month(month)

    def _blocks(self, account_id: str, start: date, end: date) -> Iterator[tuple[Block, slice]]:
        """The months that hold days of the range, each with the part that is asked for."""
        month = start.replace(day=1)
        while month <= end:
            after = (month + timedelta(days=31)).replace(day=1)
            block = self._block(account_id, month)
            if block is not None:
                first = max((start - month).days, 0)
                yield block, slice(first, min((end - month).days + 1, len(block.days)))
            month = after

    def _campaign(self, plan: CampaignPlan, today: date) -> MarketCampaign:
        return MarketCampaign(
            plan.account.platform,
            plan.account.account_id,
            plan.campaign_id,
            plan.name,
            plan.status_on(today),
            plan.objective,
            plan.budget_kind,
            self._campaign_budget(plan, today),
            plan.pool or None,
            plan.start,
            plan.end,
            plan.created_at,
        )

    def _campaign_budget(self, plan: CampaignPlan, today: date) -> Decimal | None:
        if plan.has_ad_group_budgets or plan.budget_kind == "none":
            return None
        if plan.is_flight:
            return Decimal(plan.daily_budget * plan.flight_days)
        return Decimal(self._book.amount_on(plan.pool or plan.campaign_id, today))

    def _ad_group(self, plan: CampaignPlan, group: AdGroupPlan, today: date) -> MarketAdGroup:
        campaign_status = plan.status_on(today)
        status = CampaignStatus.ACTIVE
        if campaign_status in (CampaignStatus.DRAFT, CampaignStatus.REMOVED):
            status = campaign_status
        elif group.stops_on is not None and today >= group.stops_on:
            status = group.stops_as
        return MarketAdGroup(
            plan.account.platform,
            plan.account.account_id,
            plan.campaign_id,
            group.ad_group_id,
            group.name,
            status,
            self._ad_group_budget(plan, group, today),
        )

    def _ad_group_budget(self, plan: CampaignPlan, group: AdGroupPlan, today: date) -> Decimal | None:
        if not plan.has_ad_group_budgets:
            return None
        if plan.is_flight:
            return Decimal(round(plan.daily_budget * plan.flight_days * group.weight))
        return Decimal(self._book.amount_on(group.ad_group_id, today))


def _truth(
    seed: int,
    plans: list[CampaignPlan],
    traits: dict[str, CampaignTraits],
    book: BudgetBook,
    first_day: date,
    shocks: Shocks,
) -> MarketTruth:
    anomalies = plant_anomalies(seed, plans, traits, first_day)
    return MarketTruth(
        first_day=first_day,
        curves={k: t.curve for k, t in traits.items()},
        weekday_weights={k: t.weekday_weights for k, t in traits.items()},
        conversion_weekday_weights=CONVERSION_WEEKDAY_WEIGHTS,
        campaign_platform={p.campaign_id: p.account.platform for p in plans},
        trend={k: t.trend for k, t in traits.items()},
        lag_curve={p: lag_curve(p, shocks.world.lag) for p in Platform},
        anomalies=tuple(a for a in anomalies if a.ad_group_id is None),
        ad_group_anomalies=tuple(a for a in anomalies if a.ad_group_id is not None),
        experiments=plant_experiments(plans, first_day),
        budget_changes=book.changes,
        world=shocks.world,
        demand_caps={
            p.campaign_id: p.daily_budget * DEMAND_OF_BUDGET for p in plans if shocks.is_demand_bound(p.campaign_id)
        },
    )
