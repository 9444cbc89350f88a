"""Asynchronous reports from request to rows: polling, links, and reports that lapse."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import httpx
import pytest

from adops_pipeline.connectors.errors import ContractError, TransientError
from adops_pipeline.connectors.pinterest.async_reports import Polling
from adops_pipeline.domain.vocabulary import DateRange, Report
from adops_pipeline.sandbox.pinterest import ReportScript
from adops_pipeline.sandbox.pinterest.reports import Outcome
from adops_pipeline_tests.connectors.pinterest.conftest import Stage, days, spend_of

MakeStage = Callable[..., Stage]

DATES = days(150, 1)


async def pull(stage: Stage) -> dict[tuple[str, str], int]:
    return spend_of(await stage.first_rows(Report.CAMPAIGN_DAILY, DATES))


async def test_a_report_is_polled_ever_more_slowly_until_it_is_finished(make_stage: MakeStage) -> None:
    stage = make_stage(script=ReportScript(polls_in_progress=4))
    assert await pull(stage) == stage.spend(stage.account_ids[0], DATES)
    assert stage.sleeps == [2.0, 3.0, 4.5, 6.75]


@pytest.mark.parametrize("end", ["EXPIRED", "FAILED", "CANCELLED"])
async def test_a_report_that_lapsed_is_asked_for_again(make_stage: MakeStage, end: Outcome) -> None:
    stage = make_stage(script=ReportScript(polls_in_progress=1, outcomes=(end, end)))
    assert await pull(stage) == stage.spend(stage.account_ids[0], DATES)
    assert len(stage.tape.asked("/reports", "POST")) == 3


async def test_a_report_that_keeps_lapsing_is_a_transient_error_that_says_so(make_stage: MakeStage) -> None:
    stage = make_stage(script=ReportScript(polls_in_progress=0, outcomes=("EXPIRED",) * 3))
    with pytest.raises(TransientError, match=r"account 549755885175.*asked for 3 times; last: EXPIRED"):
        await pull(stage)


async def test_a_report_that_keeps_failing_is_asked_for_in_fewer_days(make_stage: MakeStage) -> None:
    stage = make_stage(script=ReportScript(polls_in_progress=0, outcomes=("FAILED",) * 3))
    assert await pull(stage) == stage.spend(stage.account_ids[0], DATES)
    asked = [json.loads(request.content) for request in stage.tape.asked("/reports", "POST")]
    spans = [DateRange(*(date.fromisoformat(one[end]) for end in ("start_date", "end_date"))).days for one in asked]
    assert spans == [150, 150, 150, 75, 75]


async def test_a_finished_report_without_a_link_is_decided_at_once(stage: Stage) -> None:
    account = await stage.account()

    def instead(request: httpx.Request) -> httpx.Response | None:
        state = {"report_status": "FINISHED", "url": None}
        return httpx.Response(200, json=state) if "token" in request.url.params else None

    stage.tape.instead = instead
    with pytest.raises(TransientError, match="asked for 3 times; last: FINISHED without a link"):
        await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)
    assert stage.sleeps == []


async def test_a_link_that_expired_is_polled_for_again(stage: Stage) -> None:
    def late(request: httpx.Request) -> None:
        """Between the poll and the first download an hour's quarter goes by."""
        if request.url.path.startswith("/report-files/") and len(stage.tape.asked(".json")) == 1:
            stage.now += timedelta(minutes=15)

    stage.tape.instead = late
    assert await pull(stage) == stage.spend(stage.account_ids[0], DATES)
    assert len(stage.tape.asked(".json")) == 2
    assert len(stage.tape.asked("/reports", "POST")) == 1


async def test_the_download_carries_no_bearer_token(stage: Stage) -> None:
    await pull(stage)
    (download,) = stage.tape.asked(".json")
    assert "authorization" not in download.headers


async def test_a_truncated_file_is_read_again(stage: Stage) -> None:
    stage.answer_once(".json", httpx.Response(200, content=b'{"626740623011":[{"DATE":"20'))
    assert await pull(stage) == stage.spend(stage.account_ids[0], DATES)


@pytest.mark.parametrize("body", [b"[1, 2]", b'{"1": {"DATE": "2026-01-01"}}', b'"text"'])
async def test_a_file_of_another_form_is_a_contract_error(stage: Stage, body: bytes) -> None:
    stage.answer_once(".json", httpx.Response(200, content=body))
    with pytest.raises(ContractError, match="unexpected answer"):
        await pull(stage)


async def test_a_link_that_is_no_web_address_is_not_followed(stage: Stage) -> None:
    account = await stage.account()
    state = {"report_status": "FINISHED", "url": "file:///etc/hostname"}

    def instead(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, json=state) if "token" in request.url.params else None

    stage.tape.instead = instead
    with pytest.raises(ContractError, match="not a web address"):
        await stage.rows(Report.CAMPAIGN_DAILY, account, DATES)


async def test_an_unknown_state_means_not_yet(stage: Stage) -> None:
    state = {"report_status": "WARMING_UP", "url": None}
    shown: list[int] = []

    def instead(request: httpx.Request) -> httpx.Response | None:
        if "token" not in request.url.params or shown:
            return None
        shown.append(1)
        return httpx.Response(200, json=state)

    stage.tape.instead = instead
    assert await pull(stage) == stage.spend(stage.account_ids[0], DATES)
    assert shown


async def test_a_report_that_is_never_finished_is_given_up(make_stage: MakeStage) -> None:
    stage = make_stage(script=ReportScript(polls_in_progress=1_000_000))
    with pytest.raises(TransientError, match="not finished after 1800 s"):
        await pull(stage)
    assert 1700 < sum(stage.sleeps) <= 1800


async def test_an_empty_report_has_no_rows(stage: Stage) -> None:
    stage.answer_once(".json", httpx.Response(200, content=b"{}"))
    assert await pull(stage) == {}


def test_polling_without_an_interval_still_ends() -> None:
    intervals = list(Polling(interval=0.0, patience=60.0).intervals())
    assert intervals[0] == 0.0
    assert sum(intervals) <= 60.0
