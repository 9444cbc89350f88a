"""Insights that Meta computes in the background: start a job, poll until it has completed, read its rows."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

from adops_pipeline.connectors.base import Page, Sleep
from adops_pipeline.connectors.errors import AskForLessError, FailureContext
from adops_pipeline.connectors.http import HttpSession
from adops_pipeline.connectors.json_body import decode
from adops_pipeline.connectors.meta_ads.edges import PAGE_SIZE, read_edge
from adops_pipeline.connectors.meta_ads.models import ReportRun, StartedRun
from adops_pipeline.domain.vocabulary import Platform

_COMPLETED = "Job Completed"
_WHOLE = frozenset({"100", "100.0"})
_ENDED_BADLY = frozenset({"Job Failed", "Job Skipped"})


@dataclass(frozen=True, slots=True)
class Polling:
    """Intervals of polls (seconds, growing), number of polls, and number of jobs tried.

    ``most_unfinished``: polls of a job that is called completed and is not at 100 %.
    """

    interval_seconds: float = 2.0
    growth: float = 1.5
    longest_factor: float = 6.0
    most_polls: int = 120
    most_unfinished: int = 20
    attempts: int = 3

    def delay(self, poll: int) -> float:
        """Seconds before poll number ``poll`` (0 first)."""
        return self.interval_seconds * min(float(self.growth**poll), self.longest_factor)


class InsightsJobs:
    """Runs insights jobs of ad accounts."""

    def __init__(self, api: HttpSession, polling: Polling, sleep: Sleep, page_size: int = PAGE_SIZE) -> None:
        self._api = api
        self._polling = polling
        self._sleep = sleep
        self._page_size = page_size

    async def read(self, account_id: str, params: Mapping[str, str]) -> AsyncIterator[Page]:
        """All rows of one report. A job that fails is started again; raises AskForLessError if it keeps failing."""
        run_id = await self._completed(account_id, params)
        async for page in read_edge(self._api, f"/{run_id}/insights", {}, account_id, self._page_size):
            yield page

    async def _completed(self, account_id: str, params: Mapping[str, str]) -> str:
        path = f"/act_{account_id}/insights"
        context = FailureContext(Platform.META_ADS, f"POST {path}", account_id)
        outcome = ReportRun(async_status="")
        for attempt in range(self._polling.attempts):
            if attempt:
                await self._sleep(self._polling.delay(attempt))
            body = await self._api.request("POST", path, account_id=account_id, data=params)
            run_id = decode(body, StartedRun, context).report_run_id
            outcome = await self._outcome(run_id, account_id)
            if outcome.async_status == _COMPLETED:
                return run_id
            if outcome.async_status not in _ENDED_BADLY:
                break  # it was waited for long enough; the same again would take as long
        code = None if outcome.error_code is None else str(outcome.error_code)
        message = f"{outcome.async_status}: {outcome.error_message or 'no reason given'}"
        raise AskForLessError(replace(context, code=code, message=message))

    async def _outcome(self, run_id: str, account_id: str) -> ReportRun:
        """The job's state once it has completed, failed, or exhausted its polls."""
        context = FailureContext(Platform.META_ADS, f"GET /{run_id}", account_id)
        run, unfinished = ReportRun(async_status=""), 0
        for poll in range(self._polling.most_polls):
            await self._sleep(self._polling.delay(poll))
            body = await self._api.request("GET", f"/{run_id}", account_id=account_id)
            run = decode(body, ReportRun, context)
            if run.async_status in _ENDED_BADLY or _is_complete(run):
                return run
            unfinished += run.async_status == _COMPLETED
            if unfinished > self._polling.most_unfinished:
                break
        return ReportRun(async_status="Job abandoned", error_message=f"still {run.async_status!r} at the last poll")


def _is_complete(run: ReportRun) -> bool:
    """Whether the rows are available: "Job Completed" has been seen before that, below 100 %. Not every job has one."""
    percent = run.async_percent_completion
    return run.async_status == _COMPLETED and (percent is None or str(percent) in _WHOLE)
