"""Daily figures of campaigns that clients created or changed: the market's own, scaled from the moment of the change.

A campaign that is paused at noon has half a day. A budget that is raised scales spend and traffic; conversions follow
the campaign's response curve. What only a client created delivers figures drawn from its id, within its budget.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.sandbox.market import Market, MarketAccount, MarketAdGroup, MarketCampaign, MarketDay
from adops_pipeline.sandbox.written.figures import Drawing, scaled, summed
from adops_pipeline.sandbox.written.objects import WrittenObject
from adops_pipeline.sandbox.written.states import (
    changed_ad_group,
    changed_campaign,
    created_ad_group,
    created_campaign,
)

_DAYS_OF_OPEN_FLIGHT = 30
"""Over how many days a lifetime budget without an end is spent."""


@dataclass(slots=True)
class _Load:
    """What one ad group delivers on a day: factors on the market's figures, or money to draw figures for."""

    spend_factor: float = 0.0
    conversion_factor: float = 0.0
    money: float = 0.0


@dataclass(frozen=True, slots=True)
class _State:
    """A campaign and its ad groups at one moment, and the same without what was written."""

    campaign: MarketCampaign
    groups: Sequence[MarketAdGroup]
    base_campaign: MarketCampaign | None
    base_groups: Mapping[str, MarketAdGroup]


class WrittenDelivery:
    """The figures of one account's written campaigns as reported at ``now``."""

    def __init__(
        self,
        market: Market,
        account: MarketAccount,
        campaigns: Mapping[str, WrittenObject],
        groups: Mapping[str, WrittenObject],
        now: datetime,
    ) -> None:
        self._market, self._account, self._now = market, account, now
        self._zone = ZoneInfo(account.timezone)
        self._campaigns, self._groups = campaigns, groups
        self._groups_of: dict[str, list[WrittenObject]] = {}
        owners = market.owners_of_ad_groups(account.account_id) if groups else {}
        for group in groups.values():
            self._groups_of.setdefault(group.parent_id or owners.get(group.object_id, ""), []).append(group)
        self.campaign_ids = frozenset({*campaigns, *self._groups_of})
        """Campaigns whose figures may differ from the market's."""

    def replaced(self, days: Iterable[MarketDay], start: date, end: date) -> list[MarketDay]:
        """The market's days per ad group with those of written campaigns replaced, in no particular order."""
        kept: list[MarketDay] = []
        own: dict[tuple[str, date], dict[str, MarketDay]] = {}
        for day in days:
            if day.campaign_id in self.campaign_ids:
                own.setdefault((day.campaign_id, day.date), {})[day.ad_group_id] = day
            else:
                kept.append(day)
        last = min(end, self._now.astimezone(self._zone).date())
        for campaign_id in self.campaign_ids:
            first = self._first_day(campaign_id)
            for n in range((last - start).days + 1):
                date_ = start + timedelta(days=n)
                rows = own.get((campaign_id, date_), {})
                kept += rows.values() if date_ < first else self._day(campaign_id, date_, rows)
        return kept

    def _first_day(self, campaign_id: str) -> date:
        return min(one.created_at for one in self._written(campaign_id)).astimezone(self._zone).date()

    def _written(self, campaign_id: str) -> list[WrittenObject]:
        own = [self._campaigns[campaign_id]] if campaign_id in self._campaigns else []
        return [*own, *self._groups_of.get(campaign_id, ())]

    def _day(self, campaign_id: str, day: date, rows: Mapping[str, MarketDay]) -> list[MarketDay]:
        begin = datetime.combine(day, time(), self._zone)
        end = datetime.combine(day + timedelta(days=1), time(), self._zone)
        until = min(end, self._now)
        writes = {entry.at for one in self._written(campaign_id) for entry in one.entries}
        cuts = sorted({begin, *(at for at in writes if begin < at < until), until})
        loads: dict[str, _Load] = {}
        state: _State | None = None
        for since, to in pairwise(cuts):
            state = self._state(campaign_id, day, since)
            if state is not None:
                of_elapsed, of_day = (to - since) / (until - begin), (to - since) / (end - begin)
                self._add(loads, state, rows, of_elapsed, of_day, day)
        if state is None:
            return list(rows.values())
        return self._figures(state, rows, loads, day)

    def _add(
        self,
        loads: dict[str, _Load],
        state: _State,
        rows: Mapping[str, MarketDay],
        of_elapsed: float,
        of_day: float,
        day: date,
    ) -> None:
        """Add what one part of the day contributes to each ad group."""
        live = self._live(state, rows, day)
        if not live:
            return
        campaign = state.campaign
        has_own_budget = campaign.budget is not None
        daily = _daily(campaign, campaign.budget)
        based = sum(1 for group_id in live if group_id in rows)
        for group_id, group in live.items():
            load = loads.setdefault(group_id, _Load())
            if group_id in rows:
                ratio = self._ratio(state, group) * (based / len(live) if has_own_budget else 1.0)
                load.spend_factor += of_elapsed * ratio
                load.conversion_factor += of_elapsed * self._conversion_ratio(state, ratio)
            elif has_own_budget:
                load.money += of_day * daily / len(live)
            elif group is not None:
                load.money += of_day * _daily(campaign, group.budget)

    def _live(self, state: _State, rows: Mapping[str, MarketDay], day: date) -> dict[str, MarketAdGroup | None]:
        """Ad groups that deliver; the one without a name stands for a campaign that has none."""
        campaign = state.campaign
        is_over = campaign.end_date is not None and day > campaign.end_date
        if campaign.status is not CampaignStatus.ACTIVE or day < campaign.start_date or is_over:
            return {}
        was_switched = self._has_status(self._campaigns.get(campaign.campaign_id))
        live: dict[str, MarketAdGroup | None] = {
            group.ad_group_id: group
            for group in state.groups
            if group.status is CampaignStatus.ACTIVE
            and (group.ad_group_id in rows or was_switched or self._has_status(self._groups.get(group.ad_group_id)))
        }
        return live if state.groups else {"": None}

    @staticmethod
    def _has_status(written: WrittenObject | None) -> bool:
        return written is not None and (written.is_created or "status" in written.market)

    @staticmethod
    def _ratio(state: _State, group: MarketAdGroup | None) -> float:
        """How much more money there is than the market's own campaign (or ad group) has."""
        ratio = 1.0
        if state.base_campaign is not None and state.base_campaign.budget and state.campaign.budget is not None:
            was, now = state.base_campaign, state.campaign
            ratio *= _daily(now, now.budget) / _daily(was, was.budget)
        base = state.base_groups.get(group.ad_group_id) if group is not None else None
        if group is not None and base is not None and base.budget and group.budget is not None:
            ratio *= float(group.budget / base.budget)
        return ratio

    def _conversion_ratio(self, state: _State, ratio: float) -> float:
        base = state.base_campaign
        traits = self._market.traits.get(state.campaign.campaign_id)
        if base is None or traits is None or ratio <= 0:
            return ratio
        spend = _daily(base, base.budget) or sum(_daily(base, g.budget) for g in state.base_groups.values())
        before = traits.curve.conversions(spend)
        return traits.curve.conversions(spend * ratio) / before if before else ratio

    def _state(self, campaign_id: str, day: date, since: datetime) -> _State | None:
        """The campaign from ``since`` on; None before it was created."""
        written = self._campaigns.get(campaign_id)
        then = written.at(since) if written else None
        found = self._market.on_day(self._account.account_id, campaign_id, day)
        if found is None:
            if then is None:
                return None
            campaign = created_campaign(self._account, then, day)
            base_groups: dict[str, MarketAdGroup] = {}
        else:
            campaign = changed_campaign(found[0], then, day)
            base_groups = {group.ad_group_id: group for group in found[1]}
        changed = {one.object_id: one.at(since) for one in self._groups_of.get(campaign_id, ())}
        groups = [changed_ad_group(group, changed.get(key)) for key, group in base_groups.items()]
        groups += [created_ad_group(self._account, one) for one in changed.values() if one and one.is_created]
        return _State(campaign, groups, found[0] if found else None, base_groups)

    def _figures(
        self, state: _State, rows: Mapping[str, MarketDay], loads: Mapping[str, _Load], day: date
    ) -> list[MarketDay]:
        campaign_id = state.campaign.campaign_id
        money = sum(load.money for load in loads.values())
        drawing = Drawing(self._market, self._account, state.campaign, self._campaigns.get(campaign_id))
        age = (self._now.astimezone(self._zone).date() - day).days
        made: list[MarketDay | None] = []
        for group_id, load in loads.items():
            if group_id in rows:
                made.append(scaled(rows[group_id], load.spend_factor, load.conversion_factor, self._account))
            elif load.money > 0:
                made.append(drawing.day(day, group_id, load.money, money, age))
        return [one for one in made if one is not None]


def per_campaign(days: Iterable[MarketDay]) -> list[MarketDay]:
    """Sums over each campaign's ad groups."""
    found: dict[tuple[date, str], list[MarketDay]] = {}
    for day in days:
        found.setdefault((day.date, day.campaign_id), []).append(day)
    return [summed(of_campaign) for of_campaign in found.values()]


def _daily(campaign: MarketCampaign, budget: object) -> float:
    """A budget of the campaign or of one of its ad groups as money per day; 0 for none."""
    if budget is None:
        return 0.0
    amount = float(str(budget))
    if campaign.budget_kind not in ("lifetime", "ad_group_lifetime"):
        return amount
    if campaign.end_date is None:
        return amount / _DAYS_OF_OPEN_FLIGHT
    return amount / max((campaign.end_date - campaign.start_date).days + 1, 1)
