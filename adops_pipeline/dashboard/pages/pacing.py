"""Pacing: every budget with what was spent, what should have been spent by now, and where it is likely to end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from adops_pipeline.dashboard.charts import Bullet
from adops_pipeline.dashboard.filters import FilterQuery
from adops_pipeline.dashboard.pages.common import filter_bar
from adops_pipeline.dashboard.pages.pacing_chart import pacing_chart
from adops_pipeline.dashboard.reading import Published, reading
from adops_pipeline.dashboard.rendering import is_htmx, render
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.pacing import PacingVerdict

router = APIRouter()
Group = Literal["act", "off", "fine", "unjudged", "all"]
_PAGE_ROWS = 20
_OFF_PACE: Sequence[PacingVerdict] = (
    "overpacing", "underpacing", "overspend-likely", "over-delivering", "under-delivering", "no-delivery",
)  # fmt: skip
_FINE: Sequence[PacingVerdict] = ("on-track", "limited", "delivering")
_UNJUDGED: Sequence[PacingVerdict] = ("unknown", "paused", "no-budget", "not-started", "ended")
GROUPS: Mapping[Group, tuple[str, Mapping[str, Sequence[str]]]] = {
    "all": ("All budgets", {}),
    "act": ("Needs a hand", {"severity": (Severity.CRITICAL, Severity.WARNING)}),
    "off": ("Off pace", {"status": _OFF_PACE}),
    "fine": ("On pace", {"status": _FINE}),
    "unjudged": ("Not judged", {"status": _UNJUDGED}),
}
"""Budgets by what they ask of a person, with the API's filter. What is off pace by little money needs no hand."""
_TONES: Mapping[str, str] = {"critical": "bad", "warning": "warning"}
_BASES: Mapping[str, str] = {
    "target": "target of the month", "lifetime": "lifetime budget", "daily": "daily budgets of the month",
    "cap": "lifetime budget without an end", "none": "no budget",
}  # fmt: skip


class PacingQuery(FilterQuery):
    """Which budgets."""

    group: Group = "all"
    search: str | None = Field(None, max_length=200)
    cursor: str | None = Field(None, max_length=2000)


@dataclass(frozen=True, slots=True)
class Budget:
    """A row of `GET /api/analytics/pacing`, with its gauge."""

    row: Any
    gauge: Bullet
    basis: str
    tone: str

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        return str(self.row.verdict).replace("-", " ").capitalize()

    @property
    def budget_id(self) -> str:
        """The budget's id at the API; of a shared budget, its own."""
        return f"{self.row.platform}:{self.row.campaignId}"

    @property
    def campaign_id(self) -> str | None:
        """The campaign's id at the API; None for a shared budget, which has several campaigns."""
        return None if self.row.isSharedBudget else self.budget_id


@router.get("/pacing")
def pacing_page(request: Request, filters: Annotated[PacingQuery, Query()]) -> Response:
    """The page."""
    with reading(request) as published:
        bar = filter_bar(request, filters, published).model_copy(update={"has_period": False})
        found = published.rows("pacing", **_asked(filters, filters.group), limit=_PAGE_ROWS, cursor=filters.cursor)
        counts = {group: _count(published, filters, group) for group in GROUPS}
    return render(
        request, "pages/pacing.html", filters=filters, bar=bar, page=found, counts=counts, groups=GROUPS,
        budgets=[_budget(row) for row in found.items],
    )  # fmt: skip


@router.get("/pacing/{budget_id:path}/days")
def pacing_days_page(request: Request, budget_id: str, filters: Annotated[FilterQuery, Query()]) -> Response:
    """The days of one budget: for htmx the chart alone, else a page of its own."""
    with reading(request) as published:
        found = published.pacing_days(budget_id)
    template = "pages/pacing_days_part.html" if is_htmx(request) else "pages/pacing_days.html"
    return render(request, template, filters=filters, budget=found, drawing=pacing_chart(found))


def _asked(filters: PacingQuery, group: Group) -> dict[str, Any]:
    """The parameters of the API's listing."""
    return {
        "platform": [one.value for one in filters.platform],
        "project_id": filters.project_id,
        "currency": [] if filters.currency is None else [filters.currency],
        "search": filters.search,
        **GROUPS[group][1],
    }


def _count(published: Published, filters: PacingQuery, group: Group) -> int:
    total: int = published.rows("pacing", **_asked(filters, group), limit=1).total
    return total


def _budget(row: Any) -> Budget:  # noqa: ANN401 - the model is made from the registry
    gauge = Bullet(
        value=row.spentToDate, goal=row.budget, even=row.pacingTarget, seasonal=row.seasonalTarget,
        projected=row.projectedTotal, low=row.projectedLow, high=row.projectedHigh,
    )  # fmt: skip
    return Budget(row, gauge, _BASES[row.basis], _TONES.get(str(row.severity), ""))
