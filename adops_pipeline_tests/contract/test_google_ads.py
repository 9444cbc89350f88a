"""The emulated Google Ads and its connector against Google's own v26 messages and field list."""

import json

import pytest
from google.protobuf.json_format import ParseError

from adops_pipeline.connectors.google_ads import reports
from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.sandbox.faults import FaultKind, FaultPlan
from adops_pipeline.sandbox.google_ads import GoogleAdsDialect
from adops_pipeline.sandbox.google_ads.fields import FIELDS, SELECTABLE, json_path
from adops_pipeline_tests.connectors.google_ads.conftest import days, stage
from adops_pipeline_tests.contract.google_ads_spec import check_answer, check_error, field_list, fields_of
from adops_pipeline_tests.sandbox.google_ads.conftest import DE, MANAGER, US, Clock, caller_of, market

STREAM = f"/v26/customers/{US}/googleAds:searchStream"
WEEK = "segments.date BETWEEN '2026-11-01' AND '2026-11-07'"
CHANGES = (
    f"change_event.change_date_time BETWEEN '2026-11-01' AND '2026-11-23 12:00:00' LIMIT {reports.MOST_CHANGE_EVENTS}"
)
QUERIES = [reports.CLIENTS, *reports.ENTITIES.values(), *reports.DAILY.values()]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.resource)
def test_every_field_of_every_query_exists(query: reports.ReportQuery) -> None:
    named = fields_of(query.gaql(days(6, 0)))
    assert set(named) == {*query.fields, "segments.date"}
    assert set(named) <= field_list().keys()


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_of_the_sandbox_is_googles_by_name_type_and_constants(name: str) -> None:
    known, ours = field_list()[name], FIELDS[name]
    assert ".".join(json_path(name)) == ".".join((known["resource_json"], *map(_camel, known["json"].split("."))))
    assert ours.kind == known["type"]
    assert set(ours.words) == set(known.get("enum", ()))


def test_every_field_of_the_query_of_change_events_exists() -> None:
    named = fields_of(reports.change_events("2026-11-01 00:00:00", "2026-11-23 23:59:59"))
    assert set(named) == set(reports.CHANGE_EVENTS.fields) <= field_list().keys()


def test_a_field_that_google_lacks_would_be_noticed() -> None:
    assert "metrics.conversion_value" not in field_list()
    assert "campaign.start_date" not in field_list()


async def test_whatever_the_connector_asks_the_answer_is_googles_message() -> None:
    scene = stage(chunk_rows=200)
    for account in await scene.connector.accounts():
        for report in Report:
            dates = days(40 if report.is_daily else 29, 0) if report.has_dates else None
            _ = [page async for page in scene.connector.pull(report, account, dates)]
    checked = [call for call in scene.tape.answers if not call[0].url.path.endswith("/token")]
    assert len(checked) > 20
    for request, status, content in checked:
        check_answer(request.url.path, status, content)


@pytest.mark.parametrize("resource", SELECTABLE)
async def test_every_field_selected_at_once_comes_back_in_googles_form(resource: str) -> None:
    caller = caller_of(Clock())
    await caller.log_in()
    selected = ", ".join(name for name in FIELDS if name.partition(".")[0] in SELECTABLE[resource])
    conditions = {"customer_client": "", "ad_group_ad": "", "change_event": f" WHERE {CHANGES}"}
    condition = conditions.get(resource, f" WHERE {WEEK}")
    for account in (a.account_id for a in market().accounts(Platform.GOOGLE_ADS)):
        if account == MANAGER and condition:
            continue
        for method in ("searchStream", "search"):
            answer = await caller.ask(account, method, {"query": f"SELECT {selected} FROM {resource}{condition}"})
            assert answer.status_code == 200
            check_answer(answer.request.url.path, 200, answer.content)


async def test_a_page_that_leads_on_is_googles_message_too() -> None:
    caller = caller_of(Clock(), page_rows=5)
    await caller.log_in()
    answer = await caller.ask(DE, "search", {"query": "SELECT campaign.id FROM campaign"})
    assert "nextPageToken" in answer.json()
    check_answer(answer.request.url.path, 200, answer.content)


@pytest.mark.parametrize("method", ["searchStream", "search"])
@pytest.mark.parametrize(
    ("body", "changes"),
    [
        ({"query": "SELECT metrics.conversion_value FROM campaign"}, {}),
        ({"query": "SELECT campaign.id FROM campaign WHERE campaign.status = 'ACTIVE'"}, {}),
        ({"query": "SELECT campaign.id FROM nowhere"}, {}),
        ({"query": "SELECT campaign.id, segments.date FROM campaign"}, {}),
        ({"query": "nonsense"}, {}),
        ({"query": ""}, {}),
        ({"query": "SELECT campaign.id FROM campaign", "unknown": 1}, {}),
        ({"query": "SELECT campaign.id FROM campaign"}, {"authorization": ""}),
        ({"query": "SELECT campaign.id FROM campaign"}, {"developer_token": ""}),
        ({"query": "SELECT campaign.id FROM campaign"}, {"developer_token": "guess"}),
        ({"query": "SELECT campaign.id FROM campaign"}, {"login_customer_id": "x"}),
        ({"query": "SELECT campaign.id FROM campaign"}, {"login_customer_id": "9"}),
        ({"query": "SELECT campaign.id FROM campaign"}, {"version": "v1"}),
    ],
)
async def test_refusals_are_googles_failures(body: dict[str, object], changes: dict[str, str], method: str) -> None:
    caller = caller_of(Clock())
    await caller.log_in()
    answer = await caller.ask(DE, method, body, **changes)
    assert answer.status_code >= 400
    check_answer(answer.request.url.path, answer.status_code, answer.content)


async def test_refusals_of_pages_and_managers_are_googles_failures() -> None:
    caller = caller_of(Clock())
    await caller.log_in()
    query = "SELECT campaign.id FROM campaign"
    for account, body in (
        (DE, {"query": query, "pageSize": 5}),
        (DE, {"query": query, "pageToken": "x"}),
        (MANAGER, {"query": "SELECT customer.id, metrics.clicks FROM customer"}),
        ("12-34", {"query": query}),
    ):
        answer = await caller.ask(account, "search", body)
        assert answer.status_code >= 400
        check_answer(answer.request.url.path, answer.status_code, answer.content)


@pytest.mark.parametrize("fault", [FaultKind.THROTTLED, FaultKind.EXPIRED_TOKEN])
async def test_injected_faults_are_googles_failures(fault: FaultKind) -> None:
    scene = stage(plan=FaultPlan(2, {fault: 0.5}))
    await scene.connector.accounts()
    refused = [call for call in scene.tape.answers if call[1] >= 400]
    assert refused
    for request, status, content in refused:
        check_answer(request.url.path, status, content)


def test_a_question_that_is_too_large_is_googles_failure() -> None:
    asked = b"SELECT segments.date, campaign.id FROM campaign WHERE segments.date BETWEEN '2026-01-01' AND '2026-01-02'"
    refusal = GoogleAdsDialect().too_much(STREAM, asked)
    assert refusal is not None
    check_answer(STREAM, refusal[0], refusal[2])


def test_a_revoked_account_is_googles_failure() -> None:
    status, _, content = GoogleAdsDialect().revoked(STREAM, US)
    check_answer(STREAM, status, content)


@pytest.mark.parametrize(
    "chunk",
    [
        {"results": [{"metrics": {"conversionValue": 1.5}}]},
        {"results": [{"campaign": {"startDate": "2026-01-01"}}]},
        {"results": [{"campaign": {"status": "ACTIVE"}}]},
        {"results": [{"metrics": {"clicks": 12}}]},
        {"results": [{"metrics": {"cost_micros": "12"}}]},
        {"results": [{"metrics": {"conversions": "1.5"}}]},
        {"rows": []},
    ],
    ids=str,
)
def test_the_judge_notices_what_is_not_googles_form(chunk: dict[str, object]) -> None:
    with pytest.raises((ParseError, AssertionError)):
        check_answer(STREAM, 200, json.dumps([chunk]).encode())


def test_the_judge_notices_an_error_code_that_google_lacks() -> None:
    detail = {
        "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
        "errors": [{"errorCode": {"queryError": "NO_SUCH_ERROR"}, "message": "m"}],
    }
    with pytest.raises(ParseError):
        check_error(400, {"error": {"code": 400, "message": "m", "status": "INVALID_ARGUMENT", "details": [detail]}})
