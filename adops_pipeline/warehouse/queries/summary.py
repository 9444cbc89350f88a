"""Totals of the warehouse by platform and currency, for a run's summary. Read-only."""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from adops_pipeline.warehouse.sql import statement


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """Totals of one platform's accounts in one currency over all stored days; money in that currency."""

    platform: str
    currency: str
    accounts: int
    campaigns: int
    rows: int
    spend: Decimal
    conversions: float
    revenue: Decimal
    rejects: int
    pulls: int


def run_summary(con: duckdb.DuckDBPyConnection) -> list[SummaryRow]:
    """One row for each platform and currency, including accounts without delivery."""
    return [SummaryRow(*row) for row in con.execute(statement("run_summary")).fetchall()]
