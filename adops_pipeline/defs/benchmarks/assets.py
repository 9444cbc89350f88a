"""Ratios against their own past and their peers."""

from adops_pipeline.defs.analytics import analysis_asset

analytics_benchmarks = analysis_asset(
    "analytics_benchmarks",
    deps=["analytics_metrics", "campaigns", "analytics_maturity"],
    run=lambda services: services.analysis.benchmarks(),
    view="benchmark_changes",
)
