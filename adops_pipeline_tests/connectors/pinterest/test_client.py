"""The connector against the emulated Pinterest: lists, daily reports, and accounts that fail alone."""

import json
from collections.abc import Callable

import httpx
import pytest

from adops_pipeline.connectors.errors import AuthError, ContractError, PermanentError
from adops_pipeline.connectors.pinterest import client, reports
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform, Report
from adops_pipeline.sandbox.faults import FaultKind, FaultPlan
from adops_pipeline_tests.connectors.pinterest.conftest import NOW, Stage, days, error, spend_of

MakeStage = Callable[..., Stage]


async def test_identity_says_who_and_what_is_allowed(stage: Stage) -> None:
    identity = await stage.connector.identity()
    assert identity.name == "Sandbox Advertiser"
    assert "ads:read" in identity.permissions
    assert list(identity.account_ids) == stage.account_ids


async def test_identity_does_without_the_scope_for_the_name(stage: Stage) -> None:
    stage.answer_once("/user_account", *[error(401, 3, "Your token does not have sufficient permissions")])
    identity = await stage.connector.identity()
    assert identity.name == ""
    assert list(identity.account_ids) == stage.account_ids
    assert len(stage.tape.asked("/oauth/token", "POST")) == 1


async def test_accounts_report_in_utc_days_and_their_own_currency(stage: Stage) -> None:
    accounts = await stage.connector.accounts()
    expected = [(a.account_id, a.name, a.currency, "UTC") for a in stage.market.accounts(Platform.PINTEREST)]
    assert [(a.account_id, a.name, a.currency, a.timezone) for a in accounts] == expected
    assert await stage.rows(Report.ACCOUNTS, accounts[0]) == [json.loads(accounts[0].row)]


@pytest.mark.parametrize(
    ("record", "failed", "reason"),
    [
        ({"id": "2", "currency": "euro"}, "2", "'euro' is no currency code"),
        ({"id": "2", "name": ["a"]}, "2", "name"),
        ({"id": None, "currency": "EUR"}, "record 2", "id"),
        ({"id": "2/3"}, "2/3", "is no id"),
    ],
)
async def test_a_record_that_cannot_be_read_fails_alone(
    stage: Stage, record: dict[str, object], failed: str, reason: str
) -> None:
    listed = [{"id": "1", "name": "One", "currency": "EUR"}, record, {"id": "3", "name": None, "currency": None}]
    stage.answer_once("/ad_accounts", httpx.Response(200, json={"items": listed}))
    accounts = await stage.connector.accounts()
    assert [(a.account_id, a.name, a.currency) for a in accounts] == [("1", "One", "EUR"), ("3", "3", "UNK")]
    ((account_id, failure),) = stage.connector.failures.items()
    assert account_id == failed
    assert isinstance(failure, ContractError)
    assert reason in str(failure)


async def test_an_error_that_is_not_utf8_is_told_as_far_as_it_can_be_read(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once("/campaigns", httpx.Response(400, content=b'{"code": 1, "message": "\xff bad"}'))
    with pytest.raises(PermanentError, match="bad") as caught:
        await stage.rows(Report.CAMPAIGNS, account)
    assert caught.value.context.account_id == account.account_id


@pytest.mark.parametrize("refusal", [error(413, 1, "too large"), error(500, 1, "oops"), error(400, 12, "our end")])
async def test_what_is_too_much_for_pinterest_is_asked_for_in_fewer_days_then_fewer_ids(
    make_stage: MakeStage, refusal: httpx.Response
) -> None:
    calm, refusing = make_stage(), make_stage()
    dates = days(13, 10)

    def instead(request: httpx.Request) -> httpx.Response | None:
        asked = request.url.params
        if not request.url.path.endswith("/analytics"):
            return None
        is_small = asked["start_date"] == asked["end_date"] and len(asked.get_list("campaign_ids")) < 8
        return None if is_small else httpx.Response(refusal.status_code, content=refusal.content)

    refusing.tape.instead = instead
    expected = await calm.first_rows(Report.CAMPAIGN_DAILY, dates)
    found = await refusing.first_rows(Report.CAMPAIGN_DAILY, dates)
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, expected))
    assert expected


async def test_a_question_that_pinterest_never_answers_at_that_length_is_halved(make_stage: MakeStage) -> None:
    plan = FaultPlan(5, {FaultKind.TOO_MUCH: 0.9})
    calm, refusing = make_stage(), make_stage(plan=plan)
    expected = await calm.first_rows(Report.CAMPAIGN_DAILY, days(17, 10))
    found = await refusing.first_rows(Report.CAMPAIGN_DAILY, days(17, 10))
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, expected))
    assert plan.injected[FaultKind.TOO_MUCH] > 6


async def test_campaigns_of_every_status_come_archived_ones_too(stage: Stage) -> None:
    rows = await stage.first_rows(Report.CAMPAIGNS)
    expected = {c.campaign_id: c for c in stage.market.campaigns(stage.account_ids[0], NOW)}
    assert {r["id"] for r in rows} == set(expected)
    archived = {key for key, c in expected.items() if c.status is CampaignStatus.REMOVED}
    assert archived
    assert {r["id"] for r in rows if r["status"] == "ARCHIVED"} == archived


@pytest.mark.parametrize("report", [Report.CAMPAIGNS, Report.AD_GROUPS])
async def test_bookmarks_are_followed_to_the_end(stage: Stage, report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = await stage.first_rows(report)
    monkeypatch.setattr(client, "PAGE_SIZE", 5)
    stage.tape.requests.clear()
    paged = await stage.first_rows(report)
    assert paged == at_once
    assert len(stage.tape.asked(f"/{report.value}")) == -(-len(at_once) // 5)


async def test_a_list_that_leads_in_a_circle_is_reported_not_followed_for_ever(stage: Stage) -> None:
    circle = [httpx.Response(200, json={"items": [], "bookmark": "again"}) for _ in range(20)]
    account = await stage.account()
    stage.answer_once("/campaigns", *circle)
    with pytest.raises(ContractError, match="lead in a circle"):
        await stage.rows(Report.CAMPAIGNS, account)


async def test_recent_days_are_read_at_once_older_ones_through_a_report(stage: Stage) -> None:
    await stage.first_rows(Report.CAMPAIGN_DAILY, days(89, 80))
    assert len(stage.tape.asked("/campaigns/analytics")) == 1
    assert not stage.tape.asked("/reports", "POST")
    await stage.first_rows(Report.CAMPAIGN_DAILY, days(90, 80))
    assert len(stage.tape.asked("/campaigns/analytics")) == 1
    assert len(stage.tape.asked("/reports", "POST")) == 1


async def test_both_ways_give_the_same_numbers(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for report, key in ((Report.CAMPAIGN_DAILY, "CAMPAIGN_ID"), (Report.AD_GROUP_DAILY, "AD_GROUP_ID")):
        sync = await stage.first_rows(report, days(60, 1))
        monkeypatch.setattr(reports, "SYNC_DAYS_BACK", 30)
        later = await stage.first_rows(report, days(60, 1))
        monkeypatch.undo()
        for column in reports.METRIC_COLUMNS:
            expected = {(r[key], r["DATE"]): r[column] for r in sync}
            assert {(str(r[key]), r["DATE"]): r.get(column, 0) for r in later} == expected


async def test_daily_spend_is_the_markets(stage: Stage) -> None:
    for dates in (days(40, 0), days(300, 1)):
        rows = await stage.first_rows(Report.CAMPAIGN_DAILY, dates)
        assert spend_of(rows) == stage.spend(stage.account_ids[0], dates)


async def test_ids_go_out_in_portions_and_every_one_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "IDS_PER_REQUEST", 10)
    rows = await stage.first_rows(Report.AD_GROUP_DAILY, days(30, 1))
    asked = [r.url.params.get_list("ad_group_ids") for r in stage.tape.asked("/ad_groups/analytics")]
    groups = stage.market.ad_groups(stage.account_ids[0], NOW)
    assert max(len(ids) for ids in asked) == 10
    assert sorted(i for ids in asked for i in ids) == sorted(g.ad_group_id for g in groups)
    spent = stage.spend(stage.account_ids[0], days(30, 1))
    assert sum(r["SPEND_IN_MICRO_DOLLAR"] for r in rows) == sum(spent.values())


async def test_an_account_without_campaigns_needs_no_report(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once("/campaigns", httpx.Response(200, json={"items": []}))
    assert await stage.rows(Report.CAMPAIGN_DAILY, account, days(10, 1)) == []
    assert not stage.tape.asked("/campaigns/analytics")


async def test_days_beyond_pinterests_reach_are_refused_before_asking(stage: Stage) -> None:
    account = await stage.account()
    before = len(stage.tape.requests)
    with pytest.raises(PermanentError, match="reach back to 2024-05-24"):
        await stage.rows(Report.CAMPAIGN_DAILY, account, days(914, 900))
    assert len(stage.tape.requests) == before
    assert await stage.rows(Report.CAMPAIGN_DAILY, account, days(913, 910)) != []


async def test_a_named_account_that_cannot_be_read_does_not_stop_the_others(make_stage: MakeStage) -> None:
    stage = make_stage(account_ids=("549761220488", "123456789012"))
    assert [a.account_id for a in await stage.connector.accounts()] == ["549761220488"]
    assert list(stage.connector.failures) == ["123456789012"]
    assert "AdAccount not found." in str(stage.connector.failures["123456789012"])


async def test_a_revoked_account_fails_alone_and_is_named(make_stage: MakeStage) -> None:
    stage = make_stage(plan=FaultPlan(1, {}, revoked_accounts=frozenset({"549755885175"})))
    revoked, other = await stage.connector.accounts()
    with pytest.raises(AuthError, match=r"account 549755885175.*not permitted"):
        await stage.rows(Report.CAMPAIGN_DAILY, revoked, days(5, 1))
    rows = await stage.rows(Report.CAMPAIGN_DAILY, other, days(5, 1))
    assert spend_of(rows) == stage.spend(other.account_id, days(5, 1))


async def test_refused_credentials_are_no_single_accounts_failure(stage: Stage, make_stage: MakeStage) -> None:
    stage = make_stage(account_ids=("549755885175",))
    refusals = [error(401, 2, "Authentication failed.") for _ in range(5)]
    stage.answer_once("/oauth/token", *refusals)
    with pytest.raises(AuthError, match="refresh token refused: Authentication failed"):
        await stage.connector.accounts()


async def test_words_that_are_new_pass_through(stage: Stage) -> None:
    account = await stage.account()
    item = {"id": "626740623011", "status": "HIBERNATING", "objective_type": "CTV_CONSIDERATION", "brand_new": [1]}
    stage.answer_once("/campaigns", httpx.Response(200, json={"items": [item], "bookmark": None, "total": 1}))
    assert await stage.rows(Report.CAMPAIGNS, account) == [item]


async def test_numbers_keep_their_text(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once("/analytics", httpx.Response(200, content=b'[{"CAMPAIGN_ID": 9007199254740993,\n "X": 1.10}]'))
    pages = [page async for page in stage.connector.pull(Report.CAMPAIGN_DAILY, account, days(3, 1))]
    assert pages[0].rows == (b'{"CAMPAIGN_ID":9007199254740993,"X":1.10}',)


@pytest.mark.parametrize("seed", range(4))
async def test_with_faults_the_rows_are_the_same(make_stage: MakeStage, seed: int) -> None:
    rates = dict.fromkeys(FaultKind, 0.1)
    plan = FaultPlan(seed, rates)
    for report, dates in (
        (Report.CAMPAIGNS, None),
        (Report.AD_GROUPS, None),
        (Report.CAMPAIGN_DAILY, days(30, 1)),
        (Report.AD_GROUP_DAILY, days(200, 1)),
    ):
        calm = await make_stage().first_rows(report, dates)
        spoilt = await make_stage(plan=plan).first_rows(report, dates)
        once = {str(row): row for row in spoilt}
        assert list(once.values()) == calm
    assert plan.injected.total() > 3


async def test_requests_beyond_a_burst_are_spread_out_unasked(stage: Stage) -> None:
    empty = httpx.Response(200, json={"items": [], "bookmark": None})
    stage.tape.instead = lambda request: empty if request.url.path.endswith("/ad_accounts") else None
    for _ in range(100):
        await stage.connector.accounts()
    # Forty beyond the burst of sixty at five a second, less what the time that the test takes gives back.
    assert stage.sleeps
    assert max(stage.sleeps) <= 40 / 5 + 0.1
