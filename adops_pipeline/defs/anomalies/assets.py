"""Unusual days."""

from adops_pipeline.defs.analytics import analysis_asset

analytics_anomalies = analysis_asset(
    "analytics_anomalies",
    deps=["analytics_metrics", "campaigns", "analytics_maturity"],
    run=lambda services: services.analysis.anomalies(),
    view="newest_anomalies",
)
