"""The result of a workflow as data: what was checked, found and done. JSON in and out.

Names are those of the tables' columns; money is a Decimal, in JSON a decimal text beside its `currency`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any

from adops_pipeline.domain.severity import Severity

Value = str | int | float | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about; None where it is about no single account or campaign."""

    platform: str | None = None
    account_id: str | None = None
    campaign_id: str | None = None
    campaign_name: str | None = None

    def __str__(self) -> str:
        """``Brand (google-ads)``; empty where it is about nothing in particular."""
        name = self.campaign_name or self.campaign_id or self.account_id
        if name is None:
            return self.platform or ""
        return f"{name} ({self.platform})" if self.platform else name


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding with the numbers it rests on. No number is NaN or infinite.

    ``kind`` is that of the verdict it reports, and so the name of the alert about it; empty where there is none.
    """

    severity: Severity
    subject: Subject
    sentence: str
    numbers: Mapping[str, Value] = field(default_factory=dict)
    kind: str = ""

    def __post_init__(self) -> None:
        broken = [name for name, value in self.numbers.items() if isinstance(value, float) and not isfinite(value)]
        if broken:
            raise ValueError(f"a finding's numbers must be finite: {', '.join(broken)}")


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at: how many of what, through which day."""

    what: str
    count: int
    through: date | None = None

    def __str__(self) -> str:
        """``42 budgets through 2026-11-23``."""
        return f"{self.count:,} {self.what}" + (f" through {self.through}" if self.through else "")


@dataclass(frozen=True, slots=True)
class ResultTable:
    """Numbers side by side; every row has a value per column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class WorkflowResult:
    """The whole result. ``found`` is ranked, most severe first; ``left_out`` says what could not be judged, and why."""

    workflow_id: str
    summary: str
    checked: tuple[Check, ...] = ()
    found: tuple[Finding, ...] = ()
    done: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    tables: tuple[ResultTable, ...] = ()

    def with_done(self, *sentences: str) -> "WorkflowResult":
        """The same with more said about what was done, such as alerts raised or rows written."""
        return replace(self, done=(*self.done, *sentences))

    def to_document(self) -> dict[str, Any]:
        """JSON-able; ``from_document`` reads it back."""
        return {
            "workflow_id": self.workflow_id,
            "summary": self.summary,
            "checked": [{"what": c.what, "count": c.count, "through": _plain(c.through)} for c in self.checked],
            "found": [_finding_document(finding) for finding in self.found],
            "done": list(self.done),
            "left_out": list(self.left_out),
            "tables": [
                {"title": t.title, "columns": list(t.columns), "rows": [[_plain(v) for v in row] for row in t.rows]}
                for t in self.tables
            ],
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "WorkflowResult":
        """The result that ``to_document`` wrote; dates and money in numbers and tables stay texts."""
        return cls(
            workflow_id=document["workflow_id"],
            summary=document["summary"],
            checked=tuple(
                Check(c["what"], c["count"], date.fromisoformat(c["through"]) if c["through"] else None)
                for c in document["checked"]
            ),
            found=tuple(
                Finding(
                    Severity(f["severity"]), Subject(**f["subject"]), f["sentence"], f["numbers"], f.get("kind", "")
                )
                for f in document["found"]
            ),
            done=tuple(document["done"]),
            left_out=tuple(document["left_out"]),
            tables=tuple(
                ResultTable(t["title"], tuple(t["columns"]), tuple(tuple(row) for row in t["rows"]))
                for t in document["tables"]
            ),
        )


def _finding_document(finding: Finding) -> dict[str, Any]:
    subject = finding.subject
    names = ("platform", "account_id", "campaign_id", "campaign_name")
    return {
        "kind": finding.kind,
        "severity": finding.severity.value,
        "subject": {name: getattr(subject, name) for name in names},
        "sentence": finding.sentence,
        "numbers": {name: _plain(value) for name, value in finding.numbers.items()},
    }


def _plain(value: Value) -> str | int | float | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def rank(found: Iterable[tuple[float, Finding]]) -> list[Finding]:
    """Most severe first; within a severity by weight, then by platform, campaign and sentence."""

    def order(pair: tuple[float, Finding]) -> tuple[int, float, str, str, str]:
        weight, finding = pair
        subject = finding.subject
        return (-finding.severity.rank, -weight, subject.platform or "", subject.campaign_id or "", finding.sentence)

    return [finding for _, finding in sorted(found, key=order)]


def at_least(found: Sequence[Finding], least: Severity) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings of severity ``least`` and above, and a sentence about less severe ones, if there are any."""
    listed = tuple(f for f in found if f.severity.rank >= least.rank)
    hidden = len(found) - len(listed)
    if not hidden:
        return listed, ()
    return listed, (f"{hidden:,} finding{'s' if hidden > 1 else ''} below {least} not listed.",)
