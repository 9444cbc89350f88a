"""What is too much for Meta is asked for in jobs, smaller pages, fewer days and fewer campaigns."""

import json
from datetime import date, timedelta

import httpx
import pytest

from adops_pipeline.connectors.errors import (
    AskForLessError,
)
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.domain.vocabulary import DateRange, Report
from adops_pipeline.sandbox.faults import FaultKind, FaultPlan
from adops_pipeline_tests.connectors.meta_ads.conftest import GB, JP, NOW, US, Bench, account_of, rows_of
from adops_pipeline_tests.connectors.meta_ads.spans import QUARTER, SIX_WEEKS, WEEK, form_of, parsed

TOO_MUCH = {"error": {"message": "Please reduce the amount of data you're asking for, then retry", "code": 1}}


async def test_a_month_is_one_call_and_a_long_span_is_jobs(bench: Bench) -> None:
    connector = bench.connector()
    account = await account_of(connector, GB)
    month = DateRange(date(2026, 10, 24), date(2026, 11, 23))
    for report in (Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY):
        await rows_of(connector, report, account, month)
    assert not bench.tap.asked("POST", "/insights")
    await rows_of(connector, Report.AD_GROUP_DAILY, account, DateRange(date(2026, 5, 28), date(2026, 11, 23)))
    jobs = bench.tap.asked("POST", f"/act_{GB}/insights")
    spans = [json.loads(form_of(job)["time_range"]) for job in jobs]
    assert [(span["since"], span["until"]) for span in spans] == [
        ("2026-05-28", "2026-08-25"),
        ("2026-08-26", "2026-11-23"),
    ]


async def test_a_failed_job_is_started_anew(bench: Bench) -> None:
    connector = bench.connector(failing_jobs={1, 2})
    account = await account_of(connector, US)
    rows = await rows_of(connector, Report.CAMPAIGN_DAILY, account, QUARTER)
    truth = bench.market.campaign_days(US, QUARTER.start, QUARTER.end, NOW)
    assert len(rows) == len(truth)
    assert len(bench.tap.asked("POST", f"/act_{US}/insights")) == 3


async def test_a_job_that_keeps_failing_is_cut_into_shorter_ones(bench: Bench) -> None:
    connector = bench.connector(failing_jobs={1, 2, 3})
    account = await account_of(connector, US)
    rows = await rows_of(connector, Report.CAMPAIGN_DAILY, account, QUARTER)
    assert len(rows) == len(bench.market.campaign_days(US, QUARTER.start, QUARTER.end, NOW))
    assert len(set(rows)) == len(rows)
    spans = [json.loads(form_of(r)["time_range"]) for r in bench.tap.asked("POST", f"/act_{US}/insights")]
    assert spans == [{"since": "2026-07-27", "until": "2026-11-23"}] * 3
    # Half of 120 days is short enough for a call of its own.
    halves = [json.loads(r.url.params["time_range"]) for r in bench.tap.asked("GET", f"/act_{US}/insights")]
    assert {(half["since"], half["until"]) for half in halves} == {
        ("2026-07-27", "2026-09-24"),
        ("2026-09-25", "2026-11-23"),
    }


async def test_too_much_data_halves_the_page_without_waiting(bench: Bench) -> None:
    connector = bench.connector(page_size=2000)
    account = await account_of(connector, US)
    limits = [r.url.params["limit"] for r in bench.tap.asked("GET", "/adaccounts")]
    assert limits == ["2000", "1000", "500"]
    rows = await rows_of(connector, Report.CAMPAIGN_DAILY, account, WEEK)
    assert len(rows) == len(bench.market.campaign_days(US, WEEK.start, WEEK.end, NOW))
    assert not bench.slept


async def test_too_much_data_at_the_smallest_page_halves_the_days(bench: Bench) -> None:
    def refuse_long(request: httpx.Request) -> httpx.Response | None:
        span = json.loads(request.url.params.get("time_range", "{}"))
        if not span or date.fromisoformat(span["until"]) - date.fromisoformat(span["since"]) < timedelta(days=3):
            return None
        return httpx.Response(500, json=TOO_MUCH)

    connector = bench.connector(answer=refuse_long)
    account = await account_of(connector, JP)
    rows = parsed(await rows_of(connector, Report.CAMPAIGN_DAILY, account, WEEK))
    truth = bench.market.campaign_days(JP, WEEK.start, WEEK.end, NOW)
    assert [(row["date_start"], row["campaign_id"]) for row in rows] == [(str(d.date), d.campaign_id) for d in truth]
    assert not bench.slept


async def test_a_day_that_is_still_too_much_is_an_error(bench: Bench) -> None:
    def refuse(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(500, json=TOO_MUCH) if request.url.path.endswith("/insights") else None

    connector = bench.connector(answer=refuse)
    account = await account_of(connector, JP)
    with pytest.raises(AskForLessError, match="reduce the amount of data"):
        await rows_of(connector, Report.CAMPAIGN_DAILY, account, WEEK)


async def test_with_every_kind_of_fault_the_result_is_the_same(bench: Bench) -> None:
    async def everything(plan: FaultPlan) -> dict[tuple[str, Report], list[bytes]]:
        connector = bench.connector(plan=plan, page_size=100)
        return {
            (account.account_id, report): await rows_of(connector, report, account, SIX_WEEKS)
            for account in await connector.accounts()
            for report in Report
        }

    plan = FaultPlan.parse(
        "throttled=0.1,server_error=0.05,timeout=0.05,truncated=0.1,expired_token=0.1,duplicate_page=0.2;seed=5"
    )
    assert await everything(plan) == await everything(FaultPlan(0, {}))
    assert len(plan.injected) == 6


@pytest.mark.parametrize("report", [Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY])
async def test_what_is_over_metas_limit_of_data_in_a_call_is_asked_for_in_fewer_days(
    bench: Bench, report: Report
) -> None:
    plan = FaultPlan(3, {FaultKind.TOO_MUCH: 0.95})
    connector = bench.connector()
    account = await account_of(connector, US)
    expected = await rows_of(connector, report, account, WEEK)
    found = await rows_of(bench.connector(plan=plan), report, account, WEEK)
    assert sorted(found) == sorted(expected)
    assert plan.injected[FaultKind.TOO_MUCH] > 1


@pytest.mark.parametrize(
    "error",
    [
        {"code": 100, "error_subcode": 1487534, "message": "The data queried is more than the data-per-call limit."},
        {"code": 1, "message": "An unknown error occurred"},
        {"code": 2, "message": "Service temporarily unavailable", "is_transient": True},
    ],
)
@pytest.mark.parametrize("report", [Report.CAMPAIGN_DAILY, Report.CAMPAIGN_TOTALS])
async def test_a_day_that_is_too_much_for_meta_is_asked_for_in_halves_of_the_campaigns_and_the_deleted_ones(
    bench: Bench, error: dict[str, object], report: Report
) -> None:
    def answer(request: httpx.Request) -> httpx.Response | None:
        filters = json.loads(request.url.params.get("filtering", "[]"))
        is_small = len(filters) > 1 and len(filters[1]["value"]) < 4
        is_insights = request.url.path.endswith("/insights")
        return httpx.Response(500, json={"error": error}) if is_insights and not is_small else None

    connector = bench.connector()
    account = await account_of(connector, US)
    day = DateRange(date(2026, 9, 1), date(2026, 9, 1))
    expected = await rows_of(connector, report, account, day)
    refusing = bench.connector(answer=answer, retry=RetryPolicy(attempts=2))
    assert sorted(await rows_of(refusing, report, account, day)) == sorted(expected)
    listed = {row["id"] for row in parsed(await rows_of(connector, Report.CAMPAIGNS, account))}
    assert {row["campaign_id"] for row in parsed(expected)} - listed, "a deleted campaign must have spent on the day"
