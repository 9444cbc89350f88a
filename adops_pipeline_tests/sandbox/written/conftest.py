"""A market of which two campaigns of one account are written to, and the moments at which that happens."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.sandbox.market import Market, MarketCampaign
from adops_pipeline.sandbox.written import WrittenMarket, WrittenObjects

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOON = NOW - timedelta(days=5)
"""When the tests write; half of a day of Pinterest, whose days are UTC."""
TODAY = NOW.date()
ACCOUNT = "549755885175"


@cache
def market() -> Market:
    return Market()


@cache
def running() -> MarketCampaign:
    """A campaign of the market with a daily budget that runs without a pause."""
    campaigns = market().campaigns(ACCOUNT, NOW)
    return next(c for c in campaigns if c.status is CampaignStatus.ACTIVE and c.budget_kind == "daily")


@pytest.fixture
def written() -> WrittenObjects:
    return WrittenObjects()


@pytest.fixture
def overlaid(written: WrittenObjects) -> WrittenMarket:
    return WrittenMarket(market(), written)


PLATFORM = Platform.PINTEREST
