"""Promises of the reports: every status, every day, numbers untouched, the same under faults, one account at a time."""

import json
from datetime import date
from decimal import Decimal

import httpx
import pytest

from adops_pipeline.connectors.errors import AuthError
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.domain.vocabulary import DateRange, Report
from adops_pipeline.sandbox.faults import FaultKind, FaultPlan
from adops_pipeline_tests.connectors.google_ads.conftest import (
    DE,
    EMPTY,
    JP,
    NOW,
    US,
    account,
    days,
    market,
    once,
    refusal,
    stage,
)

STREAM = "googleAds:searchStream"


async def test_campaigns_and_ad_groups_of_every_status_come_with_their_budgets() -> None:
    scene = stage()
    campaigns = await scene.rows(Report.CAMPAIGNS, DE)
    ad_groups = await scene.rows(Report.AD_GROUPS, DE)
    assert {row["campaign"]["id"] for row in campaigns} == {c.campaign_id for c in market().campaigns(DE, NOW)}
    assert {row["adGroup"]["id"] for row in ad_groups} == {g.ad_group_id for g in market().ad_groups(DE, NOW)}
    assert {row["campaign"]["status"] for row in campaigns} == {"ENABLED", "PAUSED", "REMOVED"}
    assert all({"amountMicros", "totalAmountMicros"} & row["campaignBudget"].keys() for row in campaigns)
    assert all(row["customer"]["currencyCode"] == "EUR" for row in [*campaigns, *ad_groups])


@pytest.mark.parametrize("report", [Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY])
async def test_daily_rows_are_every_day_the_market_had(report: Report) -> None:
    dates = days(100, 1)
    rows = await stage().rows(report, DE, dates)
    ask = market().campaign_days if report is Report.CAMPAIGN_DAILY else market().ad_group_days
    truth = ask(DE, dates.start, dates.end, NOW)
    told = {(r["segments"]["date"], r["campaign"]["id"], r.get("adGroup", {}).get("id", "")): r for r in rows}
    assert told.keys() == {(d.date.isoformat(), d.campaign_id, d.ad_group_id) for d in truth}
    assert len(told) == len(rows)
    for day in truth:
        row = told[day.date.isoformat(), day.campaign_id, day.ad_group_id]
        assert Decimal(row["metrics"]["costMicros"]) == day.spend * 1_000_000
        assert row["customer"] == {
            "resourceName": f"customers/{DE}",
            "id": DE,
            "currencyCode": "EUR",
            "timeZone": "Europe/Berlin",
        }


async def test_removed_campaigns_keep_their_history() -> None:
    rows = await stage().rows(Report.CAMPAIGN_DAILY, US, DateRange(date(2026, 8, 1), date(2026, 9, 30)))
    assert "REMOVED" in {row["campaign"]["status"] for row in rows}


async def test_a_long_range_is_asked_in_months_and_the_usual_re_pull_in_one() -> None:
    scene = stage()
    wanted = await scene.account(US)
    asked: list[list[str]] = []
    for dates in (days(30, 0), days(99, 0)):
        before = len(scene.tape.queries())
        _ = [page async for page in scene.connector.pull(Report.CAMPAIGN_DAILY, wanted, dates)]
        asked.append(scene.tape.queries()[before:])
    assert [len(queries) for queries in asked] == [1, 4]
    assert "WHERE segments.date BETWEEN '2026-10-24' AND '2026-11-23' ORDER BY segments.date" in asked[0][0]


async def test_every_chunk_is_a_page() -> None:
    scene = stage(chunk_rows=50)
    wanted = await scene.account(US)
    pages = [page async for page in scene.connector.pull(Report.CAMPAIGN_DAILY, wanted, days(29, 0))]
    assert len(pages) > 4
    assert {len(page.rows) for page in pages[:-1]} == {50}


async def test_an_empty_account_has_no_rows_in_any_report() -> None:
    scene = stage()
    wanted = await scene.account(EMPTY)
    for report in (Report.CAMPAIGNS, Report.AD_GROUPS, Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY):
        dates = days(29, 0) if report.is_daily else None
        assert [page async for page in scene.connector.pull(report, wanted, dates)] == []


async def test_the_account_report_is_the_accounts_own_row() -> None:
    scene = stage()
    wanted = await scene.account(JP)
    assert [page.rows async for page in scene.connector.pull(Report.ACCOUNTS, wanted)] == [(wanted.row,)]


async def test_rows_stay_as_google_wrote_them_one_line_each() -> None:
    body = b"""[{
      "results": [
        { "campaign": { "id": "9007199254740993", "name": "a \\"q\\"\\n\\u00e9 \xf0\x9f\x8f\x95", "new": [1, 2] },
          "metrics": { "costMicros": "9223372036854775807", "conversions": 1.10, "conversionsValue": 1e+16 } }
      ], "fieldMask": "campaign.id", "requestId": "r" }, { "fieldMask": "campaign.id" }, { "results": [] }]"""
    scene = stage(once(STREAM, httpx.Response(200, content=body)))
    pages = [page.rows async for page in scene.connector.pull(Report.CAMPAIGNS, account())]
    row = (
        b'{"campaign":{"id":"9007199254740993","name":"a \\"q\\"\\n\\u00e9 \xf0\x9f\x8f\x95","new":[1,2]},'
        b'"metrics":{"costMicros":"9223372036854775807","conversions":1.10,"conversionsValue":1e+16}}'
    )
    assert pages == [(row,)]


async def test_a_daily_report_without_dates_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="needs dates"):
        _ = [page async for page in stage().connector.pull(Report.CAMPAIGN_DAILY, account())]


async def test_under_faults_the_rows_are_the_same() -> None:
    rates = dict.fromkeys(FaultKind, 0.1) | {FaultKind.TOO_MUCH: 0.35}
    plan = FaultPlan(5, rates)
    calm, stormy = stage(), stage(plan=plan)
    for wanted in (US, JP):
        for report in (Report.CAMPAIGNS, Report.AD_GROUPS, Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY):
            # Retries take time on the sandbox's clock, and today's figures grow with it: compare what is settled.
            dates = days(120, 60) if report.is_daily else None
            expected = await calm.rows(report, wanted, dates)
            found = await stormy.rows(report, wanted, dates)
            assert {json.dumps(row) for row in found} == {json.dumps(row) for row in expected}
    assert set(plan.injected) == set(FaultKind)


@pytest.mark.parametrize("report", [Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY])
async def test_what_is_too_much_for_google_is_asked_for_in_fewer_days(report: Report) -> None:
    plan = FaultPlan(5, {FaultKind.TOO_MUCH: 0.9})
    calm, refusing = stage(), stage(plan=plan)
    dates = days(45, 38)
    expected = await calm.rows(report, US, dates)
    assert await refusing.rows(report, US, dates) == expected
    assert plan.injected[FaultKind.TOO_MUCH] > 6


async def test_a_day_that_is_too_much_for_google_is_asked_for_campaign_by_campaign() -> None:
    def instead(request: httpx.Request) -> httpx.Response | None:
        query = request.content.decode()
        is_small = " IN (" in query and query.count(",", query.find(" IN (")) < 4
        is_report = "segments.date BETWEEN" in query
        return refusal(500, "internalError.INTERNAL_ERROR") if is_report and not is_small else None

    calm, refusing = stage(), stage(instead, retry=RetryPolicy(attempts=2))
    for report in (Report.CAMPAIGN_DAILY, Report.CAMPAIGN_TOTALS):
        expected = await calm.rows(report, US, days(40, 40))
        found = await refusing.rows(report, US, days(40, 40))
        assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, expected))
        assert expected


async def test_an_account_whose_access_was_revoked_fails_alone() -> None:
    scene = stage(plan=FaultPlan(1, {}, frozenset({JP})))
    accounts = await scene.connector.accounts()
    failed, landed = {}, []
    for wanted in accounts:
        try:
            _ = [page async for page in scene.connector.pull(Report.CAMPAIGNS, wanted)]
            landed.append(wanted.account_id)
        except AuthError as error:
            failed[wanted.account_id] = str(error)
    assert landed == [US, DE, EMPTY]
    assert "USER_PERMISSION_DENIED" in failed[JP]
    assert f"google-ads account {JP}:" in failed[JP]
