"""The promises of the table of pacing."""

from adops_pipeline.defs.table_checks import build_table_checks

table_checks = build_table_checks("analytics_budgets")
