"""Totals to the end of the month, and how often such intervals held."""

from typing import cast

from adops_pipeline.defs.analytics import Metadata, analysis_asset, with_chart
from adops_pipeline.defs.charts import bar
from adops_pipeline.defs.metadata import as_markdown
from adops_pipeline.wiring import Services


def measured_coverage(services: Services) -> Metadata:
    """Coverage of the 80 % intervals by walk-forward backtest, as metadata."""
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


analytics_forecasts = analysis_asset(
    "analytics_forecasts",
    deps=["analytics_metrics", "campaigns", "analytics_maturity"],
    run=lambda services: services.analysis.forecasts(),
    view="month_forecasts",
    drawn=lambda shown: with_chart(shown, "share", lambda share: bar(cast("float | None", share))),
    more=measured_coverage,
)
