"""Where the same money brings most."""

from adops_pipeline.defs.analytics import analysis_asset

budget_recommendations = analysis_asset(
    "budget_recommendations",
    deps=["analytics_metrics", "campaigns", "analytics_maturity"],
    run=lambda services: services.analysis.recommendations(),
    view="budget_plan",
)
