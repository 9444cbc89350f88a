"""Pacing as a table: the columns of analytics_budgets that pacing computes."""

from adops_pipeline.domain.tables.pacing import ANALYTICS_BUDGETS, RETURN_COLUMNS

SCHEMA = ANALYTICS_BUDGETS.polars_schema(without=(*RETURN_COLUMNS, "created_at"))
