"""Budget: the suggested split of each currency beside the present one, response curves, and tests of unknown ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from adops_pipeline.api.routes.ab_tests import AbTestRequest
from adops_pipeline.dashboard.charts import Band, Chart, Interval, Mark, Series, Shade, Unit
from adops_pipeline.dashboard.filters import FilterQuery
from adops_pipeline.dashboard.pages.common import filter_bar
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.reading import Published, reading
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.domain.tables.allocation import Identification
from adops_pipeline.settings.experiments import AbTestSettings
from adops_pipeline.wiring import Services

if TYPE_CHECKING:
    from adops_pipeline.services.budget_tests import BudgetTest

router = APIRouter()
Group = Literal["all", "known", "held"]
_PAGE_ROWS = 25
GROUPS: Mapping[Group, tuple[str, Sequence[Identification]]] = {
    "all": ("All campaigns", ()),
    "known": ("Response is known", ("identified",)),
    "held": (
        "Held",
        ("too-little-data", "demand-bound", "budget-not-spent", "spend-never-varied", "spend-follows-demand"),
    ),
}
FLAGS: Mapping[str, str] = {
    "too-little-data": "too little data", "demand-bound": "bound by demand", "budget-not-spent": "budget not spent",
    "spend-never-varied": "spend never varied", "spend-follows-demand": "spend follows demand",
    "no-revenue": "no revenue", "not-credible": "gain not certain", "direction-unclear": "direction unclear",
    "daily-budget-left-over": "daily budget left over", "pacing-asks-for-less": "pacing asks for less",
    "pacing-asks-for-more": "pacing asks for more", "at-limit": "at its limit",
    "outside-observed-range": "outside the observed range",
}  # fmt: skip
"""Why a budget stays, or what to know about a change; the sentence beside it says the rest."""


class BudgetQuery(FilterQuery):
    """Which campaigns, and whose curve is shown (``platform:campaign_id``)."""

    group: Group = "all"
    campaign: str | None = Field(None, max_length=300)
    search: str | None = Field(None, max_length=200)
    cursor: str | None = Field(None, max_length=2000)


@dataclass(frozen=True, slots=True)
class Offer:
    """A budget test with its steps, and the body that defines it over the API."""

    test: "BudgetTest"
    steps: Sequence[str]
    body: Mapping[str, Any]


@router.get("/budget")
def budget_page(request: Request, filters: Annotated[BudgetQuery, Query()]) -> Response:
    """The page: the plan of one currency, for amounts of several cannot be moved between campaigns."""
    services: Services = request.app.state.services
    with reading(request) as published:
        bar = filter_bar(request, filters, published)
        currencies = [code for code in bar.currencies if _rows(published, filters, code, limit=1).total]
        currency = filters.currency or next(iter(currencies), "")
        found = _rows(published, filters, currency, group=filters.group, search=filters.search, cursor=filters.cursor)
        plan = next(iter(_rows(published, filters, currency, limit=1).items), None)
        curve = part(lambda: _curve(published, filters, found.items), "The response curve cannot be read")
        tomorrow = services.clock().date() + timedelta(days=1)
        offers = part(lambda: _offers(published, currency, tomorrow), "The budget tests cannot be read")
    return render(
        request, "pages/budget.html", filters=filters,
        bar=bar.model_copy(update={"has_period": False, "currencies": []}), page=found, plan=plan, currency=currency,
        currencies=currencies, groups=GROUPS, flags=FLAGS, curve=curve, offers=offers, gain=_gain(plan),
        intervals=_intervals(found.items),
    )  # fmt: skip


def _rows(
    published: Published,
    filters: BudgetQuery,
    currency: str,
    *,
    group: Group = "all",
    limit: int = _PAGE_ROWS,
    **asked: Any,  # noqa: ANN401 - parameters of the API's listing
) -> Any:  # noqa: ANN401 - the model is made from the registry
    """A page of the plan of one currency."""
    return published.rows(
        "allocation",
        platform=[one.value for one in filters.platform],
        project_id=filters.project_id,
        currency=[currency] if currency else [],
        status=list(GROUPS[group][1]),
        limit=limit,
        **asked,
    )


def _gain(plan: Any) -> Interval | None:  # noqa: ANN401 - a row of the plan
    """The expected change of the whole plan; None where it is not known."""
    if plan is None or None in (plan.planRevenueChange, plan.planLow, plan.planHigh):
        return None
    return _interval(plan.planRevenueChange, plan.planLow, plan.planHigh)


def _interval(value: float, low: float, high: float, reach: float | None = None) -> Interval:
    return Interval(value, low, high, reach or max(abs(value), abs(low), abs(high)) or 1.0)


def _intervals(rows: Sequence[Any]) -> Mapping[str, Interval]:
    """The gains of campaigns whose budget changes, on one scale."""
    known = {row.campaignId: (row.expectedRevenueChange, row.low, row.high) for row in rows if row.changePct}
    known = {campaign: ends for campaign, ends in known.items() if None not in ends}
    reach = max((abs(end) for ends in known.values() for end in ends), default=1.0)
    return {campaign: _interval(*ends, reach=reach) for campaign, ends in known.items()}


def _curve(published: Published, filters: BudgetQuery, rows: Sequence[Any]) -> Chart | None:
    """The curve that was asked for, else that of the first listed campaign that has one."""
    wanted = filters.campaign
    if wanted is None:
        first = next((row for row in rows if row.identification == "identified"), None)
        if first is None:
            return None
        wanted = f"{first.platform}:{first.campaignId}"
    platform, _, campaign_id = wanted.partition(":")
    listed = published.rows("response-curves", campaign_id=[campaign_id], limit=10).items
    row = next((one for one in listed if one.platform == platform), None)
    return None if row is None else curve_chart(row)


def curve_chart(row: Any) -> Chart:  # noqa: ANN401 - the model is made from the registry
    """A response curve with the range of spend that was seen, and both budgets."""
    money = Unit("money", row.currency)
    points = row.points
    marks = [Mark("now", at=row.currentDaily)]
    if row.suggestedDaily != row.currentDaily:
        marks.append(Mark("suggested", at=row.suggestedDaily, colour="accent"))
    name = row.campaignName or row.campaignId
    return Chart(
        id="response-curve",
        kind="lines",
        title=f"Response of {name}",
        summary="Expected revenue a day at other daily budgets. Beyond the shaded range no spend was seen yet.",
        places=[point["spend"] for point in points],
        place_name="Spend a day",
        place_unit=money,
        unit=money,
        series=[
            Series(
                "Revenue a day", [point["revenue"] for point in points],
                band=Band("80 %", [point["low"] for point in points], [point["high"] for point in points]),
            )
        ],
        shades=[Shade(row.observedLow, row.observedHigh, "spend seen")],
        marks=marks,
        sql=_curve_sql(row.platform, row.campaignId),
    )  # fmt: skip


def _curve_sql(platform: str, campaign_id: str) -> str:
    literal = campaign_id.replace("'", "''")
    return (
        "SELECT point.* FROM budget_response_curves,\n"  # noqa: S608 - shown, never run here
        "  unnest(CAST(points AS STRUCT(spend DOUBLE, revenue DOUBLE, low DOUBLE, high DOUBLE)[])) AS t(point)\n"
        f"WHERE platform = '{platform}' AND campaign_id = '{literal}' ORDER BY point.spend"
    )


def _offers(published: Published, currency: str, first_day: date) -> Sequence[Offer]:
    from adops_pipeline.services.budget_tests import published_budget_tests

    known = [test for test in published_budget_tests(published.snapshot) if test.currency == currency]
    tests = [test for test in known if test.fits(first_day)]
    return [Offer(test, test.steps(first_day), _body(test.definition(first_day))) for test in tests]


def _body(test: AbTestSettings) -> Mapping[str, Any]:
    """The request that defines the test over the API."""
    asked = AbTestRequest.model_validate(test.model_dump(exclude_unset=True), by_name=True)
    return asked.model_dump(mode="json", by_alias=True, exclude_unset=True)
