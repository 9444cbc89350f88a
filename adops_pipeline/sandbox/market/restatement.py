"""What a platform reports about a day at a given time: late purchases, corrected spend, part of today."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from adops_pipeline.sandbox.market.budgets import Floats
from adops_pipeline.sandbox.market.delivery import Block, Counts
from adops_pipeline.sandbox.market.entities import MarketDay, minor_digits
from adops_pipeline.sandbox.market.traits import LAST_LAG_DAY

_CORRECTION = np.array([1.0, 0.6, 0.25, 0.0])
"""Share of a day's invalid clicks still billed after 0, 1, 2 and 3 days."""


@dataclass(frozen=True, slots=True)
class Moment:
    """``now`` as the account sees it: its local day, and the share of that day's traffic that has come."""

    today: date
    share_of_today: float

    @classmethod
    def of(cls, now: datetime, timezone: str) -> "Moment":
        """Read ``now`` in the account's zone; ValueError when it has none of its own."""
        if now.tzinfo is None:
            raise ValueError("the market needs an aware datetime")
        local = now.astimezone(ZoneInfo(timezone))
        elapsed = (local.hour * 3600 + local.minute * 60 + local.second) / 86_400
        # Nights are quiet: traffic runs behind the clock in the morning and catches up by midnight.
        return cls(local.date(), max(0.0, elapsed - 0.08 * math.sin(2 * math.pi * elapsed)))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some days at a moment: groups x days; conversions in hundredths, money in minor units."""

    impressions: Counts
    clicks: Counts
    all_clicks: Counts
    spend: Counts
    conversions: Counts
    revenue: Counts
    view_conversions: Counts
    earned_impressions: Counts
    earned_clicks: Counts
    web_purchases: Counts
    app_purchases: Counts
    onsite_purchases: Counts
    leads: Counts
    page_views: Counts

    def per_campaign(self, first_of_campaign: Counts) -> "Known":
        """Exact sums over each campaign's ad groups."""
        return Known(*(np.add.reduceat(getattr(self, f.name), first_of_campaign, axis=0) for f in fields(self)))


def known_at(block: Block, inside: slice, moment: Moment) -> Known:
    """The block's days ``inside`` (none after the moment's today) as the platform tells them at ``moment``."""
    ages = moment.today.toordinal() - block.days[inside]
    share = np.where(ages == 0, moment.share_of_today, 1.0)
    carry = block.carry[:, inside]

    def so_far(values: Counts) -> Counts:
        return _part(values[:, inside], share, carry)

    lag = np.minimum(ages, LAST_LAG_DAY)
    arrived = _part(block.arrived[:, inside, :][:, np.arange(len(ages)), lag], share, carry)
    final = block.arrived[:, inside, LAST_LAG_DAY]

    def arrived_of(values: Counts, known: Counts, total: Counts) -> Counts:
        return values * known // np.maximum(total, 1)

    app_final = block.app_purchases[:, inside]
    app = arrived_of(app_final, arrived, final)
    onsite = arrived_of(block.onsite_purchases[:, inside], arrived - app, final - app_final)
    clicks, billed = so_far(block.clicks), _billed(block, inside, ages)
    return Known(
        impressions=so_far(block.impressions),
        clicks=clicks,
        all_clicks=clicks + so_far(block.other_clicks),
        spend=np.floor(billed * share).astype(np.int64),
        conversions=arrived * block.credit_pct[:, inside],
        revenue=arrived_of(block.revenue[:, inside], arrived, final),
        view_conversions=arrived_of(block.view_conversions[:, inside], arrived, final),
        earned_impressions=so_far(block.earned_impressions),
        earned_clicks=so_far(block.earned_clicks),
        web_purchases=arrived - app - onsite,
        app_purchases=app,
        onsite_purchases=onsite,
        leads=so_far(block.leads),
        page_views=so_far(block.page_views),
    )


def _part(values: Counts, share: Floats, carry: Floats) -> Counts:
    part: Counts = np.floor(values * share + carry).astype(np.int64)
    return part


def _billed(block: Block, inside: slice, ages: Counts) -> Counts:
    still = _CORRECTION[np.minimum(ages, len(_CORRECTION) - 1)]
    corrected: Counts = block.spend[:, inside] + np.floor(block.overbilled[:, inside] * still).astype(np.int64)
    return corrected


def to_rows(
    known: Known, days: Counts, campaign_ids: Sequence[str], ad_group_ids: Sequence[str], currency: str
) -> list[MarketDay]:
    """Rows ordered by day, campaign, ad group, without rows that are all 0."""
    columns = [getattr(known, f.name).T for f in fields(known)]
    day_at, entity_at = np.nonzero(np.any(columns, axis=0))
    values = [column[day_at, entity_at].tolist() for column in columns]
    spend, conversions, revenue = values[3], values[4], values[5]
    scale = -minor_digits(currency)
    values[3] = [Decimal(v).scaleb(scale) for v in spend]
    values[4] = [_purchases(v) for v in conversions]
    values[5] = [Decimal(v).scaleb(scale) for v in revenue]
    dates = [date.fromordinal(d) for d in days.tolist()]
    keys = zip(day_at.tolist(), entity_at.tolist(), strict=True)
    return [
        MarketDay(dates[d], campaign_ids[e], ad_group_ids[e], *row)
        for (d, e), row in zip(keys, zip(*values, strict=True), strict=True)
    ]


def _purchases(hundredths: int) -> Decimal:
    """Whole purchases without decimals, fractional ones with two."""
    whole, rest = divmod(hundredths, 100)
    return Decimal(hundredths).scaleb(-2) if rest else Decimal(whole)
