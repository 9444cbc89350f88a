"""Charts of the overview: spend of the days by platform, and the budgets in force."""

from adops_pipeline.api.routes.reporting import Reporting
from adops_pipeline.dashboard.charts import Chart, Series, Unit
from adops_pipeline.dashboard.pages.common import PLATFORM_COLOURS, PLATFORM_NAMES
from adops_pipeline.dashboard.sql_text import choices, conditions
from adops_pipeline.services.documents.periods import Period

_BUDGETS_SQL = """SELECT
    platform,
    sum(coalesce(budget, daily_budget * (period_end - period_start + 1))::DOUBLE * rate_to_reporting) AS budget
FROM budgets_now
JOIN fx_rates ON fx_rates.currency = budgets_now.currency AND fx_rates.date = budgets_now.as_of
WHERE coalesce(budget, daily_budget) > 0 AND verdict NOT IN ('paused', 'ended', 'not-started', 'no-budget')"""


def spend_chart(found: Reporting, period: Period) -> Chart:
    """Spend of each day by platform, in the reporting currency."""
    days = [str(day.date) for day in found.days]
    by_day = {(str(one.date), one.platform): one.spend for one in found.platform_days}
    where = conditions(period, found.period.first, found.period.last)
    return Chart(
        id="spend-by-platform",
        kind="areas",
        title="Daily spend by platform",
        summary=f"Spend of each day in {found.currency}, platforms stacked.",
        places=days,
        place_name="Day",
        unit=Unit("money", found.currency),
        series=[
            Series(PLATFORM_NAMES[one.platform], [by_day.get((day, one.platform)) for day in days],
                   PLATFORM_COLOURS[one.platform])
            for one in found.platforms
        ],
        sql="SELECT date, platform, sum(spend_reporting) AS spend\n"
        f"FROM analytics_metrics\nWHERE {where}\nGROUP BY ALL\nORDER BY ALL",
    )  # fmt: skip


def budget_chart(found: Reporting, period: Period) -> Chart:
    """The budgets in force by platform."""
    return Chart(
        id="budgets-by-platform",
        kind="doughnut",
        title="Budgets in force",
        summary=f"Budgets of the month and of flights, in {found.currency}, by platform.",
        places=[PLATFORM_NAMES[one.platform] for one in found.budgets],
        place_name="Platform",
        unit=Unit("money", found.currency),
        series=[Series("Budget", [one.budget for one in found.budgets])],
        sql="\n  AND ".join([_BUDGETS_SQL, *choices(period, "budgets_now.")])
        + "\nGROUP BY platform\nORDER BY platform",
        place_colours=[PLATFORM_COLOURS[one.platform] for one in found.budgets],
    )
