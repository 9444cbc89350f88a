"""Spend from before the pulled days: totals and daily rows together are the market's truth, asked for once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from adops_pipeline.connectors.base import Account, Connector
from adops_pipeline.connectors.errors import AuthError, FailureContext
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.sandbox.market import Market
from adops_pipeline.services.sync import Sync, SyncReport
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.integration.pipeline import ONE_ACCOUNT_EACH

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MONTH = date(2026, 11, 1)


def services_at(data_dir: Path, now: datetime, days: int = 6) -> Services:
    return build_services(load_settings(data_dir=data_dir, **ONE_ACCOUNT_EACH), clock=lambda: now, days=days)


def synced(services: Services, *platforms: Platform) -> dict[Platform, SyncReport]:
    """Pull and unify everything that is not settled."""
    reports = {}
    for platform in platforms or tuple(Platform):
        services.sync.entities(platform)
        reports[platform] = services.sync.catch_up(platform)
        assert reports[platform].failures == ()
    services.pipeline.unify_entities()
    services.pipeline.unify_daily()
    return reports


def totals_of(report: SyncReport) -> set[tuple[str, date | None, date | None]]:
    return {(p.account_id, p.range_start, p.range_end) for p in report.pulls if p.report == Report.CAMPAIGN_TOTALS}


def rows(services: Services, query: str) -> list[tuple[object, ...]]:
    with services.warehouse.reading() as con:
        return con.execute(query).fetchall()


SPENT = """
    SELECT platform, account_id, campaign_id, period_start, sum(spend)
    FROM (
        SELECT platform, account_id, campaign_id, period_start, spend FROM campaign_earlier_spend
        UNION ALL
        SELECT daily.platform, daily.account_id, daily.campaign_id, period_start, daily.spend
        FROM analytics_metrics AS daily
        JOIN campaign_earlier_spend AS earlier
            ON earlier.platform = daily.platform AND earlier.campaign_id = daily.campaign_id
            AND daily.date > earlier.period_end
    )
    GROUP BY ALL
"""

FLIGHTS_WITHOUT_A_TOTAL = """
    SELECT name FROM campaigns
    WHERE lifetime_budget > 0 AND status = 'active' AND start_date < DATE '2026-11-13'
        AND (platform, external_id) NOT IN (
            SELECT (platform, campaign_id) FROM campaign_earlier_spend WHERE period_start <= start_date
        )
"""


def test_totals_and_daily_rows_are_the_spend_of_the_whole_month_and_flight(data_dir: Path) -> None:
    services, market = services_at(data_dir, NOW), Market()
    synced(services)
    found = rows(services, SPENT)
    truth: dict[tuple[str, date], dict[str, Decimal]] = {}
    for _, account, campaign, start, spent in found:
        key = (str(account), date.fromisoformat(str(start)))
        if key not in truth:
            truth[key] = {}
            for day in market.campaign_days(*key, NOW.date() + timedelta(days=1), NOW):
                truth[key][day.campaign_id] = truth[key].get(day.campaign_id, Decimal(0)) + day.spend
        assert spent == truth[key].get(str(campaign), 0), (key, campaign)
    starts = {date.fromisoformat(str(start)) for _, _, _, start, _ in found}
    assert min(starts) < MONTH in starts
    assert rows(services, FLIGHTS_WITHOUT_A_TOTAL) == []


def test_a_total_is_asked_for_once_a_day_and_not_once_it_is_settled(data_dir: Path) -> None:
    google = Platform.GOOGLE_ADS
    first = totals_of(synced(services_at(data_dir, NOW), google)[google])
    assert {(start, end) for _, start, end in first if start == MONTH} == {(MONTH, date(2026, 11, 14))}
    assert totals_of(synced(services_at(data_dir, NOW + timedelta(hours=2)), google)[google]) == set()
    assert totals_of(synced(services_at(data_dir, NOW + timedelta(days=1)), google)[google]) == first
    later = totals_of(synced(services_at(data_dir, NOW + timedelta(days=60)), google)[google])
    assert all(start != MONTH for _, start, _ in later)


def test_a_longer_pull_replaces_the_total_of_the_days_that_it_covers(data_dir: Path) -> None:
    meta = Platform.META_ADS
    synced(services_at(data_dir, NOW), meta)
    services = services_at(data_dir, NOW, days=12)
    services.sync.daily(meta, DateRange(date(2026, 11, 9), NOW.date()))
    services.pipeline.unify_daily()
    ends = rows(services, "SELECT DISTINCT period_end FROM campaign_earlier_spend")
    assert ends == [(date(2026, 11, 8),)]
    services.sync.daily(meta, DateRange(date(2026, 9, 1), NOW.date()))
    services.pipeline.unify_daily()
    assert rows(services, "SELECT count(*) FROM campaign_earlier_spend WHERE period_start >= '2026-09-01'") == [(0,)]


def test_days_that_are_missing_in_between_are_totalled_like_days_before_the_first(data_dir: Path) -> None:
    pinterest = Platform.PINTEREST
    services = services_at(data_dir, NOW)
    services.sync.entities(pinterest)
    for days in (DateRange(MONTH, date(2026, 11, 4)), DateRange(date(2026, 11, 7), NOW.date())):
        services.sync.daily(pinterest, days)
    services.pipeline.unify_entities()
    services.pipeline.unify_daily()
    ends = rows(services, "SELECT DISTINCT period_end FROM campaign_earlier_spend WHERE period_start = '2026-11-01'")
    assert ends == [(date(2026, 11, 6),)]


def test_a_refused_total_costs_nothing_else_and_is_said(data_dir: Path) -> None:
    services = services_at(data_dir, NOW)
    connect = services.sync.connect

    def refusing(platform: Platform) -> Connector:
        connector = connect(platform)
        pull: Callable[..., object] = connector.pull

        def pull_or_refuse(asked: Report, account: Account, dates: DateRange | None = None) -> object:
            if asked is Report.CAMPAIGN_TOTALS:
                raise AuthError(FailureContext(platform, "GET /totals", account.account_id, 403))
            return pull(asked, account, dates)

        connector.pull = pull_or_refuse  # type: ignore[method-assign, assignment]
        return connector

    sync: Sync = replace(services.sync, connect=refusing)
    sync.entities(Platform.META_ADS)
    result = sync.catch_up(Platform.META_ADS)
    assert result.failures == ()
    assert {refusal.report for refusal in result.refusals} == {Report.CAMPAIGN_TOTALS}
    services.pipeline.unify_daily()
    assert rows(services, "SELECT count(*) FROM campaign_earlier_spend") == [(0,)]
    assert rows(services, "SELECT count(*) > 10 FROM analytics_metrics") == [(True,)]
