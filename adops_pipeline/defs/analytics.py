"""The analyses as assets, each with a preview of its table, and the checks of their tables.

What an analysis computes is in `services.analysis`; this module says what it depends on and how it is shown.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import cast

import dagster as dg

from adops_pipeline.defs.charts import bar, sparkline
from adops_pipeline.defs.metadata import POOL, as_markdown, as_metadata, table_spec
from adops_pipeline.defs.table_checks import as_result, build_checks_of, build_table_checks
from adops_pipeline.warehouse.queries.analytics import Shown, View, show
from adops_pipeline.warehouse.queries.experiments import unevaluated_tests
from adops_pipeline.warehouse.queries.preview import preview
from adops_pipeline.wiring import Services

Metadata = dict[str, int | float | str | dg.MarkdownMetadataValue]
CAMPAIGN_DEPS = ("analytics_metrics", "campaigns", "analytics_maturity")
BUDGET_TABLES = ("budget_recommendations", "budget_response_curves")
EXPERIMENT_TABLES = ("ab_test_results", "ab_tests")


def analysis_asset(
    table: str,
    deps: Sequence[str],
    run: Callable[[Services, str], int],
    view: View,
    drawn: Callable[[Shown], Shown] = lambda shown: shown,
    more: Callable[[Services], Metadata] = lambda _: {},
) -> dg.AssetsDefinition:
    """The asset of an analysis' table. ``run`` gets the id of Dagster's run, ``drawn`` adds charts to the preview.

    ``more`` adds metadata.
    """

    @dg.asset(name=table, deps=deps, pool=POOL, **table_spec(table))
    def analysis(context: dg.AssetExecutionContext, services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
        written = run(services, context.run.run_id)
        with services.warehouse.reading() as con:
            counted, shown = preview(con, table, limit=0), drawn(show(con, view))
        metadata: Metadata = {**as_metadata(counted, written=written), **more(services)}
        return dg.MaterializeResult(metadata=metadata | {"preview": as_markdown(shown.columns, shown.rows)})

    return analysis


def with_chart(shown: Shown, column: str, draw: Callable[[object], str]) -> Shown:
    """``shown`` with the values of ``column`` as charts."""
    at = shown.columns.index(column)
    return Shown(shown.columns, tuple((*row[:at], draw(row[at]), *row[at + 1 :]) for row in shown.rows))


def with_bars(column: str) -> Callable[[Shown], Shown]:
    """Draws the shares in ``column`` as bars."""
    return lambda shown: with_chart(shown, column, lambda share: bar(cast("float | None", share)))


def measured_coverage(services: Services) -> Metadata:
    """How often 80 % forecast intervals held in a walk-forward backtest, as metadata."""
    report = services.analysis.forecast_coverage()
    columns = ("metric", "days ahead", "judged", "inside", "below", "above", "error", "error of 28-day mean")
    rows = [
        (s.metric, s.horizon_days, s.n, s.coverage, s.below, s.above, s.error_share, s.naive_error_share)
        for s in report.scores
    ]
    measured: Metadata = {"backtest": as_markdown(columns, rows)}
    for metric in dict.fromkeys(score.metric for score in report.scores):
        share = report.coverage(metric)
        if share is not None:
            measured[f"coverage_{metric}_pct"] = round(100 * share, 1)
    return measured


calendar_days = analysis_asset(
    "calendar_days",
    deps=["ad_accounts", *CAMPAIGN_DEPS],
    run=lambda services, _: services.analysis.calendar(),
    view="coming_events",
)
analytics_maturity = analysis_asset(
    "analytics_maturity",
    deps=["analytics_metric_revisions", "raw_pulls"],
    run=lambda services, _: services.analysis.maturity(),
    view="maturity_curves",
    drawn=lambda shown: with_chart(shown, "curve", lambda curve: sparkline(cast("list[float]", curve))),
)
analytics_budgets = analysis_asset(
    "analytics_budgets",
    deps=[*CAMPAIGN_DEPS, "campaign_budget_history", "ad_accounts", "calendar_days"],
    run=lambda services, _: services.analysis.pacing(),
    view="worst_paced",
    drawn=with_bars("of budget"),
)
analytics_benchmarks = analysis_asset(
    "analytics_benchmarks",
    deps=[*CAMPAIGN_DEPS, "calendar_days"],
    run=lambda services, _: services.analysis.benchmarks(),
    view="benchmark_changes",
)
analytics_anomalies = analysis_asset(
    "analytics_anomalies",
    deps=[*CAMPAIGN_DEPS, "campaign_changes", "calendar_days"],
    run=lambda services, _: services.analysis.anomalies(),
    view="newest_anomalies",
)
analytics_forecasts = analysis_asset(
    "analytics_forecasts",
    deps=[*CAMPAIGN_DEPS, "calendar_days"],
    run=lambda services, _: services.analysis.forecasts(),
    view="month_forecasts",
    drawn=with_bars("share"),
    more=measured_coverage,
)


@dg.multi_asset(
    specs=[
        dg.AssetSpec(name, deps=[*CAMPAIGN_DEPS, "analytics_budgets"], **table_spec(name)) for name in BUDGET_TABLES
    ],
    pool=POOL,
)
def budgets(services: dg.ResourceParam[Services]) -> Iterator[dg.MaterializeResult]:
    """Find the best split of the budgets: one computation writes the plan and the response curves behind it."""
    services.analysis.recommendations()
    with services.warehouse.reading() as con:
        shown = show(con, "budget_plan")
        for name in BUDGET_TABLES:
            plan = as_markdown(shown.columns, shown.rows)
            yield dg.MaterializeResult(
                asset_key=name, metadata=as_metadata(preview(con, name, limit=0)) | {"preview": plan}
            )


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            name,
            deps=["analytics_ad_group_metrics", "analytics_maturity", "ad_accounts", "raw_pulls"],
            **table_spec(name),
        )
        for name in EXPERIMENT_TABLES
    ],
    pool=POOL,
)
def experiments(services: dg.ResourceParam[Services]) -> Iterator[dg.MaterializeResult]:
    """Evaluate every declared A/B test: one computation writes both tables."""
    declared = services.test_definitions
    services.analysis.experiments(declared)
    with services.warehouse.reading() as con:
        shown = show(con, "test_verdicts")
        for name in EXPERIMENT_TABLES:
            metadata = as_metadata(preview(con, name, limit=0), declared=len(declared))
            verdicts = as_markdown(shown.columns, shown.rows)
            yield dg.MaterializeResult(asset_key=name, metadata=metadata | {"preview": verdicts})


todo = analysis_asset(
    "todo",
    deps=["analytics_budgets", "analytics_anomalies", "budget_recommendations", "ab_tests", "campaigns"],
    run=lambda services, _: services.analysis.todo(),
    view="todo_list",
)


action_outcomes = analysis_asset(
    "action_outcomes",
    deps=[*CAMPAIGN_DEPS, "campaign_changes", "ad_accounts", "ab_tests"],
    run=lambda services, run_id: services.outcomes.measure(run_id),
    view="newest_outcomes",
)


@dg.asset_check(asset="ab_tests", description="Every declared test has an evaluation, or a reason why it has none.")
def every_test_is_evaluated(services: dg.ResourceParam[Services]) -> dg.AssetCheckResult:
    """Compare the declared tests with the tables."""
    with services.warehouse.reading() as con:
        missing = unevaluated_tests(con, [test.id for test in services.test_definitions])
    return as_result("ab_tests", "every_test_is_evaluated", missing)


# What others depend on has checks of its own, for those wait for them: maturity, the calendar, pacing, the plan.
maturity_checks = build_table_checks("analytics_maturity")
calendar_checks = build_table_checks("calendar_days")
plan_checks = build_checks_of("plan", BUDGET_TABLES)
todo_checks = build_table_checks("todo")
outcome_checks = build_table_checks("action_outcomes")
analysis_checks = build_checks_of(
    "analytics",
    (
        "analytics_budgets",
        "analytics_benchmarks",
        "analytics_anomalies",
        "analytics_forecasts",
        *reversed(EXPERIMENT_TABLES),
    ),
)
