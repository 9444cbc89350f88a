"""Promises of the sync: how many accounts at once, what a failure costs, what is asked for."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from adops_pipeline.clock import Clock
from adops_pipeline.connectors.base import Account, Identity, Page
from adops_pipeline.connectors.errors import AuthError, FailureContext
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.services.sync import PullProgress, pull_platform
from adops_pipeline.settings import load_settings
from adops_pipeline.warehouse.raw_landing import RawLanding
from adops_pipeline.wiring import build_services

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAYS = DateRange(date(2026, 11, 1), date(2026, 11, 2))


class Emulated:
    """A platform with eight accounts of one row each; ``broken`` ones fail after their first page."""

    platform = Platform.PINTEREST

    def __init__(self, *broken: str) -> None:
        self._broken = broken
        self.under_way: set[str] = set()
        self.most_at_once = 0
        self.failures: dict[str, Exception] = {}

    async def identity(self) -> Identity:
        raise NotImplementedError

    async def accounts(self) -> list[Account]:
        return [Account(self.platform, f"{n}", f"Account {n}", "EUR", "UTC", b"{}") for n in range(8)]

    async def pull(self, report: Report, account: Account, dates: DateRange | None = None) -> AsyncIterator[Page]:
        if report is Report.CHANGES:
            raise AuthError(FailureContext(self.platform, "GET /changes", account.account_id, 403))
        del dates
        self.under_way.add(account.account_id)
        self.most_at_once = max(self.most_at_once, len(self.under_way))
        yield Page((b"{}",))
        for _ in range(5):
            await asyncio.sleep(0)
        self.under_way.discard(account.account_id)
        if account.account_id in self._broken:
            raise AuthError(FailureContext(self.platform, "GET /report", account.account_id, 401))

    async def aclose(self) -> None:
        return None


def standing_at(now: datetime) -> Clock:
    return lambda: now


async def test_three_accounts_are_pulled_at_once_and_no_more(tmp_path: Path) -> None:
    platform = Emulated()
    report = await pull_platform(
        platform, RawLanding(tmp_path), [Report.CAMPAIGN_DAILY], lambda _, __: [DAYS], clock=lambda: NOON
    )
    assert (report.accounts, report.rows, platform.most_at_once) == (8, 8, 3)


async def test_an_account_that_fails_costs_the_others_nothing(tmp_path: Path) -> None:
    steps: list[PullProgress] = []
    report = await pull_platform(
        Emulated("5", "2"), RawLanding(tmp_path), [Report.ACCOUNTS, Report.CAMPAIGN_DAILY], lambda _, __: [DAYS],
        clock=lambda: NOON, progress=steps.append,
    )  # fmt: skip
    assert [(f.account_id, f.is_auth) for f in report.failures] == [("2", True), ("5", True)]
    daily = [pull.account_id for pull in report.pulls if pull.report == Report.CAMPAIGN_DAILY]
    assert daily == ["0", "1", "3", "4", "6", "7"]
    assert [pull.account_id for pull in report.pulls if pull.report == Report.ACCOUNTS] == [str(n) for n in range(8)]
    assert [(step.done, step.total) for step in steps] == [(n + 1, 16) for n in range(14)]


async def test_a_refused_log_of_changes_costs_nothing_but_the_changes_and_is_said(tmp_path: Path) -> None:
    reports = [Report.CAMPAIGNS, Report.CHANGES, Report.CAMPAIGN_DAILY]
    report = await pull_platform(Emulated(), RawLanding(tmp_path), reports, lambda _, __: [DAYS], clock=lambda: NOON)
    assert report.failures == ()
    assert [refusal.account_id for refusal in report.refusals] == [str(n) for n in range(8)]
    assert "HTTP 403" in report.refusals[0].reason
    assert sorted({pull.report for pull in report.pulls}) == [Report.CAMPAIGN_DAILY, Report.CAMPAIGNS]


def test_changes_are_asked_for_as_far_as_they_reach_and_then_from_yesterday_on(data_dir: Path) -> None:
    asked = []
    for now in (NOON, NOON, NOON + timedelta(hours=1), NOON + timedelta(days=2)):
        services = build_services(load_settings(data_dir=data_dir), clock=standing_at(now))
        report = services.sync.entities(Platform.GOOGLE_ADS)
        asked.append({(p.range_start, p.range_end) for p in report.pulls if p.report == Report.CHANGES})
    today = date(2026, 11, 3)
    assert asked == [{(date(2026, 10, 5), today)}, set(), {(today, today)}, {(today, date(2026, 11, 5))}]
    assert services.sync.entities(Platform.PINTEREST).refusals == ()
