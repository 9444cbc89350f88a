"""What one run of the main job did: collected while it runs, for its summary."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from adops_pipeline.domain.failures import AccountFailure

if TYPE_CHECKING:
    from adops_pipeline.services.alerts import FiringSummary
    from adops_pipeline.services.sync import SyncReport
    from adops_pipeline.warehouse.queries.headlines import Headline
    from adops_pipeline.warehouse.queries.summary import SummaryRow


@dataclass
class RunJournal:
    """Pulls and rejected rows of the run in this process."""

    reports: list[SyncReport] = field(default_factory=list)
    rejects: int = 0

    def synced(self, report: SyncReport) -> None:
        """Record that a platform was pulled."""
        self.reports.append(report)

    def rejected(self, rows: int) -> None:
        """Record that normalization rejected rows."""
        self.rejects += rows

    @property
    def failures(self) -> list[AccountFailure]:
        """Accounts that could not be pulled, each reason once."""
        return list(dict.fromkeys(failure for report in self.reports for failure in report.failures))

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds spent pulling each platform."""
        spent: dict[str, float] = {}
        for report in self.reports:
            spent[report.platform] = spent.get(report.platform, 0.0) + report.seconds
        return {platform: round(seconds, 1) for platform, seconds in spent.items()}


@dataclass(frozen=True)
class CheckFailure:
    """An asset check that failed."""

    name: str
    is_blocking: bool
    detail: str


@dataclass
class RunOutcome:
    """Result of a run: how it ended, what it published, and what needs attention."""

    as_of: datetime
    seconds: float = 0.0
    succeeded: bool = False
    error: str | None = None
    stopped_by: str | None = None
    """The signal that stopped it before it could succeed: Ctrl-C or SIGTERM."""
    has_published: bool = False
    """Whether a run that was stopped had replaced the snapshot by then."""
    rows: list[SummaryRow] = field(default_factory=list)
    headlines: list[Headline] = field(default_factory=list)
    journal: RunJournal = field(default_factory=RunJournal)
    failed_checks: list[CheckFailure] = field(default_factory=list)
    snapshot: str = ""
    alerts: FiringSummary | None = None
    notes: list[str] = field(default_factory=list)
    """What a reader must know about these figures."""
    past_day: date | None = None
    """The day that the figures show, where later data are known."""
    unrecorded: str | None = None
    """Why the run could not be recorded in the operational store."""

    @property
    def needs_attention(self) -> bool:
        """Whether there are failed accounts, rejected rows or failed checks, or the run could not be recorded."""
        return bool(self.journal.failures or self.journal.rejects or self.failed_checks or self.unrecorded)
