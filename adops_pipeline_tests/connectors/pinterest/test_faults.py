"""What goes wrong on the way: throttling in all its forms, broken answers, and no credential in any word about it."""

import logging
from collections.abc import Callable

import httpx
import pytest

from adops_pipeline.connectors.errors import (
    AuthError,
    ConnectorError,
    ContractError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.domain.vocabulary import Report
from adops_pipeline.sandbox.pinterest import SANDBOX_APP_SECRET, SANDBOX_REFRESH_TOKEN
from adops_pipeline_tests.connectors.pinterest.conftest import Stage, days, error, spend_of

MakeStage = Callable[..., Stage]

ANALYTICS = "/campaigns/analytics"
DATES = days(10, 1)


@pytest.mark.parametrize(
    ("throttled", "at_least"),
    [
        (error(429, 2726, "Reporting query cost limit exceeded. Retry after 7 seconds"), 7),
        (error(400, 1, "Retry after 5 seconds"), 5),
        (error(429, 8, "This request exceeded a rate limit.", x_ratelimit_reset="11"), 11),
    ],
)
async def test_a_throttled_request_waits_as_long_as_it_was_told(
    stage: Stage, throttled: httpx.Response, at_least: float
) -> None:
    account = await stage.account()
    stage.answer_once(ANALYTICS, throttled)
    rows = await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)
    assert spend_of(rows) == stage.spend(account.account_id, DATES)
    assert len(stage.sleeps) == 1
    assert at_least <= stage.sleeps[0] <= at_least * 2


async def test_pacing_by_the_quotas_headers_never_meets_the_limit(make_stage: MakeStage) -> None:
    stage = make_stage(requests_per_minute=3)
    answers = []
    inner = stage.tape.inner

    class Watched(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await inner.handle_async_request(request)
            answers.append(answer.status_code)
            return answer

    stage.tape.inner = Watched()
    for account in await stage.connector.accounts():
        for report in Report:
            await stage.rows(report, account, DATES if report.has_dates else None)
    assert set(answers) == {200}
    assert len(stage.sleeps) >= 3


async def test_something_wrong_on_pinterests_end_is_tried_again(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once(ANALYTICS, error(400, 12, "Something went wrong on our end. Sorry about that."))
    assert spend_of(await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)) == stage.spend(account.account_id, DATES)


async def test_a_bad_request_is_not_tried_again(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once(ANALYTICS, error(400, 400, "Invalid ad account campaign analytics parameters."))
    with pytest.raises(PermanentError, match="Invalid ad account campaign analytics parameters"):
        await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)
    assert len(stage.tape.asked(ANALYTICS)) == 1


async def test_a_pause_of_hours_is_reported_not_waited_for(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once(ANALYTICS, error(429, 2726, "Reporting query cost limit exceeded. Retry after 7200 seconds"))
    with pytest.raises(ThrottledError) as caught:
        await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)
    assert caught.value.retry_after == 7200
    assert stage.sleeps == []


async def test_a_truncated_answer_is_asked_for_again(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once(ANALYTICS, httpx.Response(200, content=b'[{"CAMPAIGN_ID":"626740623011","SPEND_IN_MI'))
    assert spend_of(await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)) == stage.spend(account.account_id, DATES)


async def test_a_page_that_is_html_is_a_contract_error_that_shows_its_first_words(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once(ANALYTICS, httpx.Response(200, html="<html><title>Maintenance</title></html>"))
    with pytest.raises(ContractError, match="<title>Maintenance"):
        await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)


async def test_html_with_a_server_error_passes_by_itself(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once(ANALYTICS, httpx.Response(502, html="<html>Bad gateway</html>"))
    assert spend_of(await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)) == stage.spend(account.account_id, DATES)


@pytest.mark.parametrize("body", [b'{"items": {}}', b"{}", b'{"items": [{"name": "no id"}]}', b"[]"])
async def test_a_list_of_another_form_is_a_contract_error(stage: Stage, body: bytes) -> None:
    account = await stage.account()
    stage.answer_once("/campaigns", httpx.Response(200, content=body))
    with pytest.raises(ContractError, match=r"unexpected answer"):
        await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)


async def test_an_analytics_answer_that_is_no_array_is_a_contract_error(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once(ANALYTICS, httpx.Response(200, json={"rows": []}))
    with pytest.raises(ContractError, match="not an array"):
        await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)


async def test_a_token_that_runs_out_on_the_way_is_refreshed(stage: Stage) -> None:
    account = await stage.account()
    stage.answer_once(ANALYTICS, error(401, 2, "Authentication failed."))
    assert spend_of(await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)) == stage.spend(account.account_id, DATES)
    assert len(stage.tape.asked("/oauth/token", "POST")) == 2


async def test_no_word_about_a_failure_holds_a_credential(
    make_stage: MakeStage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"code": 2, "message": f"Authentication failed. refresh_token={SANDBOX_REFRESH_TOKEN} Bearer pina_secret"}
    failures: list[tuple[str, httpx.Response]] = [
        ("/oauth/token", httpx.Response(401, json=echo)),
        ("/campaigns", httpx.Response(401, json=echo)),
        ("/campaigns", httpx.Response(403, json=echo)),
        ("/campaigns", httpx.Response(503, json=echo)),
        ("/campaigns", httpx.Response(200, html="<html>")),
        ("/reports", httpx.Response(400, json=echo)),
        (".json", httpx.Response(404, text="no such file")),
    ]
    tokens = {SANDBOX_APP_SECRET, SANDBOX_REFRESH_TOKEN, "pina_secret", "Signature"}
    for ending, answer in failures:
        stage = make_stage()
        stage.answer_once(ending, *[answer] * 100)
        raised: ConnectorError | None = None
        try:
            await stage.first_rows(Report.CAMPAIGNS)
            await stage.first_rows(Report.CAMPAIGN_DAILY, days(120, 1))
        except (AuthError, TransientError, PermanentError) as failure:
            raised = failure
        assert raised is not None, ending
        tokens |= {r.headers.get("authorization", "Bearer -").split()[1] for r in stage.tape.requests} - {"-"}
        told = (
            f"{raised} {raised!r} {raised.__cause__!r} {raised.__context__ if not raised.__suppress_context__ else ''}"
        )
        assert not [t for t in tokens if t in told], told
    assert not [t for t in tokens if t in caplog.text]
