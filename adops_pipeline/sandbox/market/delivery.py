"""One account's month with final values: spend, impressions, clicks, purchases and when each is reported.

A block is drawn from the seed, the account and the month alone, so any range of days costs only its months.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.market.budgets import BudgetBook, Floats
from adops_pipeline.sandbox.market.entities import MarketAccount, minor_digits
from adops_pipeline.sandbox.market.roster import AdGroupPlan, CampaignPlan, Days, Mask
from adops_pipeline.sandbox.market.seeding import stream
from adops_pipeline.sandbox.market.shocks import Shocks
from adops_pipeline.sandbox.market.spending import SPEND_NOISE, planned_spend, unit_noise, weekdays
from adops_pipeline.sandbox.market.traits import CampaignTraits
from adops_pipeline.sandbox.market.truth import AnomalyMetric, MarketTruth
from adops_pipeline.sandbox.market.world import OutageKind

Counts = npt.NDArray[np.int64]

_SPLIT_NOISE, _PRICE_NOISE, _CLICK_NOISE, _CONVERSION_NOISE, _ORDER_NOISE = 0.05, 0.05, 0.04, 0.09, 0.35
_OTHER_CLICK_RATIO, _LANDING_RATIO, _VIEW_RATIO = 0.2, 0.82, 0.12
_EARNED_RATIO = 0.07
_MOST_INVALID_CLICKS = 0.012
_APP_SHARE, _ONSITE_SHARE = 0.12, 0.15


@dataclass(frozen=True, slots=True)
class Block:
    """Final values of a month; arrays are ad groups x days, ordered by campaign and ad group.

    ``arrived[g, d, k]`` are the purchases known k days after the day. ``spend`` and ``revenue`` are minor units,
    ``overbilled`` is what the day's spend shows too much at first, ``credit_pct`` what a purchase counts for.
    ``carry`` (0..1) rounds the counts of a day under way, so that they are right on average at every hour.
    """

    days: Days
    campaign_ids: tuple[str, ...]
    ad_group_ids: tuple[str, ...]
    first_of_campaign: Counts
    impressions: Counts
    clicks: Counts
    other_clicks: Counts
    spend: Counts
    overbilled: Counts
    arrived: Counts
    credit_pct: Counts
    revenue: Counts
    view_conversions: Counts
    app_purchases: Counts
    onsite_purchases: Counts
    leads: Counts
    page_views: Counts
    earned_impressions: Counts
    earned_clicks: Counts
    carry: Floats


@dataclass(frozen=True, slots=True)
class _Layout:
    """Who delivers in a month: campaigns, their ad groups, and each ad group's campaign as an index."""

    plans: tuple[CampaignPlan, ...]
    groups: tuple[AdGroupPlan, ...]
    owner: Counts
    first: Counts
    days: Days

    def per_campaign(self, values: Floats) -> Floats:
        """Sums over each campaign's ad groups: groups x days to campaigns x days."""
        return np.asarray(np.add.reduceat(values, self.first, axis=0), dtype=np.float64)

    def split(self, totals: Floats, weights: Floats) -> Floats:
        """Spread campaign totals over ad groups in proportion to ``weights``; nothing where all weights are 0."""
        sums = self.per_campaign(weights)[self.owner]
        return totals[self.owner] * np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)


class AccountDelivery:
    """Draws the months of one account."""

    def __init__(
        self,
        seed: int,
        account: MarketAccount,
        plans: Sequence[CampaignPlan],
        traits: Mapping[str, CampaignTraits],
        book: BudgetBook,
        truth: MarketTruth,
        shocks: Shocks,
    ) -> None:
        self._shocks = shocks
        self._seed, self._account, self._plans = seed, account, plans
        self._traits, self._book, self._truth = traits, book, truth
        ids = {p.campaign_id for p in plans}
        self._anomalies = [a for a in (*truth.anomalies, *truth.ad_group_anomalies) if a.campaign_id in ids]
        self._experiments = [e for e in truth.experiments if e.campaign_id in ids]

    def month(self, first: date) -> Block | None:
        """The month that begins on ``first``; None when nothing is delivered in it."""
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        layout = self._layout(np.arange(first.toordinal(), after.toordinal()))
        if layout is None:
            return None
        rng = stream(self._seed, "days", self._account.account_id, first.isoformat())
        spend = self._spend(layout, rng)
        impressions, clicks = self._traffic(layout, spend, rng)
        purchases, arrived = self._purchases(layout, spend, rng)
        return self._block(layout, rng, spend, impressions, clicks, purchases, arrived)

    def _layout(self, days: Days) -> _Layout | None:
        plans = tuple(p for p in self._plans if p.runs_on(days).any())
        if not plans:
            return None
        sizes = [len(p.ad_groups) for p in plans]
        owner = np.repeat(np.arange(len(plans)), sizes)
        first = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)
        return _Layout(plans, tuple(g for p in plans for g in p.ad_groups), owner, first, days)

    def _strikes(self, layout: _Layout, metric: AnomalyMetric) -> Floats:
        """Planted factors on ``metric``, ad groups x days; 1 where nothing is planted."""
        factors = np.ones((len(layout.groups), len(layout.days)))
        ids = [layout.plans[c].campaign_id for c in layout.owner]
        for a in self._anomalies:
            at = a.date.toordinal() - int(layout.days[0])
            if a.metric != metric or not 0 <= at < len(layout.days):
                continue
            for g, group in enumerate(layout.groups):
                if ids[g] == a.campaign_id and a.ad_group_id in (None, group.ad_group_id):
                    factors[g, at] *= a.factor
        return factors

    def _lifts(self, layout: _Layout, metric: str) -> Floats:
        """One plus the true lift where an ad group is the B of a running test on ``metric``, else 1."""
        factors = np.ones((len(layout.groups), len(layout.days)))
        index = {g.ad_group_id: n for n, g in enumerate(layout.groups)}
        for test in self._experiments:
            if test.metric == metric and test.ad_group_b in index:
                inside = (layout.days >= test.start.toordinal()) & (layout.days <= test.end.toordinal())
                factors[index[test.ad_group_b], inside] *= 1.0 + test.true_lift
        return factors

    def _spend(self, layout: _Layout, rng: np.random.Generator) -> Counts:
        """Spend in minor units."""
        shape = (len(layout.plans), len(layout.days))
        noise = unit_noise(rng.standard_normal(shape), SPEND_NOISE)
        strikes = self._strikes(layout, "spend")[layout.first] * ~self._out(layout, "delivery")
        rows = zip(layout.plans, noise, strikes, strict=True)
        planned = np.array(
            [
                planned_spend(self._seed, p, self._traits[p.campaign_id], self._book, layout.days, n, s, self._shocks)
                for p, n, s in rows
            ]
        )
        runs = np.array([g.weight * g.runs_on(layout.days) for g in layout.groups])
        weights = runs * unit_noise(rng.standard_normal(runs.shape), _SPLIT_NOISE)
        minor = 10 ** minor_digits(self._account.currency)
        rounded: Counts = np.rint(layout.split(planned, weights) * minor).astype(np.int64)
        return rounded

    def _traffic(self, layout: _Layout, spend: Counts, rng: np.random.Generator) -> tuple[Counts, Counts]:
        """Impressions bought by the spend, and the link clicks among them."""
        traits = [self._traits[p.campaign_id] for p in layout.plans]
        z = rng.standard_normal((3, len(layout.plans), len(layout.days)))
        prices = np.concatenate([np.array(t.ad_group_prices) * t.cost_per_mille for t in traits])
        ratios = np.concatenate([np.array(t.ad_group_click_factors) * t.click_ratio for t in traits])
        collapse, jump = self._strikes(layout, "ctr"), self._strikes(layout, "cpc")
        price = prices[:, None] * unit_noise(z[0], _PRICE_NOISE)[layout.owner] * jump * collapse
        impressions = rng.poisson(spend / 10 ** minor_digits(self._account.currency) / price * 1000.0)
        self._shuffle_test_arms(layout, impressions, rng)
        ratio = ratios[:, None] * unit_noise(z[1], _CLICK_NOISE)[layout.owner]
        ratio = ratio * collapse * self._lifts(layout, "ctr")
        ratio = ratio * self._shocks.clicks(self._ids(layout), layout.days)[layout.owner]
        ratio = ratio * self._shocks.arms("clicks", [g.ad_group_id for g in layout.groups], layout.days)
        return impressions, rng.binomial(impressions, np.minimum(ratio, 1.0))

    def _shuffle_test_arms(self, layout: _Layout, impressions: Counts, rng: np.random.Generator) -> None:
        """A test assigns each impression by a fair coin, so both arms together are split binomially."""
        for c, plan in enumerate(layout.plans):
            if plan.ab_test is not None:
                a, b = int(layout.first[c]), int(layout.first[c]) + 1
                both = impressions[a] + impressions[b]
                impressions[a] = rng.binomial(both, 0.5)
                impressions[b] = both - impressions[a]

    def _purchases(self, layout: _Layout, spend: Counts, rng: np.random.Generator) -> tuple[Counts, Counts]:
        """Final purchases, and how many of them are known after 0..30 days."""
        traits = [self._traits[p.campaign_id] for p in layout.plans]
        weekday = np.array(self._truth.conversion_weekday_weights[self._account.platform])[weekdays(layout.days)]
        years = (layout.days - self._truth.first_day.toordinal()) / 365.25
        growth = np.power(1.0 + np.array([t.trend for t in traits])[:, None], years)
        mean = self._hill(layout, spend) * weekday * growth
        mean = mean * unit_noise(rng.standard_normal(mean.shape), _CONVERSION_NOISE) * self._climate(layout)
        quality = np.concatenate([np.array(t.ad_group_quality) for t in traits])[:, None]
        weights = spend * quality / self._lifts(layout, "cpa")
        weights = weights * self._shocks.arms("conversions", [g.ad_group_id for g in layout.groups], layout.days)
        final = rng.poisson(layout.split(mean, weights) * self._strikes(layout, "conversions"))
        shares = np.diff(self._truth.lag_curve[self._account.platform], prepend=0.0)
        return final, np.cumsum(rng.multinomial(final, shares / shares.sum()), axis=2)

    @staticmethod
    def _ids(layout: _Layout) -> list[str]:
        return [plan.campaign_id for plan in layout.plans]

    def _out(self, layout: _Layout, kind: OutageKind) -> Mask:
        """Campaigns x days with an outage."""
        world, account_id = self._shocks.world, self._account.account_id
        return np.array([world.is_out(kind, account_id, id_, layout.days) for id_ in self._ids(layout)])

    def _climate(self, layout: _Layout) -> Floats:
        """The world's effect on conversions at given spend, campaigns x days."""
        shocks = self._shocks.conversions(self._account.account_id, self._ids(layout), layout.days)
        occasions = self._shocks.world.conversion_factors(self._account.country, layout.days)
        return np.asarray(shocks * occasions * ~self._out(layout, "tracking"), dtype=np.float64)

    def _hill(self, layout: _Layout, spend: Counts) -> Floats:
        """The campaigns' response curves at their daily spend."""
        curves = [self._traits[p.campaign_id].curve for p in layout.plans]
        beta, half, slope = np.array([(c.beta, c.half_saturation, c.slope) for c in curves]).T[:, :, None]
        total = layout.per_campaign(spend / 10 ** minor_digits(self._account.currency))
        powered = np.power(total / half, slope)
        return np.asarray(beta * powered / (1.0 + powered), dtype=np.float64)

    def _block(
        self,
        layout: _Layout,
        rng: np.random.Generator,
        spend: Counts,
        impressions: Counts,
        clicks: Counts,
        purchases: Counts,
        arrived: Counts,
    ) -> Block:
        traits = [self._traits[layout.plans[c].campaign_id] for c in layout.owner]
        lead_ratio = np.array([t.lead_ratio for t in traits])[:, None]
        credit = rng.integers(85, 116, size=spend.shape)
        credit = np.where(np.array([t.has_fractional_credit for t in traits])[:, None], credit, 100)
        app = rng.binomial(purchases, _APP_SHARE)
        earned = _EARNED_RATIO if self._account.platform is Platform.PINTEREST else 0.0
        earned_impressions = rng.poisson(impressions * earned)
        return Block(
            days=layout.days,
            campaign_ids=tuple(layout.plans[c].campaign_id for c in layout.owner),
            ad_group_ids=tuple(g.ad_group_id for g in layout.groups),
            first_of_campaign=layout.first,
            impressions=impressions,
            clicks=clicks,
            other_clicks=rng.binomial(clicks, _OTHER_CLICK_RATIO),
            spend=spend,
            overbilled=np.floor(spend * rng.uniform(0.0, _MOST_INVALID_CLICKS, spend.shape)).astype(np.int64),
            arrived=arrived,
            credit_pct=credit,
            revenue=self._revenue(layout, purchases * credit, rng),
            view_conversions=rng.binomial(purchases, _VIEW_RATIO),
            app_purchases=app,
            onsite_purchases=rng.binomial(purchases - app, _ONSITE_SHARE),
            leads=rng.binomial(clicks, np.broadcast_to(lead_ratio, clicks.shape)),
            page_views=rng.binomial(clicks, _LANDING_RATIO),
            earned_impressions=earned_impressions,
            earned_clicks=rng.binomial(earned_impressions, 0.006),
            carry=rng.random(spend.shape),
        )

    def _revenue(self, layout: _Layout, credited_pct: Counts, rng: np.random.Generator) -> Counts:
        """Final revenue in minor units; a day's order values average out over its purchases."""
        worth = np.array([self._traits[layout.plans[c].campaign_id].curve.revenue_per_conversion for c in layout.owner])
        credited = credited_pct / 100.0
        if self._shocks.world.order_value_noise is not None:
            return self._heavy_revenue(credited_pct, worth, self._shocks.world.order_value_noise, rng)
        deviation = _ORDER_NOISE / np.sqrt(np.maximum(credited, 1.0))
        factors = np.exp(deviation * rng.standard_normal(credited.shape) - deviation**2 / 2)
        minor = 10 ** minor_digits(self._account.currency)
        revenue: Counts = np.rint(credited * worth[:, None] * factors * minor).astype(np.int64)
        return revenue

    def _heavy_revenue(self, credited_pct: Counts, worth: Floats, deviation: float, rng: np.random.Generator) -> Counts:
        """Revenue where single orders differ widely: each purchase has a log-normal value of mean 1 times ``worth``."""
        orders = np.rint(credited_pct / 100.0).astype(np.int64)
        values = unit_noise(rng.standard_normal(int(orders.sum())), deviation)
        ends = np.cumsum(orders.ravel())
        total = np.concatenate(([0.0], np.cumsum(values)))
        sums = (total[ends] - total[ends - orders.ravel()]).reshape(orders.shape)
        minor = 10 ** minor_digits(self._account.currency)
        revenue: Counts = np.rint(sums * worth[:, None] * minor).astype(np.int64)
        return revenue
