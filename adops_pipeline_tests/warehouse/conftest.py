"""A data folder for each test, its warehouse copied from a template, and one way to land, register and apply pulls."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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


class Tables:
    """A database with every table, which the tests of a module share: to open its file costs each test 20 ms."""

    _LAYOUT = "SELECT table_name, sql FROM duckdb_tables() WHERE NOT temporary ORDER BY table_name"
    _FILLED = "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND estimated_size > 0"

    def __init__(self, path: Path) -> None:
        # In one thread, for a handful of rows is not worth two.
        self._database = duckdb.connect(str(path), config={"threads": 1})
        self._database.execute("PRAGMA disable_checkpoint_on_shutdown")  # nobody reads the file after the tests
        self._layout = self._database.execute(self._LAYOUT).fetchall()
        self._remembered = self._database.execute("SELECT * FROM schema_fingerprint").fetchall()

    @contextmanager
    def connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own, without temporary objects of others; what it wrote is removed afterwards."""
        with self._database.cursor() as con:
            yield con
        known = {name for name, _ in self._layout}
        for name, _ in self._database.execute(self._LAYOUT).fetchall():
            if name not in known:
                self._database.execute(f'DROP TABLE "{name}"')
        for (name,) in self._database.execute(self._FILLED).fetchall():
            self._database.execute(f'DELETE FROM "{name}"')
        self._database.execute("INSERT INTO schema_fingerprint VALUES (?)", self._remembered[0])
        assert self._database.execute(self._LAYOUT).fetchall() == self._layout, "a test changed a table for all others"

    def close(self) -> None:
        """Close the file."""
        self._database.close()


@pytest.fixture(scope="module")
def tables(empty_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """The module's tables."""
    path = Path(shutil.copy(empty_data / "warehouse.duckdb", tmp_path_factory.mktemp("tables")))
    opened = Tables(path)
    yield opened
    opened.close()


@pytest.fixture
def con(tables: Tables) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to every table, all empty."""
    with tables.connection() as con:
        yield con


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
