"""The chart of a budget's period: spent, expected at an even pace and with the usual weekdays, and the likely end."""

import re

from adops_pipeline.dashboard.charts import Band, Chart, Mark, Series, Unit
from adops_pipeline.dashboard.sql_text import quoted
from adops_pipeline.services.documents.pacing_days import PacingDays


def pacing_chart(found: PacingDays) -> Chart:
    """The days of a budget. The likely way has its 80 % interval; the budget is a level."""
    days = found.days
    return Chart(
        id=re.sub(r"\W", "-", f"pacing-{found.budget_id}"),
        kind="lines",
        title="Spend against the budget",
        summary="Sums from the first day of the period: spent, expected by then, and the likely way to its end.",
        places=[str(day.date) for day in days],
        place_name="Day",
        unit=Unit("money", found.currency),
        series=[
            Series("Spent", [day.spent for day in days]),
            Series("Even pace", [day.even for day in days], "ink-3", is_dashed=True),
            Series("Usual weekdays", [day.seasonal for day in days], "chart-2", is_dashed=True),
            Series(
                "Likely end", [day.projected for day in days], is_dashed=True,
                band=Band("80 % interval", [day.projected_low for day in days], [day.projected_high for day in days]),
            ),
        ],
        marks=[] if found.budget is None else [Mark("budget", level=found.budget)],
        sql=_sql(found),
    )  # fmt: skip


def _sql(found: PacingDays) -> str:
    """What was spent by each day of the period."""
    platform, _, own = found.budget_id.partition(":")
    is_of = f"platform = {quoted(platform)} AND "
    shared = f"SELECT external_id FROM campaigns WHERE {is_of}shared_budget_id = {quoted(own)}"  # noqa: S608 - shown only
    return (
        "SELECT date, sum(sum(spend)) OVER (ORDER BY date) AS spent\nFROM analytics_metrics\n"
        f"WHERE {is_of}(campaign_id = {quoted(own)} OR campaign_id IN (\n    {shared}))\n"
        f"  AND date BETWEEN DATE {quoted(found.period.first)} AND DATE {quoted(found.as_of)}\n"
        "GROUP BY date ORDER BY date"
    )
