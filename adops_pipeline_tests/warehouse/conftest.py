"""A data folder for each test, its warehouse copied from a template, and one way to land, register and apply pulls."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.ledger import pending_pulls, register_pulls
from adops_pipeline.warehouse.normalize import NormalizeOptions
from adops_pipeline.warehouse.normalize.apply import apply_pulls
from adops_pipeline.warehouse.raw_landing import Pull, PullSpec, RawLanding
from adops_pipeline_tests.operations.processes import python

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
DAYS = DateRange(date(2026, 11, 1), date(2026, 11, 3))


@dataclass(frozen=True)
class Rooms:
    """What is in one data folder."""

    data: Path
    warehouse: Warehouse
    landing: RawLanding

    @property
    def snapshot(self) -> Path:
        """Where the snapshot is published."""
        return self.data / "adops.duckdb"

    def land(
        self,
        platform: Platform = Platform.PINTEREST,
        rows: Sequence[Mapping[str, object] | str] = (),
        *,
        report: Report = Report.CAMPAIGN_DAILY,
        account: str = "111",
        dates: DateRange = DAYS,
        at: datetime = NOON,
        currency: str = "EUR",
        timezone: str = "UTC",
    ) -> Pull:
        """Land one pull; a row given as text lands as it is."""
        days = dates if report.has_dates else None
        spec = PullSpec(platform, report, account, days, at, currency, timezone)
        with self.landing.open(spec) as writer:
            writer.write((row if isinstance(row, str) else json.dumps(row)).encode() for row in rows)
        return writer.pull

    def apply(self, con: duckdb.DuckDBPyConnection) -> None:
        """Register and apply whatever landed; in one thread, for a handful of rows is not worth two."""
        con.execute("SET threads = 1")
        register_pulls(con, self.landing)
        apply_pulls(con, pending_pulls(con, list(Report)), self.landing.root, NormalizeOptions())


@pytest.fixture
def warehouse(empty_data: Path, tmp_path: Path) -> Warehouse:
    """A warehouse with every table, all empty."""
    return Warehouse(Path(shutil.copy(empty_data / "warehouse.duckdb", tmp_path)))


@pytest.fixture
def con(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to its file; in one thread, for a handful of rows is not worth two."""
    with duckdb.connect(str(warehouse.path), config={"threads": 1}) as opened:
        opened.execute("PRAGMA disable_checkpoint_on_shutdown")  # nobody reads the file after the test
        yield opened


@pytest.fixture
def rooms(warehouse: Warehouse, tmp_path: Path) -> Rooms:
    """A data folder with empty tables and nothing landed."""
    return Rooms(tmp_path, warehouse, RawLanding(tmp_path / "raw"))


def pinterest_row(day: str, micros: object, impressions: object = 100, campaign: str = "7") -> dict[str, object]:
    """A row of Pinterest's campaign analytics."""
    return {"CAMPAIGN_ID": campaign, "DATE": day, "SPEND_IN_MICRO_DOLLAR": micros, "PAID_IMPRESSION": impressions}


def google_row(day: str, micros: object, impressions: object = "100", campaign: str = "7") -> dict[str, object]:
    """A row of Google's search stream."""
    metrics = {"costMicros": micros, "impressions": impressions}
    return {"campaign": {"id": campaign}, "segments": {"date": day}, "metrics": metrics}


def meta_row(day: str, spend: object, impressions: object = "100", campaign: str = "7") -> dict[str, object]:
    """A row of Meta's daily insights."""
    return {
        "campaign_id": campaign,
        "date_start": day,
        "date_stop": day,
        "spend": spend,
        "impressions": impressions,
    }


def die_in_another_process(script: str, *arguments: Path) -> None:
    """Run ``script``, which must end by SIGKILL: no exit handler, no finally, as when the power goes."""
    done = python(script, *arguments)
    assert done.returncode == -9, done.stderr
