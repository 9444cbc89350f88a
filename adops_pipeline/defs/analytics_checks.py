"""The promises of the tables of all analyses, in one step: nothing but the snapshot waits for them.

Those of maturity are checked in its own room, for the other analyses build on it.
"""

from adops_pipeline.defs.table_checks import build_checks_of

TABLES = (
    "analytics_budgets",
    "analytics_benchmarks",
    "analytics_anomalies",
    "analytics_forecasts",
    "budget_recommendations",
    "ab_tests",
    "ab_test_results",
)
table_checks = build_checks_of("analytics", TABLES)
