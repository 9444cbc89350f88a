"""Data types of the simulated market: accounts, campaigns, ad groups and their days."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform

Objective = Literal["sales", "traffic", "awareness", "leads"]
BudgetKind = Literal["daily", "lifetime", "shared_daily", "ad_group_daily", "ad_group_lifetime", "none"]

ZERO_DECIMAL_CURRENCIES = frozenset({"JPY"})
"""Currencies of the market's accounts whose smallest unit is the unit itself."""


def minor_digits(currency: str) -> int:
    """Decimals of a currency's smallest unit: 0 for yen, else 2."""
    return 0 if currency in ZERO_DECIMAL_CURRENCIES else 2


@dataclass(frozen=True, slots=True)
class MarketAccount:
    """An ad account. ``timezone`` (IANA) is where its days begin; managers hold other accounts and have no metrics."""

    platform: Platform
    account_id: str
    name: str
    currency: str
    timezone: str
    country: str
    created_at: datetime
    is_manager: bool = False


@dataclass(frozen=True, slots=True)
class MarketCampaign:
    """A campaign as its platform would describe it at the moment asked.

    ``budget`` is in major units of the account's currency: per day or for the whole flight as ``budget_kind`` says,
    the pool's amount for ``shared_daily`` (it repeats on every campaign of the pool), None when it stands on the ad
    groups or when there is none. Dates are days of the account's time zone, the end included.
    """

    platform: Platform
    account_id: str
    campaign_id: str
    name: str
    status: CampaignStatus
    objective: Objective
    budget_kind: BudgetKind
    budget: Decimal | None
    shared_budget_id: str | None
    start_date: date
    end_date: date | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class MarketAdGroup:
    """An ad group (ad set). ``budget`` in major units, only where the campaign's budget stands on its ad groups."""

    platform: Platform
    account_id: str
    campaign_id: str
    ad_group_id: str
    name: str
    status: CampaignStatus
    budget: Decimal | None


@dataclass(frozen=True, slots=True)
class MarketChange:
    """A change that a buyer made: of a daily budget (amounts in major units) or of a status.

    ``owner_id`` is the campaign, the shared budget or the ad group that was changed; ``ad_group_id`` is empty unless it
    is an ad group.
    """

    changed_at: datetime
    campaign_id: str
    ad_group_id: str
    owner_id: str
    before: Decimal | CampaignStatus
    after: Decimal | CampaignStatus


@dataclass(frozen=True, slots=True)
class MarketDay:
    """One ad group's (or campaign's, then ``ad_group_id`` is empty) day, as the platform knows it at that time.

    ``clicks`` are link clicks, ``all_clicks`` adds likes, expands and the like. ``spend`` and ``revenue`` are major
    units, whole minor units of the currency. ``conversions`` are purchases; Google's carry fractional credit (2
    decimals), the others are whole. ``web_``, ``app_`` and ``onsite_purchases`` are disjoint and add up to the
    purchases before fractional credit. ``earned_*`` are Pinterest's unpaid follow-ups, 0 elsewhere.
    ``view_conversions`` are not part of ``conversions``.
    """

    date: date
    campaign_id: str
    ad_group_id: str
    impressions: int
    clicks: int
    all_clicks: int
    spend: Decimal
    conversions: Decimal
    revenue: Decimal
    view_conversions: int
    earned_impressions: int
    earned_clicks: int
    web_purchases: int
    app_purchases: int
    onsite_purchases: int
    leads: int
    page_views: int
