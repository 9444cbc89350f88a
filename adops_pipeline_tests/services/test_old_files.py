"""Files that are old by their kind's age go; whatever else stands in the data folder stays."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adops_pipeline.domain.retention import Ages, Pruned
from adops_pipeline.services.old_files import delete_files, old_files

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
AGES = Ages(raw=90, events=90, activity=365, deliveries=90, inbound_deliveries=30, dagster=30, as_of=30, damaged=90,
            logs=30, leftovers=7)  # fmt: skip


def write(path: Path, age_days: float, content: bytes = b"12345") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    at = (NOW - timedelta(days=age_days)).timestamp()
    os.utime(path, (at, at))
    for folder in path.parents:
        os.utime(folder, (at, at))
        if folder.name.startswith("test_"):  # the test's own folder
            break
    return path


def doomed(data: Path) -> dict[str, list[str]]:
    return {
        kind: [str(one.path.relative_to(data)) for one in found]
        for kind, (_, found) in old_files(data, AGES, NOW).items()
    }


LEFTOVERS = [
    ".adops.duckdb.partial", ".adops.duckdb.partial.wal", ".warehouse.duckdb.rebuilt", ".warehouse.duckdb.rebuilt.wal",
    ".tokens.json.71.partial", "computed/.pacing.frames.71.partial", "as_of/2026-11-20/.adops.duckdb.partial",
    "dagster/home/.dagster.yaml.99",
]  # fmt: skip


@pytest.mark.parametrize("name", LEFTOVERS)
def test_unfinished_files_go_after_a_week(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, 7)
    assert not any(doomed(tmp_path).values())
    write(path, 7.1)
    assert doomed(tmp_path)["unfinished files"] == [name]


def test_a_folder_is_as_young_as_its_youngest_file(tmp_path: Path) -> None:
    old = write(tmp_path / "exports" / ".csv.partial" / "a.csv", 40)
    write(old.parent / "b.csv", 40)
    assert doomed(tmp_path)["unfinished files"] == ["exports/.csv.partial"]
    os.utime(old, None)
    assert doomed(tmp_path)["unfinished files"] == []


def test_snapshots_of_past_days_go_by_the_day_they_were_made(tmp_path: Path) -> None:
    write(tmp_path / "as_of" / "2026-11-01" / "adops.duckdb", 31)
    write(tmp_path / "as_of" / "2026-01-01" / "adops.duckdb", 30)
    write(tmp_path / "as_of" / "notes" / "mine.txt", 400)
    assert doomed(tmp_path)["snapshots of past days"] == ["as_of/2026-11-01"]


def test_damaged_files_and_reports_of_crashes_go_by_the_time_in_their_names(tmp_path: Path) -> None:
    for stamp in ("20260801T000000", "20261101T000000", "20269999T000000"):
        write(tmp_path / f"warehouse.duckdb.damaged-{stamp}", 1)
        write(tmp_path / "dagster" / f"storage.damaged-{stamp}" / "history" / "runs.db", 1)
        write(tmp_path / "logs" / f"crash-{stamp}-77.txt", 1)
    found = doomed(tmp_path)
    assert found["damaged files kept aside"] == [
        "dagster/storage.damaged-20260801T000000",
        "warehouse.duckdb.damaged-20260801T000000",
    ]
    assert found["reports of crashes"] == ["logs/crash-20260801T000000-77.txt"]


def test_nothing_else_is_ever_old(tmp_path: Path) -> None:
    for name in (
        "adops.duckdb", "warehouse.duckdb", "operations.db", "operations.db-wal", "tokens.json", "adops.toml",
        ".run.lock", "fx_rates.csv", "exports/parquet/analytics_metrics.parquet", "exports/.parquet.lock",
        "logs/dagster.log", "mine.partial", "raw/pinterest/campaigns/2026-01-01/x.ndjson.zst", "sandbox/writes.ndjson",
        "dagster/storage/history/runs.db",
    ):  # fmt: skip
        write(tmp_path / name, 4000)
    assert not any(doomed(tmp_path).values())


def test_what_is_deleted_is_counted_with_its_bytes_as_the_dry_run_said(tmp_path: Path) -> None:
    write(tmp_path / ".adops.duckdb.partial", 8, b"1234567")
    write(tmp_path / "exports" / ".csv.partial" / "deep" / "a.csv", 8, b"123")
    days, found = old_files(tmp_path, AGES, NOW)["unfinished files"]
    for dry_run, remain in ((True, 2), (False, 0)):
        assert delete_files("unfinished files", days, found, dry_run=dry_run) == Pruned("unfinished files", 2, 10, 7)
        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == remain
    assert delete_files("unfinished files", days, found, dry_run=False).count == 2, "gone already"


def test_a_link_goes_and_what_it_points_to_stays(tmp_path: Path) -> None:
    target = write(tmp_path / "elsewhere" / "kept.txt", 100)
    link = tmp_path / "data" / ".parquet.partial"
    link.parent.mkdir()
    link.symlink_to(target.parent)
    at = (NOW - timedelta(days=20)).timestamp()
    os.utime(link, (at, at), follow_symlinks=False)
    _, found = old_files(tmp_path / "data", AGES, NOW)["unfinished files"]
    delete_files("unfinished files", 7, found, dry_run=False)
    assert (link.is_symlink(), target.exists()) == (False, True)
