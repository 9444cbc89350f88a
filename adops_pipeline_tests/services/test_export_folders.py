"""Folders of exported files: of one snapshot, described by a manifest, replaced together or not at all."""

import hashlib
import json
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow.parquet
import pytest

from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.tables import TABLES, VIEWS
from adops_pipeline.services.exports import folder as folders
from adops_pipeline.services.exports import workbook_of_tables
from adops_pipeline.services.exports.exports import Exports
from adops_pipeline.services.exports.folder import Exported, TableFiles
from adops_pipeline.services.exports.formats import Kind
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader
from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.templates import copy_into

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
PUBLISHED = {**TABLES, **VIEWS}
PARQUET_TYPES = {
    "int32": "INTEGER", "int64": "BIGINT", "double": "DOUBLE", "decimal128(18, 6)": "DECIMAL(18,6)",
    "decimal128(18, 10)": "DECIMAL(18,10)", "date32[day]": "DATE", "timestamp[us]": "TIMESTAMP", "bool": "BOOLEAN",
    "string": "VARCHAR",
}  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(empty_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file with a dangerous name, an exact amount, and a text that no cell can hold."""
    folder = copy_into(empty_data, tmp_path_factory.mktemp("folders"))
    with Warehouse(folder / "warehouse.duckdb").writing() as con:
        con.execute(
            "INSERT INTO analytics_metrics BY NAME SELECT 'meta-ads' AS platform, '7' AS account_id,"
            " 'c' AS campaign_id,"
            " DATE '2026-11-01' + n::INTEGER AS date, '=1+1' AS campaign_name, 'EUR' AS currency, 40 AS impressions,"
            " 2 AS clicks, 12.000001 AS spend, 3 AS revenue, 0.5 AS conversions, '{\"a\":1}' AS platform_metrics,"
            " TIMESTAMP '2026-11-20 12:30:15.25' AS synced_at FROM range(3) numbers(n)"
        )
        con.execute(
            "INSERT INTO ad_accounts BY NAME SELECT 'meta-ads' AS platform, '7' AS account_id,"
            " repeat('x', 40000) AS name,"
            " 'EUR' AS currency, 'UTC' AS timezone, TIMESTAMP '2026-11-20 12:30:15' AS synced_at"
        )
    return folder / "warehouse.duckdb"


@pytest.fixture
def files(snapshot: Path) -> Iterator[TableFiles]:
    with closing(SnapshotReader(snapshot)) as reader:
        yield TableFiles(Exports(reader), lambda: NOW)


@pytest.fixture
def few_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports of few tables only, for what does not depend on the tables."""
    chosen = ("ad_accounts", "campaigns", "analytics_metrics")
    monkeypatch.setattr(folders, "PUBLISHED", tuple(TABLES[name] for name in chosen))


def manifest_of(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text())


def hidden(folder: Path) -> list[str]:
    """Leftovers of writing; the lock's file stays."""
    return [path.name for path in folder.parent.iterdir() if path.name.endswith(".partial")]


@pytest.mark.parametrize("kind", [kind for kind in Format if kind is not Format.XLSX])
def test_every_published_table_has_a_file_that_the_manifest_describes(
    files: TableFiles, tmp_path: Path, kind: Format
) -> None:
    target = tmp_path / str(kind)
    written = files.write(kind, target)
    found = manifest_of(target)
    assert found["format"] == kind
    assert found["writtenAt"] == "2026-11-20T12:30:00+00:00"
    with files.exports.snapshots.reading() as open_snapshot:
        assert found["snapshotVersion"] == open_snapshot.version
    assert [entry["table"] for entry in found["files"]] == list(PUBLISHED)
    for entry in found["files"]:
        content = (target / entry["name"]).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert [column["name"] for column in entry["columns"]] == list(PUBLISHED[entry["table"]].column_names)
    rows = {entry["table"]: entry["rows"] for entry in found["files"]}
    assert (rows["analytics_metrics"], rows["metrics_mature"], rows["campaigns"]) == (3, 3, 0)
    assert written.rows == sum(rows.values())
    assert {path.name for path in target.iterdir()} == {"manifest.json", *(entry["name"] for entry in found["files"])}
    assert hidden(target) == []


def test_parquet_files_have_the_types_of_the_manifest_and_the_values_of_sql(
    files: TableFiles, snapshot: Path, tmp_path: Path
) -> None:
    files.write(Format.PARQUET, tmp_path / "parquet")
    for entry in manifest_of(tmp_path / "parquet")["files"]:
        schema = pyarrow.parquet.read_schema(tmp_path / "parquet" / entry["name"])
        assert [{"name": f.name, "type": PARQUET_TYPES[str(f.type)]} for f in schema] == entry["columns"]
    found = pyarrow.parquet.read_table(tmp_path / "parquet" / "analytics_metrics.parquet").to_pylist()
    with duckdb.connect(str(snapshot), read_only=True) as con:
        wanted = con.execute("FROM analytics_metrics ORDER BY date").fetchall()
    assert [tuple(row.values()) for row in found] == wanted


def test_the_workbook_has_a_sheet_for_each_table_with_typed_and_harmless_cells(
    files: TableFiles, tmp_path: Path
) -> None:
    files.write(Format.XLSX, tmp_path / "xlsx")
    (entry,) = manifest_of(tmp_path / "xlsx")["files"]
    assert [sheet["table"] for sheet in entry["sheets"]] == list(PUBLISHED)
    book = openpyxl.load_workbook(tmp_path / "xlsx" / "adops.xlsx")
    assert book.sheetnames == ["contents", *PUBLISHED]
    header, first, *_ = book["analytics_metrics"].rows
    cells = dict(zip((cell.value for cell in header), first, strict=True))
    assert tuple(cells) == TABLES["analytics_metrics"].column_names
    assert (cells["campaign_name"].value, cells["campaign_name"].data_type) == ("'=1+1", "s")
    assert (cells["spend"].value, cells["clicks"].value) == (12.000001, 2)
    assert str(cells["date"].value) == "2026-11-01 00:00:00"
    (sheet,) = (sheet for sheet in entry["sheets"] if sheet["table"] == "analytics_metrics")
    types = {column["name"]: column["type"] for column in sheet["columns"]}
    assert (types["spend"], types["platform_metrics"], types["date"]) == ("DOUBLE", "VARCHAR", "DATE")


@pytest.mark.usefixtures("few_tables")
def test_a_text_that_no_cell_holds_is_cut_and_the_contents_say_so(files: TableFiles, tmp_path: Path) -> None:
    files.write(Format.XLSX, tmp_path / "xlsx")
    book = openpyxl.load_workbook(tmp_path / "xlsx" / "adops.xlsx")
    name = book["ad_accounts"]["C2"].value
    assert (len(name), name[-2:]) == (32_767, "x…")
    notes = {row[0].value: row[2].value for row in book["contents"].rows}
    assert notes["ad_accounts"] == "1 texts end with … because a cell holds no more"
    assert not notes["campaigns"]


@pytest.mark.usefixtures("few_tables")
def test_a_table_with_more_rows_than_a_sheet_is_named_instead_of_cut(
    files: TableFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Kind("", "xlsx", "cells", 2_000, most_rows=2)
    monkeypatch.setattr(workbook_of_tables, "_KIND", small)
    written = files.write(Format.XLSX, tmp_path / "xlsx")
    notes = {one.table.name: one.note for one in written.tables if one.note}
    assert (
        "analytics_metrics has 3 rows and a sheet holds 2: take the Parquet or CSV file" in notes["analytics_metrics"]
    )
    book = openpyxl.load_workbook(tmp_path / "xlsx" / "adops.xlsx")
    assert book["analytics_metrics"]["A1"].value == notes["analytics_metrics"]
    assert book["analytics_metrics"].max_row == 1


@pytest.mark.usefixtures("few_tables")
def test_a_failure_in_the_middle_leaves_every_file_as_it_was(
    files: TableFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "csv"
    files.write(Format.CSV, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    later = TableFiles(files.exports, lambda: datetime(2026, 11, 21, tzinfo=UTC))

    def fail(table: str, done: int, total: int) -> None:
        if done == total - 1:
            raise WarehouseError("the disk is gone")

    with pytest.raises(WarehouseError):
        later.write(Format.CSV, target, fail)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert hidden(target) == []


@pytest.mark.usefixtures("few_tables")
def test_the_manifest_is_replaced_after_the_files_that_it_describes(
    files: TableFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced, replace = [], Path.replace

    def record(self: Path, target: Path) -> Path:
        replaced.append(target.name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", record)
    files.write(Format.CSV, tmp_path / "csv")
    assert len(replaced) == 4
    assert replaced[-1] == "manifest.json"


def _write_and_die(snapshot: Path, target: Path) -> None:
    def die(table: str, done: int, total: int) -> None:
        if done == total - 1:
            os.kill(os.getpid(), signal.SIGKILL)

    with closing(SnapshotReader(snapshot)) as reader:
        TableFiles(Exports(reader), lambda: NOW).write(Format.CSV, target, die)


@pytest.mark.usefixtures("few_tables")
def test_what_a_killed_writer_left_is_not_read_and_is_swept(files: TableFiles, snapshot: Path, tmp_path: Path) -> None:
    target = tmp_path / "csv"
    writer = multiprocessing.get_context("fork").Process(target=_write_and_die, args=(snapshot, target))
    writer.start()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    assert list(target.iterdir()) == []
    assert hidden(target) == [".csv.partial"]
    files.write(Format.CSV, target)
    assert hidden(target) == []
    assert len(list(target.iterdir())) == 4


@pytest.mark.usefixtures("few_tables")
def test_files_of_an_older_version_go_and_those_of_others_stay(
    files: TableFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "json"
    files.write(Format.JSON, target)
    (target / "mine.json").write_text("{}")
    monkeypatch.setattr(folders, "PUBLISHED", folders.PUBLISHED[:2])
    written: Exported = files.write(Format.JSON, target)
    names = {one.file for one in written.tables}
    assert {path.name for path in target.iterdir()} == {"mine.json", "manifest.json", *names}


@pytest.mark.usefixtures("few_tables")
def test_an_edited_manifest_does_not_remove_files_elsewhere(files: TableFiles, tmp_path: Path) -> None:
    target = tmp_path / "json"
    files.write(Format.JSON, target)
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    document = manifest_of(target)
    document["files"].append({"name": "../outside.json", "sha256": ""})
    (target / "manifest.json").write_text(json.dumps(document))
    files.write(Format.JSON, target)
    assert outside.exists()


@pytest.mark.usefixtures("few_tables")
def test_writers_of_the_same_folder_wait_for_each_other(files: TableFiles, tmp_path: Path) -> None:
    target, order = tmp_path / "csv", []
    first_is_writing = threading.Event()

    def first(table: str, done: int, total: int) -> None:
        first_is_writing.set()
        order.append("first")

    def second(table: str, done: int, total: int) -> None:
        order.append("second")

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(files.write, Format.CSV, target, first)
        assert first_is_writing.wait(patience_seconds())
        waiting = pool.submit(files.write, Format.CSV, target, second)
        assert {writing.result().rows, waiting.result().rows} == {4}
    assert order == ["first"] * 3 + ["second"] * 3
    for entry in manifest_of(target)["files"]:
        assert entry["sha256"] == hashlib.sha256((target / entry["name"]).read_bytes()).hexdigest()
