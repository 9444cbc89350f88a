"""Campaigns with their sums of a period as documents: the list, and one campaign.

Each ``…_document`` makes the JSON of an answer from a snapshot and parameters, for the API, the dashboard and tools.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from pydantic import ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel

from adops_pipeline.domain.tables.columns import STATUSES
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.cards import currency_cards, reporting_cards
from adops_pipeline.services.documents.cursors import decode, encode, wrong_cursor
from adops_pipeline.services.documents.errors import DocumentError
from adops_pipeline.services.documents.models import ApiModel
from adops_pipeline.services.documents.overview import CurrencyTotals, ReportingTotals, Span
from adops_pipeline.services.documents.periods import Period, PeriodAgainst, spans
from adops_pipeline.warehouse.queries.campaign_list import COLUMNS, NUMBERS, TEXTS, CampaignList, PeriodSums
from adops_pipeline.warehouse.queries.campaign_sums import LONGEST_BY_DAY
from adops_pipeline.warehouse.queries.listing import MarkError
from adops_pipeline.warehouse.queries.measures import UNITS, Places
from adops_pipeline.warehouse.queries.scope import KnownDays, Scope
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

_CAMEL = {name: to_camel(name) for name in COLUMNS}
_SNAKE = {camel: name for name, camel in _CAMEL.items()}
_ORDERS = (*_SNAKE, *(f"-{name}" for name in _SNAKE))


# The type errors that are ignored here: statuses, orders and numbers come from the registry, and pydantic reads them at
# run time.


class CampaignPeriod(PeriodAgainst):
    """A period, filters, order and page of campaigns."""

    status: list[Literal[STATUSES]] = Field([], max_length=10, description="Only campaigns with these statuses.")  # type: ignore[valid-type]
    search: str | None = Field(None, min_length=1, max_length=200, description="Text within the name, ignoring case.")
    sort: Literal[_ORDERS] = Field(  # type: ignore[valid-type]
        "-spendReporting", description="Column to sort by; `-` before it sorts downwards. Unknown values come last."
    )
    limit: int = Field(50, ge=1, le=1000, description="Rows on a page.")
    cursor: str | None = Field(None, max_length=2000, description="`nextCursor` of the page before.")


class Sparkline(ApiModel):
    """The spend over the period."""

    unit: Literal["day", "week"] = Field(
        description=f"Days up to {LONGEST_BY_DAY} of them; else calendar weeks, cut at both ends of the period."
    )
    spend: list[float] = Field(description="In the campaign's currency, from the first day on.")


class _CampaignBase(ApiModel):
    """One campaign, by account and currency."""

    model_config = ConfigDict(title="CampaignRow")

    id: str = Field(description="`platform:campaign_id`.")
    platform: Platform
    account_id: str
    account_name: str | None
    name: str | None
    status: Literal[STATUSES] | None  # type: ignore[valid-type]
    objective: str | None
    project_id: str | None
    currency: str
    sparkline: Sparkline


def _described(name: str) -> str:
    metric, _, kind = name.rpartition("_")
    return {
        "nowcast": f"Expected final {metric}: young days lack conversions.",
        "previous": f"The same of {metric} (nowcast) for the period before.",
        "change": f"Nowcast of {metric} over the one before, less one; null where nothing was before.",
        "reporting": f"{metric.title()} in the reporting currency; null where a rate is missing for part of it.",
        "budget": f"Current {metric} budget.",
    }.get(kind, f"{name} of the period, as reported so far.")


CampaignRow = create_model(
    "CampaignRow",
    __base__=_CampaignBase,
    __doc__="A campaign's sums of a period against the one before. Ratios are ratios of sums.",
    **{name: (float | None, Field(description=_described(name))) for name in NUMBERS},  # type: ignore[call-overload]
)


class CampaignPage(ApiModel):
    """One page of campaigns, with totals of all pages."""

    period: Span
    previous: Span
    items: list[CampaignRow]
    totals: list[CurrencyTotals] = Field(description="Of all pages, by currency: unlike amounts are not added up.")
    reporting: ReportingTotals = Field(description="Of all pages, in the reporting currency.")
    next_cursor: str | None = Field(description="Value of `cursor` for the next page; null on the last one.")
    total: int = Field(description="Number of rows on all pages.", ge=0)
    snapshot_at: datetime = Field(description="When the data was published.")


class CampaignDetail(ApiModel):
    """One campaign."""

    period: Span
    previous: Span
    campaigns: list[CampaignRow] = Field(
        description="The campaign; several rows where it was in several accounts or currencies."
    )


def campaigns_document(snapshot: Snapshot, query: CampaignPeriod, reporting: str) -> bytes:
    """The JSON of a page of campaigns, with totals in the ``reporting`` currency too."""
    known = snapshot.get(CampaignList)
    scope = query.scope(known.sums.newest)
    period = _period(known, scope)
    chosen = known.texts.chosen(scope.filters | {"status": query.status}, query.search)
    sort = ("-" if query.sort.startswith("-") else "") + _SNAKE[query.sort.removeprefix("-")]
    name = f"campaigns/{query.sort}/{scope.first}/{scope.last}/{scope.before}/{scope.before_last}"
    try:
        after = None if query.cursor is None else decode(name, query.cursor)
        page = known.page(period, chosen, sort, query.limit, after)
    except MarkError:
        raise wrong_cursor() from None
    totals, is_comparable = known.totals(period, chosen), snapshot.get(KnownDays).is_comparable(scope)
    document = spans(scope) | {
        "items": _rows(known, period, scope, page.places),
        "totals": currency_cards(totals, is_comparable=is_comparable),
        "reporting": {"currency": reporting} | reporting_cards(totals, is_comparable=is_comparable),
        "nextCursor": None if page.mark is None else encode(name, page.mark),
        "total": len(chosen),
        "snapshotAt": f"{snapshot.published_at:%Y-%m-%dT%H:%M:%S.%fZ}",
    }
    return msgspec.json.encode(document)


def campaign_document(snapshot: Snapshot, campaign_id: str, query: Period) -> bytes:
    """The JSON of one campaign. Raises DocumentError where there is none with this id."""
    known = snapshot.get(CampaignList)
    scope = query.scope(known.sums.newest, [campaign_id])
    places = known.texts.chosen(scope.filters, None)
    if not len(places):
        raise DocumentError("not-found", f"there is no campaign {campaign_id!r}; ids are platform:campaign_id")
    rows = _rows(known, _period(known, scope), scope, places)
    return msgspec.json.encode(spans(scope) | {"campaigns": rows})


def _period(known: CampaignList, scope: Scope) -> PeriodSums:
    return known.period((scope.first, scope.last), (scope.before, scope.before_last))


def _rows(known: CampaignList, period: PeriodSums, scope: Scope, places: Places) -> list[dict[str, Any]]:
    """The rows of the campaigns at ``places``."""
    spend = known.sums.spend_by_step(scope.first, scope.last, places) / UNITS["spend"]
    unit = "week" if (scope.last - scope.first).days >= LONGEST_BY_DAY else "day"
    columns: dict[str, Sequence[object]] = {
        _CAMEL[name]: [known.texts.values[name][place] for place in places] for name in TEXTS
    }
    columns |= {_CAMEL[name]: values for name, values in period.columns(places).items()}
    names, sparklines = tuple(columns), spend.tolist()
    return [
        dict(zip(names, values, strict=True)) | {"sparkline": {"unit": unit, "spend": sparkline}}
        for values, sparkline in zip(zip(*columns.values(), strict=True), sparklines, strict=True)
    ]
