"""Against the market's truth: every budget on every day that the history names, on the first pull and later ones."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from adops_pipeline.clock import frozen_at
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.google_ads.records import budget_id
from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.market.roster import CampaignPlan
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import build_services

FIRST = datetime(2026, 11, 10, 12, tzinfo=UTC)
History = Mapping[tuple[str, str], list[tuple[date, Decimal | None, str]]]


def history_after(data_dir: Path, *times: datetime) -> History:
    """The history once all platforms were pulled at these times too."""
    for now in times:
        services = build_services(load_settings(data_dir=data_dir), clock=frozen_at(now))
        for platform in Platform:
            assert services.sync.entities(platform).failures == ()
        services.pipeline.unify_entities()
    found: dict[tuple[str, str], list[tuple[date, Decimal | None, str]]] = {}
    with services.warehouse.reading() as con:
        rows = con.execute(
            "SELECT platform, campaign_id, valid_from, daily_budget, source FROM campaign_budget_history ORDER BY ALL"
        ).fetchall()
    for platform, campaign_id, *row in rows:
        found.setdefault((platform, campaign_id), []).append(tuple(row))
    return found


def owners(market: Market, now: datetime) -> list[tuple[CampaignPlan, str]]:
    """Campaigns with daily budgets, and the id that their budget has on the platform."""
    found = []
    for account_id, plans in market._plans.items():
        shown = {campaign.campaign_id: campaign for campaign in market.campaigns(account_id, now)}
        for plan in plans:
            is_daily = not plan.is_flight and plan.budget_kind != "none"
            if plan.campaign_id in shown and is_daily and plan.life not in ("removed", "draft"):
                owner = str(budget_id(shown[plan.campaign_id])) if plan.pool else plan.campaign_id
                found.append((plan, owner))
    return found


def truth(market: Market, plan: CampaignPlan, day: date) -> int:
    days = np.array([day.toordinal()])
    if plan.has_ad_group_budgets:
        return sum(market._book.amount_on(g.ad_group_id, day) for g in plan.ad_groups if g.runs_on(days)[0])
    return market._book.amount_on(plan.pool or plan.campaign_id, day)


def test_the_history_is_the_markets_on_every_day_that_it_names_after_the_first_pull_and_later_ones(
    data_dir: Path,
) -> None:
    market = Market()
    times = [FIRST + timedelta(days=n) for n in (0, 1, 7)]
    assert_true(history_after(data_dir, times[0]), market, times[:1])
    assert_true(history_after(data_dir, *times[1:]), market, times)


def assert_true(history: History, market: Market, times: Sequence[datetime]) -> None:
    """The history after pulls at these times is the market's."""
    compared = 0
    for plan, owner in owners(market, times[-1]):
        rows = history[plan.account.platform, owner]
        is_logged = plan.account.platform is not Platform.PINTEREST
        day = rows[0][0]
        reached = (FIRST - timedelta(days=28)).date() if is_logged else FIRST.date()
        assert day <= max(reached, min(plan.start, times[-1].date() + timedelta(days=1)))
        while day < times[-1].date():
            budget = [amount for start, amount, _ in rows if start <= day][-1]
            # Between two pulls Pinterest tells no day of a change.
            if is_logged or day in {time.date() for time in times}:
                assert budget == truth(market, plan, day), (plan.campaign_id, day)
                compared += 1
            day += timedelta(days=1)
    assert compared > 700
    assert {source for rows in history.values() for _, _, source in rows} == {"change-event", "activity", "pull"}
