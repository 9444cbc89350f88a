"""A warehouse and a landing of its own for each test, and one way to land rows and apply them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.ledger import pending_pulls, register_pulls
from adops_pipeline.warehouse.normalize.apply import Applied, apply_pulls
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.raw_landing import Pull, PullSpec, RawLanding

Row = Mapping[str, object] | str

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAYS = DateRange(date(2026, 11, 1), date(2026, 11, 3))
CURRENCIES = {Platform.GOOGLE_ADS: "EUR", Platform.META_ADS: "USD", Platform.PINTEREST: "JPY"}


class NormalizeHarness:
    """Landing and unified tables together."""

    def __init__(self, folder: Path, con: duckdb.DuckDBPyConnection) -> None:
        self.landing = RawLanding(folder / "raw")
        self.con = con

    def land(
        self,
        platform: Platform,
        rows: Sequence[Row],
        *,
        report: Report = Report.CAMPAIGN_DAILY,
        account: str = "111",
        dates: DateRange | None = DAYS,
        at: datetime = NOON,
        currency: str | None = None,
        timezone: str = "UTC",
    ) -> Pull:
        """Land one pull; a row given as text is landed as it is."""
        spec = PullSpec(
            platform,
            report,
            account,
            dates if report.has_dates else None,
            at,
            currency or CURRENCIES[platform],
            timezone,
        )
        with self.landing.open(spec) as writer:
            writer.write(
                (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)).encode() for row in rows
            )
        return writer.pull

    def apply(self, options: NormalizeOptions | None = None) -> list[Applied]:
        """Register what landed and apply whatever is pending."""
        register_pulls(self.con, self.landing)
        return self.apply_pending(options)

    def apply_pending(self, options: NormalizeOptions | None = None) -> list[Applied]:
        """Apply what the ledger has as landed."""
        pulls = pending_pulls(self.con, list(Report))
        return apply_pulls(self.con, pulls, self.landing.root, options or NormalizeOptions())

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Answer of a query, timestamps in UTC."""
        return self.con.execute(query).fetchall()

    def table(self, name: str) -> list[tuple[object, ...]]:
        """A whole table in a fixed order."""
        return self.rows(f"SELECT * FROM {name} ORDER BY ALL")


@pytest.fixture
def harness(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> NormalizeHarness:
    """Empty tables and nothing landed."""
    return NormalizeHarness(tmp_path, con)
