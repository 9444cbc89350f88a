"""What the emulated platforms read of a market: the market itself, or the market with what clients wrote to it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.sandbox.market.entities import (
    MarketAccount,
    MarketAdGroup,
    MarketCampaign,
    MarketChange,
    MarketDay,
)


class AdMarket(Protocol):
    """See `Market`, whose methods these are."""

    def accounts(self, platform: Platform) -> tuple[MarketAccount, ...]:
        """The platform's accounts, managers and empty ones included."""
        ...

    def campaigns(self, account_id: str, now: datetime) -> tuple[MarketCampaign, ...]:
        """Campaigns created by ``now``, as they stand then, ordered by id; removed ones are included."""
        ...

    def ad_groups(self, account_id: str, now: datetime) -> tuple[MarketAdGroup, ...]:
        """Ad groups of the campaigns created by ``now``, ordered by campaign and id."""
        ...

    def changes(self, account_id: str, dates: DateRange, now: datetime) -> list[MarketChange]:
        """Changes of budgets and status on ``dates`` that were made by ``now``, oldest first."""
        ...

    def last_changes(self, account_id: str, now: datetime) -> Mapping[str, datetime]:
        """When each campaign or ad group was changed last; those never changed are left out."""
        ...

    def ad_group_days(self, account_id: str, start: date, end: date, now: datetime) -> list[MarketDay]:
        """Days ``start`` to ``end`` (both included) per ad group, as the platform reports them at ``now``."""
        ...

    def campaign_days(self, account_id: str, start: date, end: date, now: datetime) -> list[MarketDay]:
        """The same days per campaign; ``ad_group_id`` is empty."""
        ...
