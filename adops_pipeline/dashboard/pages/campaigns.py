"""The list of campaigns: filters, search, order, columns and page are in the address; htmx replaces the table alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from adops_pipeline.dashboard.filters import FilterQuery
from adops_pipeline.dashboard.pages.campaign_columns import COLUMNS, Cell, cells, chosen
from adops_pipeline.dashboard.pages.common import filter_bar
from adops_pipeline.dashboard.reading import Published, reading
from adops_pipeline.dashboard.rendering import render, wants_block
from adops_pipeline.domain.tables.columns import STATUSES
from adops_pipeline.services.documents.campaigns import CampaignPeriod

router = APIRouter()
_USUAL_SORT = "-spendReporting"
_SORTS = get_args(CampaignPeriod.model_fields["sort"].annotation)
_ROWS = 50
_JUDGED, _PERFORMERS = 100, 5


class CampaignsQuery(FilterQuery):
    """Which campaigns, in which order, and what of them."""

    status: list[str] = Field([], max_length=len(STATUSES))
    search: str | None = Field(None, max_length=200)
    sort: str = Field(_USUAL_SORT, max_length=50)
    columns: list[str] = Field([], max_length=len(COLUMNS))
    cursor: str | None = Field(None, max_length=2000)
    number: int = Field(1, ge=1, le=100_000)
    """Number of the page, to show; the cursor says where it begins."""


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign as the table shows it."""

    row: Any
    cells: Sequence[Cell]


@router.get("/campaigns")
def campaigns_page(request: Request, filters: Annotated[CampaignsQuery, Query()]) -> Response:
    """The list; for htmx its table alone."""
    columns = chosen(filters.columns)
    with reading(request) as published:
        found = published.campaigns(_asked(published, filters, filters.sort, _ROWS, filters.cursor))
        shown: dict[str, Any] = {
            "filters": filters,
            "page": found,
            "lines": [Line(row, cells(row, columns)) for row in found.items],
            "columns": columns,
            "rows_on_a_page": _ROWS,
        }
        if not wants_block(request, "campaigns_table"):
            best, worst = _performers(published, filters)
            shown |= {"best": best, "worst": worst, "judged": _JUDGED, "every_column": COLUMNS, "statuses": STATUSES,
                      "bar": filter_bar(request, filters, published)}  # fmt: skip
    return render(request, "pages/campaigns.html", **shown)


def _asked(
    published: Published, filters: CampaignsQuery, sort: str, limit: int, cursor: str | None = None
) -> CampaignPeriod:
    """The parameters of the API's list. An order or status that it does not know is left out."""
    period = filters.period(published.newest)
    return CampaignPeriod(
        **period.model_dump(),
        status=[one for one in filters.status if one in STATUSES],
        search=filters.search,
        sort=sort if sort in _SORTS else _USUAL_SORT,
        limit=limit,
        cursor=cursor,
    )


def _performers(published: Published, filters: CampaignsQuery) -> tuple[list[Any], list[Any]]:
    """Those with the highest and the lowest expected ROAS among the campaigns that spend the most."""
    spending: Sequence[Any] = published.campaigns(_asked(published, filters, _USUAL_SORT, _JUDGED)).items
    known = [row for row in spending if row.roas_nowcast is not None]
    ordered = sorted(known, key=lambda row: (-row.roas_nowcast, row.id))
    if len(ordered) < 2 * _PERFORMERS:
        return [], []
    return ordered[:_PERFORMERS], ordered[: -_PERFORMERS - 1 : -1]
