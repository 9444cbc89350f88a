"""What a playbook suggests (a change on a platform, an execution of a workflow, a note) and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from adops_pipeline.domain.vocabulary import Platform

Row = Mapping[str, Any]
ChangeKind = Literal["raise_budget", "cut_budget", "pause", "bid_up", "bid_down"]
"""As outcomes and learnings name actions."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row, a learning or a memory that a suggestion rests on: ``table`` with the ``key`` of the row."""

    table: str
    key: Mapping[str, str]
    says: str

    @property
    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"table": self.table, "key": dict(self.key), "says": self.says}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one campaign, bought for ``objective`` where that is known.

    ``held_back`` says which learning speaks against it; it is then not proposed.
    """

    kind: ChangeKind
    platform: Platform
    account_id: str
    campaign_id: str
    tool: str
    arguments: Mapping[str, Any]
    reason: str
    evidence: tuple[Evidence, ...]
    held_back: str | None = None
    objective: str | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """A workflow or template to run."""

    workflow: str
    parameters: Mapping[str, Any]
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something for people: an idea for a test, a budget test, a problem of the data. ``subject`` names the thing."""

    subject: str
    finding: str
    platform: Platform | None
    campaign_id: str | None
    evidence: tuple[Evidence, ...]


Suggestion = Change | Execution | Note


@dataclass(frozen=True, slots=True)
class Result:
    """A suggestion and what became of it.

    ``outcome``: would (a dry run), proposed, applied, requested, noted, held-back or refused; ``detail`` is the id of
    the proposal, execution or memory, or the reason.
    """

    suggestion: Suggestion
    outcome: str
    detail: str
