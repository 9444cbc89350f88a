"""One campaign: its days, forecast, pacing, benchmarks, anomalies and changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from adops_pipeline.dashboard.charts import Bullet, Chart, Unit
from adops_pipeline.dashboard.filters import FilterQuery
from adops_pipeline.dashboard.pages.campaign_charts import (
    BENCHMARK_UNITS,
    conversions_chart,
    day_marks,
    forecast_chart,
    spend_chart,
)
from adops_pipeline.dashboard.pages.common import FiltersDep, filter_bar
from adops_pipeline.dashboard.pages.pacing_chart import pacing_chart
from adops_pipeline.dashboard.reading import Published, reading
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.services.documents.errors import DocumentError
from adops_pipeline.services.documents.periods import Period

router = APIRouter()
_MOST = 200


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A row of `GET /api/analytics/benchmarks` and how its values are written."""

    row: Any
    unit: Unit

    @property
    def tone(self) -> str:
        """The tone of its status."""
        return {"better": "good", "worse": "bad"}.get(self.row.status, "")


@dataclass(frozen=True, slots=True)
class Paced:
    """The campaign's budget with its gauge."""

    row: Any
    gauge: Bullet


@router.get("/campaigns/{campaign_id:path}")
def campaign_page(request: Request, campaign_id: str, filters: FiltersDep) -> Response:
    """The page. A shared budget has no page of its own: its pacing is shown."""
    own = FilterQuery(preset=filters.preset, first=filters.first, last=filters.last, compare=filters.compare)
    with reading(request) as published:
        period = own.period(published.newest)
        try:
            detail = published.campaign(campaign_id, period)
        except DocumentError:
            shared = _rows(published, "pacing", campaign_id)
            if not shared:
                raise
            return RedirectResponse(f"/pacing?{urlencode({'search': shared[0].campaignName or ''})}", 303)
        bar = filter_bar(request, own, published).model_copy(update={"has_others": False})
        # A campaign that was in several accounts or currencies has several rows; the charts show the one that spends.
        rows: Sequence[Any] = detail.campaigns
        row = max(rows, key=lambda one: one.spend_reporting or one.spend or 0)
        found = _everything(published, campaign_id, row, period)
    return render(
        request, "pages/campaign.html", filters=filters, bar=bar, detail=detail, row=row, **found
    )  # fmt: skip


def _everything(published: Published, campaign_id: str, row: Any, period: Period) -> Mapping[str, Any]:  # noqa: ANN401 - a row of the list
    trend = published.trend(campaign_id, period)
    days = [day for day in trend.days if day.currency == row.currency]
    span = {"first": trend.period.first, "last": trend.period.last}
    anomalies = _rows(published, "anomalies", campaign_id, sort="-date", **span)
    changes = _rows(published, "changes", campaign_id, sort="-changedAt", **span)
    events = published.rows(
        "calendar", platform=[row.platform], account_id=[row.account_id], sort="date", limit=_MOST, **span
    ).items
    marks = day_marks(anomalies, changes, [one for one in events if one.kind != "public-holiday"])
    forecasts = _rows(published, "forecasts", campaign_id, sort="-periodEnd")
    paced = _rows(published, "pacing", campaign_id)
    return {
        "spend_chart": spend_chart(campaign_id, days, row.currency, trend.period, marks),
        "conversions_chart": conversions_chart(campaign_id, days, trend.period),
        "days": list(reversed(days)),
        "restated": sum(1 for day in days if day.restatements),
        "anomalies": anomalies,
        "changes": changes,
        "events": events,
        "forecasts": _newest_forecasts(published, campaign_id, forecasts),
        "benchmarks": [
            Benchmark(one, _in_currency(BENCHMARK_UNITS[one.metric], one.currency))
            for one in _newest_of_each_period(_rows(published, "benchmarks", campaign_id, sort="-periodEnd"))
        ],
        "pacing_charts": [
            pacing_chart(published.pacing_days(campaign_id)) for one in paced if one.spentToDate is not None
        ],
        "paced": [Paced(one, _gauge(one)) for one in paced],
    }


def _rows(published: Published, path: str, campaign_id: str, **query: Any) -> Sequence[Any]:  # noqa: ANN401 - parameters
    platform, _, own = campaign_id.partition(":")
    try:
        found: Sequence[Any] = published.rows(
            path, platform=[platform], campaign_id=[own], **({"limit": _MOST} | query)
        ).items
    except ValueError:  # no platform, or no id that there could be
        return []
    return found


def _newest_forecasts(published: Published, campaign_id: str, rows: Sequence[Any]) -> Sequence[Chart]:
    """Charts of the newest month."""
    newest = max((row.periodEnd for row in rows), default=None)
    shown = [row for row in rows if row.periodEnd == newest and row.metric != "revenue"]
    if not shown:
        return []
    month = published.trend(campaign_id, Period(first=shown[0].periodStart, last=shown[0].asOf)).days
    return [forecast_chart(row, [day for day in month if day.currency == row.currency]) for row in shown]


def _newest_of_each_period(rows: Sequence[Any]) -> Sequence[Any]:
    found: dict[tuple[str, str], Any] = {}
    for row in rows:
        found.setdefault((row.period, row.metric), row)
    order = list(BENCHMARK_UNITS)
    return sorted(found.values(), key=lambda row: (row.period != "week", order.index(row.metric)))


def _in_currency(unit: Unit, currency: str) -> Unit:
    return Unit("money", currency) if unit.scale == "money" else unit


def _gauge(row: Any) -> Bullet:  # noqa: ANN401 - a row of GET /api/analytics/pacing
    return Bullet(
        value=row.spentToDate, goal=row.budget, even=row.pacingTarget, seasonal=row.seasonalTarget,
        projected=row.projectedTotal, low=row.projectedLow, high=row.projectedHigh,
    )  # fmt: skip
