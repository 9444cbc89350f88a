"""Experiments: every A/B test with its interval, one test day by day, and the form of a new one."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from adops_pipeline.api.routes.ab_tests import (
    AbTestDays,
    AbTestOut,
    AbTestQuery,
    get_ab_test,
    get_ab_test_days,
    list_ab_tests,
)
from adops_pipeline.api.routes.calculators import SampleSizeQuery, plan_sample_size
from adops_pipeline.dashboard.charts import Band, Chart, Interval, Mark, Series, Unit
from adops_pipeline.dashboard.filters import FilterQuery
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.domain.experiments.words import TestStatus
from adops_pipeline.wiring import Services

router = APIRouter()
Group = Literal["all", "running", "decided"]
GROUPS: Mapping[Group, tuple[str, Sequence[TestStatus]]] = {
    "all": ("All tests", ()),
    "running": ("Running", ("running",)),
    "decided": ("Ended", ("completed", "inconclusive", "invalid")),
}
_TONES: Mapping[str, str] = {"completed": "good", "running": "accent", "invalid": "bad"}
_WIDEST_REACH = 0.6
"""A longer interval is cut off: it would press all others together."""
_LIFT = Unit("percent", digits=1)


class TestsQuery(FilterQuery):
    """Which tests, and what the calculator of sizes is asked."""

    group: Group = "all"
    cursor: str | None = Field(None, max_length=2000)
    baseline_pct: float | None = Field(None, alias="baselinePct", gt=0, lt=100)
    lift_pct: float | None = Field(None, alias="liftPct", gt=-100, le=10_000)
    per_day: float | None = Field(None, alias="perDay", gt=0, le=1e12)


@router.get("/experiments")
def experiments_page(request: Request, filters: Annotated[TestsQuery, Query()]) -> Response:
    """All tests."""
    services: Services = request.app.state.services
    found = part(lambda: _page(services, filters), "The tests cannot be read")
    items = [] if found.value is None else found.value.items
    return render(
        request, "pages/experiments.html", filters=filters, found=found, groups=GROUPS, tones=_TONES,
        intervals=_intervals(items), sizes=part(lambda: _sizes(filters), "The size cannot be planned"),
        units={test.id: unit_of(test) for test in items},
    )  # fmt: skip


@router.get("/experiments/{test_id}")
def experiment_page(request: Request, test_id: Annotated[str, Path(max_length=200)]) -> Response:
    """One test."""
    services: Services = request.app.state.services
    test = get_ab_test(test_id, services)
    days = part(lambda: lift_chart(test, get_ab_test_days(test_id, services)), "The days cannot be read")
    definition = services.ab_tests.get(test_id).definition
    return render(
        request, "pages/experiment.html", test=test, days=days, unit=unit_of(test), tones=_TONES,
        alpha=definition.alpha, agreed=definition,
    )  # fmt: skip


def _page(services: Services, filters: TestsQuery) -> Any:  # noqa: ANN401 - the page of the API
    query = AbTestQuery(status=list(GROUPS[filters.group][1]), platform=filters.platform, cursor=filters.cursor)
    return list_ab_tests(services, query)


def _intervals(tests: Sequence[AbTestOut]) -> Mapping[str, Interval]:
    """The intervals of the tests that have one, on one scale."""
    figures: dict[str, Any] = {test.id: test.figures for test in tests}
    known = {
        test: (one.lift, one.ciLow, one.ciHigh)
        for test, one in figures.items()
        if one is not None and None not in (one.lift, one.ciLow, one.ciHigh)
    }
    reach = max((abs(end) for ends in known.values() for end in ends), default=0.1)
    return {test: Interval(*ends, reach=min(reach or 0.1, _WIDEST_REACH)) for test, ends in known.items()}


def unit_of(test: AbTestOut) -> Unit:
    """How the metric of a test is written."""
    currency = None if test.figures is None else test.figures.currency
    if test.metric in ("ctr", "cvr"):
        return Unit("percent", digits=2)
    return Unit("ratio") if test.metric == "roas" or currency is None else Unit("money", currency)


def lift_chart(test: AbTestOut, found: AbTestDays) -> Chart:
    """The lift day by day, with the band that may be watched."""
    days = found.items
    decided = [Mark("decided", at=days[-1].day.isoformat())] if test.status == "completed" and days else []
    is_cut = any(abs(end) > _WIDEST_REACH for day in days for end in (day.low, day.high, day.lift) if end is not None)
    level = f"{100 * (1 - found.alpha):g} %"
    return Chart(
        id="lift-by-day",
        kind="lines",
        title="Lift of B over A, by the data through each day",
        summary=f"The band holds at every look at once ({level}): a difference is shown once it leaves out 0 %.",
        places=[day.day.isoformat() for day in days],
        place_name="Data through",
        unit=_LIFT,
        series=[
            Series(
                "Lift of B", [day.lift for day in days],
                band=Band(f"{level} at every look", [day.low for day in days], [day.high for day in days]),
            )
        ],
        marks=[Mark("no difference", level=0.0, colour="ink-3"), *decided],
        sql=_sql(test),
        value_range=(-_WIDEST_REACH, _WIDEST_REACH) if is_cut else None,
        note="By the figures that are known now. What an evaluation said on its day is in the table ab_test_results."
        + (f" The drawing ends at ±{_WIDEST_REACH:.0%}; the table has all ends." if is_cut else ""),
    )  # fmt: skip


def _sql(test: AbTestOut) -> str:
    """The evaluations as stored: the query of a reader who goes on from the chart."""
    name = test.id.replace("'", "''")
    return (
        "SELECT evaluated_at, days, value_a, value_b, lift, ci_low, ci_high, always_valid_p\n"
        f"FROM ab_test_results WHERE test_id = '{name}' ORDER BY evaluated_at"
    )


def _sizes(filters: TestsQuery) -> Any:  # noqa: ANN401 - the answer of the API
    """The size of a test with these figures; None where they are not given."""
    if filters.baseline_pct is None or filters.lift_pct is None:
        return None
    asked = {"baseline": filters.baseline_pct / 100, "lift": filters.lift_pct / 100, "perDay": filters.per_day}
    return plan_sample_size(SampleSizeQuery.model_validate(asked))
