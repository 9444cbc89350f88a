"""Asynchronous insights jobs: started by a POST, polled until completed, read page by page. Held in memory."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline.sandbox.meta_ads.nodes import Node

Row = dict[str, object]

_FIRST_RUN_ID = 1_000_000_000_000_101
_JOBS_KEPT = 200
_PROGRESS = (("Job Not Started", 0), ("Job Started", 0), ("Job Running", 55))
"""What the first polls see, before the job has come to its end."""

_TOO_MUCH = "Your request timed out. Please try a smaller date range, fewer fields, or an asynchronous job"


@dataclass
class Job:
    """One report run. ``rows`` is asked once, when the job completes; ``fails`` decides how it ends."""

    run_id: str
    account_id: str
    dates: DateRange
    started_at: datetime
    compute: Callable[[], Sequence[Row]]
    fails: bool
    polls: int = 0
    _rows: Sequence[Row] | None = field(default=None, repr=False)

    def poll(self) -> Node:
        """The run as it stands now; every poll sees it further on."""
        status, percent = self._standing()
        self.polls += 1
        values: Row = {
            "id": self.run_id,
            "account_id": self.account_id,
            "time_ref": int(self.started_at.timestamp()),
            "async_status": status,
            "async_percent_completion": percent,
            "is_running": status in ("Job Started", "Job Running"),
            "is_bookmarked": False,
            "date_start": self.dates.start.isoformat(),
            "date_stop": self.dates.end.isoformat(),
        }
        if status == "Job Completed":
            values["time_completed"] = int(self.started_at.timestamp()) + self.polls
        if status == "Job Failed":
            values |= {"error_code": 2601, "error_message": _TOO_MUCH, "error_subcode": 1504018}
        return Node("AdReportRun", values)

    def rows(self) -> Sequence[Row] | None:
        """The report; None before the job has completed, and for ever when it failed."""
        if self._standing()[0] != "Job Completed":
            return None
        if self._rows is None:
            self._rows = self.compute()
        return self._rows

    def _standing(self) -> tuple[str, int]:
        if self.polls < len(_PROGRESS):
            return _PROGRESS[self.polls]
        return ("Job Failed", 55) if self.fails else ("Job Completed", 100)


class Jobs:
    """The jobs of one sandbox. ``failing`` are the places (1, 2, …) of jobs that fail; the oldest are forgotten."""

    def __init__(self, failing: Collection[int] = ()) -> None:
        self._failing = frozenset(failing)
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._started = 0

    def start(
        self,
        account_id: str,
        dates: DateRange,
        now: datetime,
        compute: Callable[[], Sequence[Row]],
        *,
        is_too_large: bool,
    ) -> Job:
        """Start a job that will compute its rows as of ``now``."""
        self._started += 1
        run_id = str(_FIRST_RUN_ID + self._started * 7)
        fails = is_too_large or self._started in self._failing
        self._jobs[run_id] = Job(run_id, account_id, dates, now, compute, fails)
        while len(self._jobs) > _JOBS_KEPT:
            self._jobs.popitem(last=False)
        return self._jobs[run_id]

    def find(self, run_id: str) -> Job | None:
        """A job by its id."""
        return self._jobs.get(run_id)
