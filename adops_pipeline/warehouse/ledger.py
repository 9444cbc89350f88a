"""The pull ledger `raw_pulls`: which files landed, which are applied, which days of which account they cover.

The files' sidecars are the truth; the ledger is rebuilt from them when it is gone. No rows of reports are read here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import msgspec

from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.warehouse.raw_landing import Pull, RawLanding
from adops_pipeline.warehouse.schema import TABLES
from adops_pipeline.warehouse.sql import statement

_COLUMNS = TABLES["raw_pulls"].column_names
# Sidecars younger than the newest known pull by this much are looked at again: clocks and crashed runs overlap.
_OVERLAP = timedelta(days=3)
_UNIFIED = (
    "ad_accounts", "campaigns", "ad_groups", "analytics_metrics", "analytics_ad_group_metrics",
    "analytics_metric_revisions", "analytics_rejects",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coverage:
    """Days of one account that a successful pull covered, and its local day."""

    platform: Platform
    report: Report
    account_id: str
    range_start: date
    range_end: date
    pulled_on: date


@dataclass(frozen=True, slots=True)
class Pruned:
    """A raw file that went, or would go."""

    pull_id: str
    path: str
    bytes: int


def register_pulls(con: duckdb.DuckDBPyConnection, landing: RawLanding, *, look_everywhere: bool = False) -> list[Pull]:
    """Adopt every landed pull that the ledger does not know yet; gives those it adopted.

    Only folders of recent days are looked through, unless told to ``look_everywhere``.

    A file whose size or checksum is not its sidecar's is registered as ``damaged`` with the reason and never applied.
    """
    newest = con.execute("SELECT max(pulled_at) FROM raw_pulls").fetchone()
    since = None if look_everywhere or newest is None or newest[0] is None else (newest[0] - _OVERLAP).date()
    known = {name for (name,) in con.execute("SELECT pull_id FROM raw_pulls").fetchall()}
    adopted = [
        pull
        for sidecar in landing.sidecars(since=since)
        if sidecar.name.removesuffix(".json") not in known and (pull := _read(landing, sidecar)) is not None
    ]
    adopted.sort(key=lambda pull: (pull.pulled_at, pull.pull_id))
    if adopted:
        marks = ", ".join("?" for _ in _COLUMNS)
        con.executemany(f"INSERT INTO raw_pulls VALUES ({marks})", [_row(pull) for pull in adopted])  # noqa: S608
    return adopted


def _read(landing: RawLanding, sidecar: Path) -> Pull | None:
    try:
        pull = landing.read_sidecar(sidecar)
    except (msgspec.DecodeError, OSError):
        return None  # sidecars are renamed into place whole: this is nobody's pull
    damage = landing.damage(pull)
    return msgspec.structs.replace(pull, state="damaged", error=damage) if damage else pull


def _row(pull: Pull) -> list[object]:
    values = msgspec.structs.asdict(pull) | {"pulled_at": pull.pulled_at.astimezone(UTC).replace(tzinfo=None)}
    return [values[name] for name in _COLUMNS]


def _pull(row: Sequence[object]) -> Pull:
    values = dict(zip(_COLUMNS, row, strict=True))
    return msgspec.convert(values | {"pulled_at": _utc(values["pulled_at"])}, Pull)


def _utc(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def pending_pulls(con: duckdb.DuckDBPyConnection, reports: Iterable[Report]) -> list[Pull]:
    """Pulls of these reports that landed and are not applied, oldest first."""
    query = (
        f"SELECT {', '.join(_COLUMNS)} FROM raw_pulls "  # noqa: S608 - registered names
        "WHERE state = 'landed' AND report IN (SELECT unnest(?)) ORDER BY pulled_at, pull_id"
    )
    return [_pull(row) for row in con.execute(query, [[report.value for report in reports]]).fetchall()]


def mark_applied(con: duckdb.DuckDBPyConnection, pull_ids: Sequence[str]) -> None:
    """Note that these pulls stand in the tables."""
    con.execute("UPDATE raw_pulls SET state = 'applied' WHERE pull_id IN (SELECT unnest(?))", [list(pull_ids)])


def coverage(con: duckdb.DuckDBPyConnection) -> list[Coverage]:
    """Every day range that a usable pull of a daily report covered."""
    rows = con.execute(statement("coverage")).fetchall()
    return [Coverage(Platform(p), Report(r), account, start, end, on) for p, r, account, start, end, on in rows]


def account_timezones(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Time zones of the accounts that were ever pulled."""
    return [zone for (zone,) in con.execute("SELECT DISTINCT timezone FROM raw_pulls ORDER BY ALL").fetchall()]


def rebuild(con: duckdb.DuckDBPyConnection, landing: RawLanding) -> None:
    """Forget everything that was derived: the unified tables are emptied and every pull on file is pending again."""
    con.begin()
    for table in _UNIFIED:
        con.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of this module
    con.execute("DELETE FROM raw_pulls WHERE state <> 'pruned'")
    con.commit()
    register_pulls(con, landing, look_everywhere=True)


def prune(
    con: duckdb.DuckDBPyConnection, landing: RawLanding, *, keep_days: int, now: datetime, dry_run: bool
) -> list[Pruned]:
    """Delete files older than ``keep_days`` whose every account-day a newer applied pull covers; say which.

    The ledger keeps their rows, as ``pruned``. Restatement history already stands in its table; a later rebuild sees
    only what is still on file.
    """
    before = now.astimezone(UTC).replace(tzinfo=None) - timedelta(days=keep_days)
    found = [Pruned(*row) for row in con.execute(statement("superseded_pulls"), {"before": before}).fetchall()]
    if dry_run:
        return found
    for item in found:
        # The ledger first: a file without a row is adopted again, a row without a file would be damaged.
        con.execute("UPDATE raw_pulls SET state = 'pruned' WHERE pull_id = ?", [item.pull_id])
        data = landing.root / item.path
        (data.parent / f"{item.pull_id}.json").unlink(missing_ok=True)
        data.unlink(missing_ok=True)
    return found
