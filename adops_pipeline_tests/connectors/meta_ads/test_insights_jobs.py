"""How insights jobs are polled, and when they are given up."""

import httpx
import pytest

from adops_pipeline.connectors.errors import AskForLessError
from adops_pipeline.connectors.meta_ads.insights_jobs import Polling
from adops_pipeline.domain.vocabulary import DateRange, Report
from adops_pipeline_tests.connectors.meta_ads.conftest import NOW, US, Bench, account_of, rows_of


def test_polls_come_slower_and_slower_up_to_a_bound() -> None:
    delays = [Polling(5.0).delay(poll) for poll in range(120)]
    assert delays[:3] == [5.0, 7.5, 11.25]
    assert delays == sorted(delays)
    assert delays[-1] == 30.0
    assert 1800 < sum(delays) < 7200


async def test_a_job_is_done_only_when_completed_and_at_100_percent(bench: Bench) -> None:
    early = iter([httpx.Response(200, json={"async_status": "Job Completed", "async_percent_completion": 98})])

    def hurry(request: httpx.Request) -> httpx.Response | None:
        is_poll = request.method == "GET" and request.url.path.rpartition("/")[2].isdecimal()
        return next(early, None) if is_poll else None

    connector = bench.connector(answer=hurry)
    dates = DateRange(NOW.date().replace(month=9), NOW.date())
    rows = await rows_of(connector, Report.AD_GROUP_DAILY, await account_of(connector, US), dates)
    assert len(rows) == len(bench.market.ad_group_days(US, dates.start, dates.end, NOW))
    assert len(bench.slept) == 5


@pytest.mark.parametrize("percent", [None, 100, 100.0, "100"])
async def test_a_completed_job_is_done_without_a_percentage_too(bench: Bench, percent: object) -> None:
    def completed(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and request.url.path.endswith("/insights"):
            return httpx.Response(200, json={"report_run_id": "7"})
        if request.url.path.endswith("/7"):
            return httpx.Response(200, json={"async_status": "Job Completed", "async_percent_completion": percent})
        is_rows = request.url.path.endswith("/7/insights")
        return httpx.Response(200, json={"data": [{"spend": "1"}]}) if is_rows else None

    jobs = bench.connector(answer=completed)._jobs
    assert [page.rows async for page in jobs.read(US, {"level": "campaign"})] == [(b'{"spend":"1"}',)]
    assert len(bench.tap.asked("GET", "/7")) == 1


async def test_a_completed_job_that_never_reaches_100_percent_is_given_up_soon(bench: Bench) -> None:
    def stuck(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and request.url.path.endswith("/insights"):
            return httpx.Response(200, json={"report_run_id": "7"})
        state = {"async_status": "Job Completed", "async_percent_completion": 99}
        return httpx.Response(200, json=state) if request.url.path.endswith("/7") else None

    jobs = bench.connector(answer=stuck)._jobs
    with pytest.raises(AskForLessError, match="still 'Job Completed'"):
        _ = [page async for page in jobs.read(US, {"level": "campaign"})]
    assert len(bench.tap.asked("GET", "/7")) == Polling().most_unfinished + 1


async def test_a_job_that_never_ends_is_given_up_after_one_wait_with_what_was_last_seen(bench: Bench) -> None:
    def stuck(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and request.url.path.endswith("/insights"):
            return httpx.Response(200, json={"report_run_id": "7"})
        return httpx.Response(200, json={"async_status": "Job Running"}) if request.url.path.endswith("/7") else None

    jobs = bench.connector(answer=stuck)._jobs
    with pytest.raises(AskForLessError, match="Job abandoned: still 'Job Running'"):
        _ = [page async for page in jobs.read(US, {"level": "campaign"})]
    assert len(bench.tap.asked("POST", "/insights")) == 1
    assert len(bench.tap.asked("GET", "/7")) == Polling().most_polls
