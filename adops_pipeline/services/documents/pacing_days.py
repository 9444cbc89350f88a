"""The days of a budget's period as a document: spend, what was to be expected by each day, and the likely end."""

from datetime import date

from pydantic import Field

from adops_pipeline.domain.tables.pacing import BasisKind
from adops_pipeline.services.documents.errors import DocumentError
from adops_pipeline.services.documents.models import ApiModel
from adops_pipeline.services.documents.overview import Span
from adops_pipeline.warehouse.queries.pacing_days import pacing_days
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot


class PacingDay(ApiModel):
    """A day of the period. Sums are from the period's first day on; amounts in the currency of the budget."""

    date: date
    spend: float | None = Field(description="Spend of the day; null on days to come and before the known ones.")
    spent: float | None = Field(description="Spend up to the day; null as `spend`, and if the period's spend is.")
    even: float | None = Field(description="Expected by the day at an even pace; null where the budget is not known.")
    seasonal: float | None = Field(description="Expected by the day with the usual weekday weights.")
    projected: float | None = Field(description="Likely to be spent by the day; null on days before the newest.")
    projected_low: float | None = Field(description="Lower end of its 80 % interval.")
    projected_high: float | None = Field(description="Upper end of its 80 % interval.")


class PacingDays(ApiModel):
    """A budget with the days of its period, of long periods at most 800 before the newest day and 400 after it."""

    budget_id: str = Field(description="`platform:campaign_id`; of a shared budget, its own id.")
    name: str | None
    currency: str
    basis: BasisKind
    as_of: date = Field(description="The newest complete day of the account.")
    budget: float | None = Field(description="Budget of the period.")
    period: Span
    days: list[PacingDay]


def pacing_days_document(snapshot: Snapshot, budget_id: str) -> bytes:
    """The JSON of a budget's days. Raises DocumentError where there is no such budget."""
    found = pacing_days(snapshot.con, budget_id)
    if found is None:
        raise DocumentError("not-found", f"there is no budget {budget_id!r}; ids are platform:campaign_id")
    return found.encode()
