"""The steps between raw files and unified tables. Each asset of the layer is one call."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from adops_pipeline.warehouse import ledger, unify
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.fx import load_fx
from adops_pipeline.warehouse.normalize import NormalizeOptions
from adops_pipeline.warehouse.publish import Published
from adops_pipeline.warehouse.raw_landing import RawLanding
from adops_pipeline.warehouse.unify import Unified


@dataclass(frozen=True, slots=True)
class RateSource:
    """The CSV file of exchange rates, and how they are used."""

    path: Path
    reporting_currency: str
    max_age_days: int


@dataclass(frozen=True)
class Pipeline:
    """The pipeline of one installation."""

    warehouse: Warehouse
    landing: RawLanding
    options: NormalizeOptions
    rates: RateSource
    publish: Callable[[], Published]

    def register_pulls(self) -> int:
        """Add raw files that have landed to the ledger, including those of a crashed run; the number added."""
        with self.warehouse.writing() as con:
            return len(ledger.register_pulls(con, self.landing))

    def unify_entities(self) -> None:
        """Replace accounts, campaigns and ad groups with those of the newest pulls."""
        with self.warehouse.writing() as con:
            unify.unify_entities(con, self.landing, self.options)

    def load_rates(self) -> None:
        """Replace the exchange rates with those of the CSV file."""
        with self.warehouse.writing() as con:
            load_fx(con, self.rates.path, self.rates.reporting_currency, self.rates.max_age_days)

    def unify_daily(self) -> Unified:
        """Apply the daily pulls that were not applied yet; for each day of an account the newest pull wins."""
        with self.warehouse.writing() as con:
            return unify.unify_daily(con, self.landing, self.options)
