"""Figures of one ad group's day: the market's scaled by a factor, or drawn from the id of what a client created."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market import Market, MarketAccount, MarketCampaign, MarketDay, minor_digits
from adops_pipeline.sandbox.market.roster import AdGroupPlan, CampaignPlan
from adops_pipeline.sandbox.market.traits import LAST_LAG_DAY, CampaignTraits, draw_traits
from adops_pipeline.sandbox.written.objects import WrittenObject

_BUDGET_USE = 0.92
_OTHER_CLICK_RATIO, _LANDING_RATIO, _VIEW_RATIO = 0.2, 0.82, 0.12
_EARNED_RATIO, _EARNED_CLICK_RATIO = 0.07, 0.006
_APP_SHARE, _ONSITE_SHARE = 0.12, 0.15
_DEFAULT_BUDGET = 100
_WHOLE, _HUNDREDTHS = Decimal(1), Decimal("0.01")
_NOT_SUMMED = frozenset({"date", "campaign_id", "ad_group_id"})


def scaled(row: MarketDay, factor: float, conversion_factor: float, account: MarketAccount) -> MarketDay | None:
    """A day with spend and traffic times ``factor``, conversions times ``conversion_factor``; None if all are 0."""
    if factor == 1.0 and conversion_factor == 1.0:
        return row
    carry = _uniform(row.ad_group_id, row.date.isoformat())

    def part(value: int, by: float = factor) -> int:
        return int(value * by + carry)

    purchases = row.web_purchases + row.app_purchases + row.onsite_purchases
    app, onsite = part(row.app_purchases, conversion_factor), part(row.onsite_purchases, conversion_factor)
    left = max(part(purchases, conversion_factor), app + onsite)
    share = Decimal(left) / purchases if purchases else Decimal(0)
    places = _HUNDREDTHS if account.platform is Platform.GOOGLE_ADS else _WHOLE
    conversions = (row.conversions * share).quantize(places, ROUND_HALF_EVEN)
    day = MarketDay(
        date=row.date,
        campaign_id=row.campaign_id,
        ad_group_id=row.ad_group_id,
        impressions=part(row.impressions),
        clicks=part(row.clicks),
        all_clicks=part(row.all_clicks),
        spend=_money(row.spend * Decimal(factor), account.currency),
        conversions=Decimal(int(conversions)) if conversions == int(conversions) else conversions,
        revenue=_money(row.revenue * share, account.currency),
        view_conversions=part(row.view_conversions, conversion_factor),
        earned_impressions=part(row.earned_impressions),
        earned_clicks=part(row.earned_clicks),
        web_purchases=left - app - onsite,
        app_purchases=app,
        onsite_purchases=onsite,
        leads=part(row.leads, conversion_factor),
        page_views=part(row.page_views),
    )
    return day if factor > 0 and _is_any(day) else None


class Drawing:
    """Figures of a campaign for money that the market's own figures do not cover."""

    def __init__(
        self, market: Market, account: MarketAccount, campaign: MarketCampaign, written: WrittenObject | None
    ) -> None:
        self._account, self._campaign = account, campaign
        self._traits = market.traits.get(campaign.campaign_id) or _drawn_traits(market, account, campaign, written)
        self._lag = market.truth.lag_curve[account.platform]

    def day(self, day: date, ad_group_id: str, money: float, campaign_money: float, age: int) -> MarketDay | None:
        """One day of an ad group that may spend ``money`` of the ``campaign_money``; ``age`` in days since then.

        Spend never exceeds ``money``. None if there is nothing to report.
        """
        traits, key = self._traits, (self._campaign.campaign_id, ad_group_id, day.isoformat())
        noise = [0.9 + 0.2 * _uniform(*key, name) for name in ("spend", "traffic", "clicks", "conversions")]
        carry = _uniform(*key, "carry")
        use = min(1.0, _BUDGET_USE * traits.weekday_weights[day.weekday()] * noise[0])
        spend = money * use
        impressions = int(spend / traits.cost_per_mille * 1000 * noise[1] + carry)
        clicks = int(impressions * min(traits.click_ratio * noise[2], 1.0) + carry)
        expected = traits.curve.conversions(campaign_money * use) * money / campaign_money * noise[3]
        known = int(int(expected + carry) * self._lag[min(age, LAST_LAG_DAY)] + 0.5)
        app = int(known * _APP_SHARE + carry)
        onsite = int((known - app) * _ONSITE_SHARE + carry)
        earned = int(impressions * _EARNED_RATIO) if self._account.platform is Platform.PINTEREST else 0
        made = MarketDay(
            date=day,
            campaign_id=self._campaign.campaign_id,
            ad_group_id=ad_group_id,
            impressions=impressions,
            clicks=clicks,
            all_clicks=clicks + int(clicks * _OTHER_CLICK_RATIO),
            spend=_money(Decimal(spend), self._account.currency),
            conversions=Decimal(known),
            revenue=_money(Decimal(known * traits.curve.revenue_per_conversion), self._account.currency),
            view_conversions=int(known * _VIEW_RATIO),
            earned_impressions=earned,
            earned_clicks=int(earned * _EARNED_CLICK_RATIO),
            web_purchases=known - app - onsite,
            app_purchases=app,
            onsite_purchases=onsite,
            leads=int(clicks * traits.lead_ratio + carry),
            page_views=int(clicks * _LANDING_RATIO),
        )
        return made if _is_any(made) else None


def summed(days: Sequence[MarketDay]) -> MarketDay:
    """The sum of days of one campaign and date; ``ad_group_id`` is empty."""
    first = days[0]
    names = [f.name for f in fields(MarketDay) if f.name not in _NOT_SUMMED]
    totals = {name: sum(getattr(day, name) for day in days) for name in names}
    return MarketDay(first.date, first.campaign_id, "", **totals)


def _drawn_traits(
    market: Market, account: MarketAccount, campaign: MarketCampaign, written: WrittenObject | None
) -> CampaignTraits:
    """The nature of a campaign that a client created, by its id and the budget it was created with."""
    budgets = (entry.market.get("budget") for entry in (written.entries if written else ()))
    budget = next((int(amount) for amount in budgets if amount), _DEFAULT_BUDGET)
    plan = CampaignPlan(
        account=account,
        campaign_id=campaign.campaign_id,
        name=campaign.name,
        objective=campaign.objective,
        budget_kind="daily",
        daily_budget=max(budget, 1),
        pool="",
        start=campaign.start_date,
        end=None,
        created_at=campaign.created_at,
        life="running",
        turn=campaign.start_date,
        pace="steady",
        ab_test=None,
        ad_groups=(AdGroupPlan(campaign.campaign_id, campaign.name, 1.0),),
    )
    return draw_traits(market.seed, plan)


def _is_any(day: MarketDay) -> bool:
    return any((day.impressions, day.clicks, day.spend, day.conversions, day.leads))


def _money(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_DOWN)


def _uniform(*parts: str) -> float:
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
