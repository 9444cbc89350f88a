"""What the published snapshot says of a campaign, the budgets that it advises today, and exchange rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.pipeline import RateSource
from adops_pipeline.services.proposals.policy import Outlook
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.fx import FxError, newest_rate, read_rates
from adops_pipeline.warehouse.queries.advice import advice_of, advised_budgets
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader


@dataclass(frozen=True, slots=True)
class Published:
    """Before anything was published there is no advice. Rates are those of the file: caps hold from the start."""

    snapshots: SnapshotReader
    clock: Clock
    rates: RateSource

    def outlook(self) -> Outlook:
        """What proposals need to know of it."""
        return Outlook(self.rate, self.advice)

    def rate(self, currency: str) -> Decimal | None:
        """A currency's value in the reporting currency."""
        own = self.rates
        try:
            return newest_rate(read_rates(own.path), currency, own.reporting_currency, self.clock().date())
        except FxError:
            return None

    def advice(self, platform: Platform, campaign_id: str) -> Mapping[str, Any]:
        """What pacing, the budget plan and the actions of the day say of a campaign."""
        try:
            with self.snapshots.reading() as snapshot:
                return advice_of(snapshot.con, platform.value, campaign_id)
        except WarehouseError:
            return {}

    def budgets(self) -> Sequence[Mapping[str, Any]]:
        """Actions of today that a budget follows from. Raises WarehouseError before anything was published."""
        with self.snapshots.reading() as snapshot:
            return advised_budgets(snapshot.con)
