"""Periods and filters of the documents about sums: their parameters, and what they mean on a snapshot."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.errors import DocumentError
from adops_pipeline.services.documents.models import CurrencyCode
from adops_pipeline.warehouse.queries.daily_sums import DailySums
from adops_pipeline.warehouse.queries.scope import Dimension, Scope
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

_USUAL_DAYS = 30
_LONGEST = timedelta(days=1100)
_Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
_Ids = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=200)]


class Period(BaseModel):
    """Days, both included, and filters; without days the last thirty that are complete in every account."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: _Day | None = Field(None, alias="from", description="First day, inclusive.")
    last: _Day | None = Field(None, alias="to", description="Last day, inclusive.")
    platform: list[Platform] = Field([], max_length=10, description="Only these platforms.")
    account_id: _Ids = Field([], alias="accountId", description="Only these accounts.")
    currency: list[CurrencyCode] = Field([], max_length=200, description="Only accounts with these currencies.")
    project_id: str | None = Field(
        None, alias="projectId", max_length=200, description="Only this project's campaigns."
    )

    @model_validator(mode="after")
    def _is_a_period(self) -> "Period":
        if self.first is not None and self.last is not None and not timedelta(0) <= self.last - self.first <= _LONGEST:
            raise ValueError(f"to must be on or after from, and at most {_LONGEST.days} days later")
        return self

    def scope(self, newest: date | None, campaign_ids: Sequence[str] = ()) -> Scope:
        """What to read. ``newest`` is the last complete day; None before there is one."""
        last = self.last or newest or self.first
        if last is None:
            raise DocumentError("no-data", "there is no complete day yet; give from and to, or run a sync")
        first = self.first or last - timedelta(days=_USUAL_DAYS - 1)
        if first > last:
            raise DocumentError("invalid-request", f"from: {first} is after the last complete day, {last}")
        if last - first > _LONGEST:
            raise DocumentError("invalid-request", f"from: must be at most {_LONGEST.days} days before {last}")
        return Scope(
            first, last, [platform.value for platform in self.platform], self.account_id, self.currency,
            self.project_id, campaign_ids, self.compared,
        )  # fmt: skip

    @property
    def compared(self) -> tuple[date, date] | None:
        """The chosen period to compare with."""
        return None


class PeriodAgainst(Period):
    """A period, and the one to compare it with: by default as many days before it."""

    compare_first: _Day | None = Field(
        None, alias="compareFrom", description="First day, inclusive, of the period to compare with."
    )
    compare_last: _Day | None = Field(None, alias="compareTo", description="Last day, inclusive, of that period.")

    @model_validator(mode="after")
    def _is_against_a_period(self) -> "PeriodAgainst":
        first, last = self.compare_first, self.compare_last
        if (first is None) != (last is None):
            raise ValueError("give compareFrom and compareTo, or neither")
        if first is not None and last is not None and not timedelta(0) <= last - first <= _LONGEST:
            raise ValueError(f"compareTo must be on or after compareFrom, and at most {_LONGEST.days} days later")
        return self

    @property
    def compared(self) -> tuple[date, date] | None:
        """The chosen period to compare with."""
        return (
            None if self.compare_first is None or self.compare_last is None else (self.compare_first, self.compare_last)
        )


class ComparedPeriod(PeriodAgainst):
    """Two periods, the campaigns and the dimension to compare by."""

    by: Dimension | Literal["campaign"] = Field(
        "platform", description="Dimension of the rows; `campaign` needs `campaignId`."
    )
    campaign_id: _Ids = Field(
        [], alias="campaignId", description="Only these campaigns, as `platform:campaign_id`. Repeat it for several."
    )

    @model_validator(mode="after")
    def _names_its_campaigns(self) -> "ComparedPeriod":
        if self.by == "campaign" and not self.campaign_id:
            raise ValueError("by=campaign needs campaignId: the campaigns to compare")
        return self


def period_scope(snapshot: Snapshot, period: Period) -> Scope:
    """What a period means on this snapshot."""
    return period.scope(newest_day(snapshot, period))


def newest_day(snapshot: Snapshot, period: Period) -> date | None:
    """The last complete day; not looked up where the period says its last day."""
    return None if period.last is not None else snapshot.get(DailySums).newest


def spans(scope: Scope) -> dict[str, Any]:
    """The period and the one that it is compared with."""
    return {
        "period": {"from": scope.first, "to": scope.last},
        "previous": {"from": scope.before, "to": scope.before_last},
    }
