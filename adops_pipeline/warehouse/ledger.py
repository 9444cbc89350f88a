"""The pull ledger `raw_pulls`: which files landed, which are applied, which days of which account they cover.

The files' sidecars are the source of truth; a lost ledger is rebuilt from them. No rows of reports are read here,
and no file is deleted: see `prune`.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

import duckdb
import msgspec

from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.warehouse.errors import DamagedSnapshotError
from adops_pipeline.warehouse.raw_landing import Pull, RawLanding
from adops_pipeline.warehouse.sql import statement
from adops_pipeline.warehouse.transaction import transaction

__all__ = [
    "Coverage",
    "account_timezones",
    "coverage",
    "first_unpublished_day",
    "mark_applied",
    "pending_pulls",
    "rebuild",
    "register_pulls",
    "unpublished_pulls",
]

_COLUMNS = TABLES["raw_pulls"].columns
_NAMES = ", ".join(f'"{column.name}"' for column in _COLUMNS)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Days of one account that a usable pull covered, the account's local day when it was made, and the time (UTC)."""

    platform: Platform
    report: Report
    account_id: str
    range_start: date
    range_end: date
    pulled_on: date
    pulled_at: datetime


def register_pulls(con: duckdb.DuckDBPyConnection, landing: RawLanding) -> list[Pull]:
    """Add every landed pull that is not in the ledger yet; the added ones, oldest first.

    A file whose size or checksum differs from its sidecar is added as ``damaged`` with the reason and never applied; it
    is checked again, and returned again, on every call until it is intact. Its days count as not pulled.
    """
    known = {name for (name,) in con.execute("SELECT pull_id FROM raw_pulls WHERE state <> 'damaged'").fetchall()}
    unknown = [sidecar for sidecar in landing.sidecars() if sidecar.stem not in known]
    adopted = sorted(
        (_examined(landing, sidecar) for sidecar in unknown), key=lambda pull: (pull.pulled_at, pull.pull_id)
    )
    if adopted:
        ids = [pull.pull_id for pull in adopted]
        with transaction(con):
            con.execute("DELETE FROM raw_pulls WHERE pull_id IN (SELECT unnest($ids::VARCHAR[]))", {"ids": ids})
            _insert(con, adopted)
    return adopted


def _examined(landing: RawLanding, sidecar: Path) -> Pull:
    """The pull of a sidecar; ``damaged`` if the sidecar or its file is."""
    try:
        pull = landing.read_sidecar(sidecar)
    except msgspec.MsgspecError as error:
        return landing.unreadable(sidecar, f"the sidecar cannot be read: {error}")
    damage = landing.damage(pull)
    return dataclasses.replace(pull, state="damaged", error=damage) if damage else pull


def _insert(con: duckdb.DuckDBPyConnection, pulls: Sequence[Pull]) -> None:
    """Store ``pulls`` in one statement: a row at a time costs a millisecond each, and a rebuild has thousands."""
    rows = [dataclasses.asdict(pull) | {"pulled_at": as_stored(pull.pulled_at)} for pull in pulls]
    lists = {column.name: [row[column.name] for row in rows] for column in _COLUMNS}
    values = ", ".join(f'unnest(${column.name}::{column.type}[]) AS "{column.name}"' for column in _COLUMNS)
    con.execute(f"INSERT INTO raw_pulls BY NAME SELECT {values}", lists)


def pending_pulls(con: duckdb.DuckDBPyConnection, reports: Iterable[Report]) -> list[Pull]:
    """Pulls of these reports that landed and are not applied, oldest first."""
    query = (
        f"SELECT {_NAMES} FROM raw_pulls "  # noqa: S608 - registered names
        "WHERE state = 'landed' AND report IN (SELECT unnest($reports::VARCHAR[])) ORDER BY pulled_at, pull_id"
    )
    found = con.execute(query, {"reports": [report.value for report in reports]}).fetchall()
    return [_pull(row) for row in found]


def _pull(row: Sequence[object]) -> Pull:
    values = {column.name: value for column, value in zip(_COLUMNS, row, strict=True)}
    pulled_at = values["pulled_at"]
    aware = pulled_at.replace(tzinfo=UTC) if isinstance(pulled_at, datetime) else pulled_at
    return msgspec.convert(values | {"pulled_at": aware}, Pull)


def mark_applied(con: duckdb.DuckDBPyConnection, pull_ids: Sequence[str]) -> None:
    """Mark these pulls as applied."""
    query = (
        "UPDATE raw_pulls SET state = 'applied' WHERE state = 'landed' AND pull_id IN (SELECT unnest($ids::VARCHAR[]))"
    )
    con.execute(query, {"ids": list(pull_ids)})


def coverage(con: duckdb.DuckDBPyConnection) -> list[Coverage]:
    """Date ranges covered by usable pulls of reports that have dates, each with the latest local day of such a pull."""
    rows = con.execute(statement("coverage")).fetchall()
    return [
        Coverage(Platform(platform), Report(report), account, first, last, on, at.replace(tzinfo=UTC))
        for platform, report, account, first, last, on, at in rows
    ]


def account_timezones(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Time zones of the accounts that were ever pulled."""
    return [zone for (zone,) in con.execute("SELECT DISTINCT timezone FROM raw_pulls ORDER BY ALL").fetchall()]


def unpublished_pulls(con: duckdb.DuckDBPyConnection, snapshot: Path) -> dict[str, date] | None:
    """The applied pulls of days that ``snapshot`` does not have yet, each with its first day.

    None: there is no snapshot, or none that can be read, so everything may have changed.
    """
    try:
        found = snapshot.stat()
    except FileNotFoundError:
        return None
    known = _published_pulls(snapshot, (found.st_ino, found.st_mtime_ns, found.st_size))
    if known is None:
        return None
    daily = [report.value for report in Report if report.is_daily]
    # The known pulls stay here: to hand DuckDB thousands of texts takes longer than to receive as many rows.
    query = (
        "SELECT pull_id, range_start FROM raw_pulls "
        "WHERE state = 'applied' AND report IN (SELECT unnest($daily::VARCHAR[])) ORDER BY pull_id"
    )
    applied = con.execute(query, {"daily": daily}).fetchall()
    return {pull_id: first for pull_id, first in applied if pull_id not in known}


def first_unpublished_day(con: duckdb.DuckDBPyConnection, snapshot: Path) -> date | None:
    """The first day that was changed since ``snapshot`` was published: checks may begin there.

    None: there is no snapshot, so everything may have changed. ``date.max``: nothing has changed.
    """
    pulls = unpublished_pulls(con, snapshot)
    return None if pulls is None else min(pulls.values(), default=date.max)


@lru_cache(maxsize=1)
def _published_pulls(snapshot: Path, _version: tuple[int, int, int]) -> frozenset[str] | None:
    """The pulls in the snapshot; cached, because every check of a run needs them and opening the file is slow.

    None for a damaged or foreign file, which the run replaces.
    """
    try:
        with open_snapshot(snapshot) as published:
            known = published.execute("SELECT pull_id FROM raw_pulls WHERE state IN ('applied', 'pruned')").fetchall()
    except (DamagedSnapshotError, duckdb.CatalogException, duckdb.BinderException):
        return None
    return frozenset(pull_id for (pull_id,) in known)


def pulls_on_file(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Pulls whose raw files must be there: all but the pruned ones."""
    return {name for (name,) in con.execute("SELECT pull_id FROM raw_pulls WHERE state <> 'pruned'").fetchall()}


def lost_pulls(known: set[str], landing: RawLanding) -> list[str]:
    """Pulls whose raw file or sidecar is damaged or missing, each with the reason. Reads every file."""
    there = {sidecar.stem: sidecar for sidecar in landing.sidecars()}
    lost = dict.fromkeys(known - there.keys(), "the raw file is missing")
    for name, sidecar in there.items():
        found = _examined(landing, sidecar)
        if found.state == "damaged":
            lost[name] = found.error or "damaged"
    return [f"{name}: {lost[name]}" for name in sorted(lost)]


def rebuild(con: duckdb.DuckDBPyConnection, landing: RawLanding) -> None:
    """Delete everything that was derived: empty the unified tables and mark every pull on file as pending again.

    The restatement history of pulls whose files were pruned stays, because it could not be rebuilt.
    """
    with transaction(con):
        con.execute(statement("forget_revisions"))
        for name, table in TABLES.items():
            # Analyses keep their history; the next run computes them again from the unified tables.
            if table.concept == "metrics" and name not in ("raw_pulls", "fx_rates", "analytics_metric_revisions"):
                con.execute(f'DELETE FROM "{name}"')  # noqa: S608 - a registered name
        con.execute("DELETE FROM raw_pulls WHERE state <> 'pruned'")
    register_pulls(con, landing)
