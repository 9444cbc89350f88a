"""The Meta connector against the emulated Graph API: what it brings, and what it does when things go wrong."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from adops_pipeline.connectors.errors import (
    AskForLessError,
    AuthError,
    ContractError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.domain.vocabulary import CampaignStatus, DateRange, Report
from adops_pipeline.sandbox.faults import FaultKind, FaultPlan
from adops_pipeline_tests.connectors.meta_ads.conftest import GB, JP, NOW, US, Bench, account_of, rows_of

WEEK = DateRange(date(2026, 11, 17), date(2026, 11, 23))
QUARTER = DateRange(date(2026, 7, 27), date(2026, 11, 23))
SIX_WEEKS = DateRange(date(2026, 10, 13), date(2026, 11, 23))
"""Long enough for a job at ad-set level, short enough for a call at campaign level."""
TOO_MUCH = {"error": {"message": "Please reduce the amount of data you're asking for, then retry", "code": 1}}


def parsed(rows: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(row) for row in rows]


def form_of(request: httpx.Request) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(request.content.decode()).items()}


async def test_every_account_comes_with_its_currency_and_zone(bench: Bench) -> None:
    accounts = await bench.connector().accounts()
    assert {(a.account_id, a.currency, a.timezone) for a in accounts} == {
        (US, "USD", "America/Los_Angeles"),
        (GB, "GBP", "Europe/London"),
        (JP, "JPY", "Asia/Tokyo"),
    }
    assert all(json.loads(a.row)["account_id"] == a.account_id and b"\n" not in a.row for a in accounts)


RECORD = {"account_id": "1", "name": "One", "currency": "EUR", "timezone_name": "Europe/Rome"}


@pytest.mark.parametrize(
    ("record", "failed", "reason"),
    [
        ({"account_id": "2", "timezone_name": "Mars/Olympus"}, "2", "unknown time zone 'Mars/Olympus'"),
        ({"account_id": "2", "timezone_name": None}, "2", "no time zone"),
        ({"account_id": "2", "currency": ""}, "2", "no currency"),
        ({"account_id": "2", "currency": 7}, "2", "currency"),
        ({"account_id": None}, "record 2", "account_id"),
        ({"account_id": "../2"}, "../2", "is no id"),
    ],
)
async def test_a_record_that_cannot_be_read_fails_alone(
    bench: Bench, record: dict[str, object], failed: str, reason: str
) -> None:
    listed = [RECORD, RECORD | record, RECORD | {"account_id": "3", "name": None}, RECORD]

    def answer(request: httpx.Request) -> httpx.Response | None:
        is_list = request.url.path.endswith("/me/adaccounts")
        return httpx.Response(200, json={"data": listed}) if is_list else None

    connector = bench.connector(answer=answer)
    assert [(a.account_id, a.name) for a in await connector.accounts()] == [("1", "One"), ("3", "3")]
    ((account_id, error),) = connector.failures.items()
    assert account_id == failed
    assert isinstance(error, ContractError)
    assert reason in str(error)


async def test_a_named_account_that_cannot_be_read_fails_alone(bench: Bench) -> None:
    answers = {f"/act_{US}": RECORD | {"account_id": US, "currency": None}, f"/act_{GB}": RECORD}

    def answer(request: httpx.Request) -> httpx.Response | None:
        found = answers.get(request.url.path.removeprefix("/v26.0"))
        return None if found is None else httpx.Response(200, json=found)

    connector = bench.connector(answer=answer, account_ids=[US, GB, JP])
    assert [a.account_id for a in await connector.accounts()] == [JP]
    assert "no currency" in str(connector.failures[US])
    assert "another account" in str(connector.failures[GB])


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.facebook.com:99999999/x",
        "http://[::1",
        "https://graph.facebook.com/\0",
        "https://graph.facebook.com/?" + "x" * 70_000,
        "ftp://graph.facebook.com/x",
        "/v26.0/next",
        "https:///x",
        "nonsense",
    ],
)
async def test_a_next_link_that_is_no_web_address_is_a_contract_error_of_its_account(bench: Bench, link: str) -> None:
    page = {"data": [{"id": "1"}], "paging": {"next": link}}

    def answer(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json=page) if request.url.path.endswith("/campaigns") else None

    connector = bench.connector(answer=answer)
    with pytest.raises(ContractError, match="next link is not a web address") as caught:
        await rows_of(connector, Report.CAMPAIGNS, await account_of(connector, US))
    assert caught.value.context.account_id == US
    assert len(bench.tap.asked("GET", "/campaigns")) == 1


async def test_identity_tells_who_and_what_is_allowed(bench: Bench) -> None:
    identity = await bench.connector().identity()
    assert identity.name == "Sandbox System User"
    assert "ads_read" in identity.permissions
    assert identity.account_ids == (US, GB, JP)


async def test_campaigns_come_over_many_pages_with_the_archived_and_without_the_deleted(bench: Bench) -> None:
    connector = bench.connector(page_size=7)
    statuses: list[str] = []
    for account in await connector.accounts():
        rows = parsed(await rows_of(connector, Report.CAMPAIGNS, account))
        known = {c.campaign_id: c for c in bench.market.campaigns(account.account_id, NOW)}
        assert len(rows) == len({row["id"] for row in rows})
        assert all(known[i].status is CampaignStatus.REMOVED for i in known.keys() - {row["id"] for row in rows})
        statuses += [row["effective_status"] for row in rows]
    assert set(statuses) == {"ACTIVE", "PAUSED", "ARCHIVED"}
    assert len(bench.tap.asked("GET", "/campaigns")) > 4


async def test_ad_sets_of_every_listable_status_come(bench: Bench) -> None:
    connector = bench.connector()
    rows = parsed(await rows_of(connector, Report.AD_GROUPS, await account_of(connector, US)))
    assert {row["effective_status"] for row in rows} >= {"ACTIVE", "PAUSED", "ARCHIVED", "CAMPAIGN_PAUSED"}


@pytest.mark.parametrize("dates", [WEEK, SIX_WEEKS])
async def test_daily_rows_hold_the_markets_spend_at_both_levels_to_the_cent(bench: Bench, dates: DateRange) -> None:
    connector = bench.connector()
    for account in await connector.accounts():
        truth = bench.market.campaign_days(account.account_id, dates.start, dates.end, NOW)
        for report in (Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY):
            rows = parsed(await rows_of(connector, report, account, dates))
            assert sum(Decimal(row["spend"]) for row in rows) == sum(day.spend for day in truth)
            assert sum(int(row["impressions"]) for row in rows) == sum(day.impressions for day in truth)
            assert {row["campaign_id"] for row in rows} == {day.campaign_id for day in truth}


async def test_ids_stay_text_and_numbers_stay_as_they_came(bench: Bench) -> None:
    connector = bench.connector()
    account = await account_of(connector, US)
    row = (await rows_of(connector, Report.AD_GROUP_DAILY, account, WEEK))[0]
    found = json.loads(row)
    assert int(found["campaign_id"]) > 2**53
    assert f'"campaign_id":"{found["campaign_id"]}"'.encode() in row
    assert f'"spend":"{found["spend"]}"'.encode() in row


async def test_a_deleted_campaigns_days_are_still_pulled(bench: Bench) -> None:
    gone = [c.campaign_id for a in (US,) for c in bench.market.campaigns(a, NOW) if c.status is CampaignStatus.REMOVED]
    days = bench.market.campaign_days(US, date(2026, 1, 1), NOW.date(), NOW)
    last = max(day.date for day in days if day.campaign_id in gone)
    connector = bench.connector()
    account = await account_of(connector, US)
    span = DateRange(last - timedelta(days=3), last)
    for report in (Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY):
        rows = parsed(await rows_of(connector, report, account, span))
        assert set(gone) & {row["campaign_id"] for row in rows}
    campaigns = parsed(await rows_of(connector, Report.CAMPAIGNS, account))
    assert not set(gone) & {row["id"] for row in campaigns}


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


async def test_a_revoked_account_is_reported_and_the_others_are_read(bench: Bench) -> None:
    connector = bench.connector(account_ids=(US, GB), plan=FaultPlan.parse(f"revoked={GB}"))
    accounts = await connector.accounts()
    assert [account.account_id for account in accounts] == [US]
    assert set(connector.failures) == {GB}
    failure = connector.failures[GB]
    assert isinstance(failure, AuthError)
    assert GB in str(failure)
    assert await rows_of(connector, Report.CAMPAIGN_DAILY, accounts[0], WEEK)


async def test_an_account_that_does_not_exist_is_reported_with_metas_words(bench: Bench) -> None:
    connector = bench.connector(account_ids=("1", GB))
    assert [account.account_id for account in await connector.accounts()] == [GB]
    failure = connector.failures["1"]
    assert isinstance(failure, PermanentError)
    assert not isinstance(failure, AuthError)
    assert "does not exist" in str(failure)
    assert "100/33" in str(failure)


async def test_days_beyond_metas_reach_are_refused_not_empty(bench: Bench) -> None:
    connector = bench.connector()
    account = await account_of(connector, US)
    with pytest.raises(PermanentError, match="3018"):
        await rows_of(connector, Report.CAMPAIGN_DAILY, account, DateRange(date(2023, 9, 1), date(2023, 9, 2)))


async def test_an_empty_answer_is_no_rows(bench: Bench) -> None:
    connector = bench.connector()
    account = await account_of(connector, US)
    dates = DateRange(date(2023, 12, 1), date(2023, 12, 2))
    assert await rows_of(connector, Report.CAMPAIGN_DAILY, account, dates) == []


async def test_throttling_is_waited_out_as_long_as_meta_says(bench: Bench) -> None:
    usage = {US: [{"type": "ads_insights", "call_count": 100, "estimated_time_to_regain_access": 2}]}
    body = {"error": {"message": "(#80000) There have been too many calls", "code": 80000}}
    refusals = iter([httpx.Response(400, json=body, headers={"x-business-use-case-usage": json.dumps(usage)})])

    def throttle(request: httpx.Request) -> httpx.Response | None:
        return next(refusals, None) if request.url.path.endswith("/insights") else None

    connector = bench.connector(answer=throttle)
    account = await account_of(connector, US)
    assert await rows_of(connector, Report.CAMPAIGN_DAILY, account, WEEK)
    assert len(bench.slept) == 1
    assert bench.slept[0] >= 120


async def test_a_throttle_beyond_our_patience_is_told_with_its_time(bench: Bench) -> None:
    usage = {US: [{"call_count": 100, "estimated_time_to_regain_access": 40}]}
    body = {"error": {"message": "too many calls", "code": 17}}

    def throttle(request: httpx.Request) -> httpx.Response | None:
        headers = {"x-business-use-case-usage": json.dumps(usage)}
        return httpx.Response(400, json=body, headers=headers) if "insights" in request.url.path else None

    connector = bench.connector(answer=throttle)
    account = await account_of(connector, US)
    with pytest.raises(ThrottledError) as caught:
        await rows_of(connector, Report.CAMPAIGN_DAILY, account, WEEK)
    assert caught.value.retry_after == 2400
    assert not bench.slept


async def test_a_page_that_is_html_is_a_contract_error_and_names_what_came(bench: Bench) -> None:
    def html(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, html="<html>Sorry</html>") if request.url.path.endswith("/insights") else None

    connector = bench.connector(answer=html)
    account = await account_of(connector, US)
    with pytest.raises(ContractError, match="<html>Sorry"):
        await rows_of(connector, Report.CAMPAIGN_DAILY, account, WEEK)


async def test_json_that_always_breaks_off_is_given_up_after_the_last_try(bench: Bench) -> None:
    def cut(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, text='{"data":[{"spend":"1') if request.url.path.endswith("/insights") else None

    connector = bench.connector(answer=cut, retry=RetryPolicy(attempts=3))
    account = await account_of(connector, US)
    with pytest.raises(TransientError):
        await rows_of(connector, Report.CAMPAIGN_DAILY, account, WEEK)
    assert len(bench.tap.asked("GET", "/insights")) == 3


async def test_an_answer_without_data_is_a_contract_error(bench: Bench) -> None:
    def other(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json={"rows": []}) if request.url.path.endswith("/campaigns") else None

    connector = bench.connector(answer=other)
    account = await account_of(connector, US)
    with pytest.raises(ContractError, match="data"):
        await rows_of(connector, Report.CAMPAIGNS, account)


async def test_links_that_lead_in_a_circle_end(bench: Bench) -> None:
    def circle(request: httpx.Request) -> httpx.Response | None:
        link = str(request.url.copy_with(params={"after": "same"}))
        body = {"data": [{"id": "1"}], "paging": {"next": link}}
        return httpx.Response(200, json=body) if request.url.path.endswith("/campaigns") else None

    connector = bench.connector(answer=circle)
    account = await account_of(connector, US)
    with pytest.raises(ContractError, match="circle"):
        await rows_of(connector, Report.CAMPAIGNS, account)


async def test_a_next_link_to_another_host_gets_no_credentials(bench: Bench) -> None:
    def stray(request: httpx.Request) -> httpx.Response | None:
        body = {"data": [], "paging": {"next": "https://evil.example/v26.0/x?after=a&access_token=t"}}
        return httpx.Response(200, json=body) if request.url.path.endswith("/campaigns") else None

    connector = bench.connector(answer=stray)
    account = await account_of(connector, US)
    with pytest.raises(ContractError, match="another host"):
        await rows_of(connector, Report.CAMPAIGNS, account)
    assert all(request.url.host == "graph.facebook.com" for request in bench.tap.requests)


async def test_requests_beyond_a_burst_are_spread_out_unasked(bench: Bench) -> None:
    empty = httpx.Response(200, json={"data": []})
    connector = bench.connector(answer=lambda request: empty if request.url.path.endswith("/adaccounts") else None)
    for _ in range(100):
        await connector.accounts()
    # Forty beyond the burst of sixty, less what the time that the test takes gives back.
    assert bench.slept
    assert max(bench.slept) <= 40 / 10 + 0.1
