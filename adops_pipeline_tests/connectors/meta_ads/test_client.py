"""The Meta connector against the emulated Graph API: what it brings, and what it does when things go wrong."""

import json
from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest

from adops_pipeline.connectors.errors import (
    AuthError,
    ContractError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.domain.vocabulary import CampaignStatus, DateRange, Report
from adops_pipeline.sandbox.faults import FaultPlan
from adops_pipeline_tests.connectors.meta_ads.conftest import GB, JP, NOW, US, Bench, account_of, rows_of
from adops_pipeline_tests.connectors.meta_ads.spans import SIX_WEEKS, WEEK, parsed

"""Long enough for a job at ad-set level, short enough for a call at campaign level."""


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
