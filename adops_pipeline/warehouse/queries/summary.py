"""What stands in the warehouse, by platform and currency: the figures a run ends with. Reading only."""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from adops_pipeline.warehouse.sql import statement


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """Totals of one platform's accounts in one currency over everything that is stored; money in that currency."""

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
    """One row per platform and currency of which anything is known, accounts without delivery included."""
    return [SummaryRow(*row) for row in con.execute(statement("run_summary")).fetchall()]
