"""Exports as files: read back by other libraries they equal SQL, with the registry's types, and nothing computes."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from openpyxl.utils.escape import unescape

from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.tables import TABLES, VIEWS
from adops_pipeline.domain.tables.column import Table
from adops_pipeline.services.documents.resources import RESOURCES
from adops_pipeline.services.errors import InvalidError, WarehouseError
from adops_pipeline.services.exports import filters
from adops_pipeline.services.exports.exports import Exports
from adops_pipeline.services.exports.requests import ExportRequest
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries import export as queries
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader
from adops_pipeline_tests.templates import copy_into

METRICS = TABLES["analytics_metrics"]
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "\x00=1", "=cmd|' /C calc'!A0"]  # noqa: RUF001
HARMLESS = ["a=1", "1-2", " =1", "'=1", 'Ünïcode, "quoted"\r\nline 🎉', "", "_x0041_", "a\x08b"]
NAMES = [*DANGEROUS, *HARMLESS]
AT = datetime(2026, 11, 20, 12, 30, 15, 250000, UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def snapshot(empty_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a day for each name, and a value of every type of the registry."""
    folder = copy_into(empty_data, tmp_path_factory.mktemp("exports"))
    with Warehouse(folder / "warehouse.duckdb").writing() as con:
        for number, name in enumerate(NAMES):
            con.execute(
                "INSERT INTO analytics_metrics BY NAME SELECT 'meta-ads' AS platform, '-7' AS account_id,"
                " $id AS campaign_id, DATE '2026-11-01' + $number::INTEGER AS date, $name AS campaign_name,"
                " 'EUR' AS currency, 9007199254740992 AS impressions, 12 AS clicks, 123456789012.000001 AS spend,"
                " -0.5 AS revenue, 1e-7 AS conversions, CASE $number WHEN 0 THEN 'inf'::DOUBLE END AS ctr,"
                " -1.25 AS roas, '{\"a\": [1]}' AS platform_metrics, $at AS synced_at, true AS is_complete_day",
                {"id": str(number), "number": number, "name": name, "at": AT},
            )
        con.execute(
            "INSERT INTO calendar_days BY NAME SELECT 'meta-ads' AS platform, '7' AS account_id,"
            " DATE '1899-12-31' AS date, 'holiday' AS kind, 1 AS event_day, 1 AS event_days, 'Old' AS name,"
            " ['p,1', 'p\"2'] AS projects, $at AS created_at",
            {"at": AT},
        )
    return folder / "warehouse.duckdb"


@pytest.fixture
def exports(snapshot: Path) -> Iterator[Exports]:
    with closing(SnapshotReader(snapshot)) as reader:
        yield Exports(reader)


def chunks(exports: Exports, request: ExportRequest) -> list[bytes]:
    """Everything that the file consists of."""
    found = []
    with closing(exports.open(request)) as download:
        while (chunk := download.next_chunk()) is not None:
            found.append(chunk)
    return found


def whole(exports: Exports, table: str, kind: Format, **wishes: Any) -> bytes:
    return b"".join(chunks(exports, ExportRequest(table, kind, **wishes)))


def stored(snapshot: Path, table: str, select: str = "*") -> list[tuple[Any, ...]]:
    order = ", ".join((TABLES | VIEWS)[table].key)
    with duckdb.connect(str(snapshot), read_only=True) as con:
        return con.execute(f'SELECT {select} FROM "{table}" ORDER BY {order}').fetchall()


def test_parquet_has_the_registrys_types_and_the_values_of_sql(exports: Exports, snapshot: Path) -> None:
    found = pyarrow.parquet.read_table(io.BytesIO(whole(exports, "analytics_metrics", Format.PARQUET)))
    types = {field.name: field.type for field in found.schema}
    assert types["impressions"] == pa.int64()
    assert types["spend"] == pa.decimal128(18, 6)
    assert types["date"] == pa.date32()
    assert types["synced_at"] == pa.timestamp("us")
    assert types["platform_metrics"] == pa.string()
    rows = [tuple(row.values()) for row in found.to_pylist()]
    wanted = stored(
        snapshot, "analytics_metrics", "* REPLACE (NULL AS ctr, to_json(platform_metrics) AS platform_metrics)"
    )
    assert rows == wanted
    assert found.schema.field("spend").metadata[b"description"].decode() == _comment("spend")


def _comment(name: str) -> str:
    return next(column.comment for column in METRICS.columns if column.name == name)


def test_no_table_has_a_type_that_power_bi_does_not_take(exports: Exports) -> None:
    for table in (*TABLES.values(), *VIEWS.values()):
        schema = pyarrow.parquet.read_schema(io.BytesIO(whole(exports, table.name, Format.PARQUET)))
        assert schema.names == list(table.column_names)
        for field in schema:
            assert not pa.types.is_nested(field.type), field
            assert not pa.types.is_time(field.type), field
            assert not pa.types.is_large_string(field.type), field
            assert field.type != pa.decimal128(38, 0), field


def test_csv_equals_sql_and_tells_null_from_empty(exports: Exports, snapshot: Path) -> None:
    columns = ["campaign_id", "date", "spend", "conversions", "ctr", "synced_at", "is_complete_day", "impressions"]
    raw = whole(exports, "analytics_metrics", Format.CSV, columns=columns)
    header, *rows = csv.reader(io.StringIO(raw.decode(), newline=""))
    assert header == columns
    assert [row[0] for row in rows] == [row[0] for row in stored(snapshot, "analytics_metrics", "campaign_id")]
    assert rows[0][1:] == [
        "2026-11-01", "123456789012.000001", "1e-7", "", "2026-11-20T12:30:15.250000Z", "true", "9007199254740992",
    ]  # fmt: skip
    assert b'"",' in whole(exports, "analytics_metrics", Format.CSV, columns=["campaign_name", "cpa"])
    assert raw.endswith(b"\r\n")


def test_a_byte_order_mark_is_written_on_request_only(exports: Exports) -> None:
    assert whole(exports, "campaigns", Format.CSV, with_bom=True).startswith(b'\xef\xbb\xbf"id"')
    assert whole(exports, "campaigns", Format.CSV).startswith(b'"id"')


def read_csv(raw: bytes) -> list[list[Any]]:
    return list(csv.reader(io.StringIO(raw.decode(), newline="")))[1:]


def _cell(value: Any) -> Any:
    """A value as Excel shows it: openpyxl leaves escaped characters as they are."""
    return unescape(value) if isinstance(value, str) else "" if value is None else value


def read_xlsx(raw: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    return [[_cell(cell.value) for cell in row] for row in list(sheet.rows)[1:]]


@pytest.mark.parametrize(("kind", "read"), [(Format.CSV, read_csv), (Format.XLSX, read_xlsx)])
def test_a_text_that_would_be_computed_gets_an_apostrophe_and_nothing_else_changes(
    exports: Exports, kind: Format, read: Callable[[bytes], list[list[Any]]]
) -> None:
    columns = ["campaign_id", "campaign_name", "account_id", "roas", "revenue"]
    rows = read(whole(exports, "analytics_metrics", kind, columns=columns))
    found = {row[0]: row[1:] for row in rows}
    for number, name in enumerate(NAMES):
        text, account, roas, revenue = found[str(number)]
        printable = name.replace("\x00", "").replace("\x08", "")
        wanted = f"'{printable}" if name in DANGEROUS else printable
        assert text == wanted
        assert account == "'-7"
        assert (float(roas), float(revenue)) == (-1.25, -0.5)


def test_a_workbook_has_typed_cells_and_a_fixed_header(exports: Exports) -> None:
    raw = whole(exports, "analytics_metrics", Format.XLSX)
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
    assert (sheet.title, sheet.freeze_panes) == ("analytics_metrics", "A2")
    assert [cell.value for cell in sheet[1]] == list(METRICS.column_names)
    cells = dict(zip(METRICS.column_names, sheet[2], strict=True))
    assert str(cells["date"].value) == "2026-11-01 00:00:00"
    assert cells["synced_at"].value.replace(microsecond=0) == AT.replace(microsecond=0)
    assert (cells["clicks"].value, cells["spend"].value) == (12, 123456789012.000001)
    assert cells["is_complete_day"].value is True
    assert cells["campaign_id"].data_type == "s"
    assert cells["campaign_name"].data_type == "s"
    assert cells["ctr"].value is None


def test_a_day_before_excels_first_is_a_text(exports: Exports) -> None:
    (row,) = read_xlsx(whole(exports, "calendar_days", Format.XLSX, columns=["date", "projects"]))
    assert row == ["1899-12-31", '["p,1","p\\"2"]']


def test_json_is_an_array_of_nested_objects_with_exact_amounts(exports: Exports, snapshot: Path) -> None:
    rows = json.loads(whole(exports, "analytics_metrics", Format.JSON), parse_float=Decimal)
    assert [tuple(row) for row in rows] == [METRICS.column_names] * len(NAMES)
    by_id = {row["campaign_id"]: row for row in rows}
    assert [by_id[str(number)]["campaign_name"] for number in range(len(NAMES))] == NAMES
    first = by_id["0"]
    assert (first["spend"], first["date"], first["platform_metrics"], first["ctr"]) == (
        Decimal("123456789012.000001"), "2026-11-01", {"a": [1]}, None,
    )  # fmt: skip
    (day,) = json.loads(whole(exports, "calendar_days", Format.JSON))
    assert day["projects"] == ["p,1", 'p"2']
    assert json.loads(whole(exports, "campaigns", Format.JSON)) == []


def test_power_bi_gets_flat_rows_in_an_odata_document(exports: Exports) -> None:
    document = json.loads(whole(exports, "analytics_metrics", Format.POWERBI))
    assert document["@odata.context"] == "$metadata#analytics_metrics"
    row = document["value"][0]
    assert (row["date"], row["spend"], row["synced_at"]) == (
        "2026-11-01", 123456789012.000001, "2026-11-20T12:30:15.250000Z",
    )  # fmt: skip
    assert row["platform_metrics"] == '{"a":[1]}'
    assert not any(isinstance(value, dict | list) for row in document["value"] for value in row.values())


@pytest.mark.parametrize("kind", list(Format))
def test_filters_days_and_columns_choose_what_sql_chooses(exports: Exports, kind: Format) -> None:
    with closing(exports.open(ExportRequest(
        "analytics_metrics", kind, columns=["campaignId", "spend"], filters={"platform": ["meta-ads"]}, search="LINE",
        first=date(2026, 11, 3), last=date(2026, 11, 16),
    ))) as download:  # fmt: skip
        assert download.rows == 1
        assert download.name.startswith("analytics_metrics_2026-11-03_2026-11-16.")


@pytest.mark.parametrize(
    ("first", "last", "rows"),
    [(3, 5, 3), (5, 5, 1), (None, 5, 5), (len(NAMES) - 1, None, 2), (None, None, len(NAMES))],
)
def test_both_ends_of_a_span_of_days_are_within_it(
    exports: Exports, first: int | None, last: int | None, rows: int
) -> None:
    ends = (date(2026, 11, day) if day else None for day in (first, last))
    request = ExportRequest("analytics_metrics", Format.CSV, first=next(ends), last=next(ends))
    with closing(exports.open(request)) as download:
        assert download.rows == rows


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (ExportRequest("analytics_metric", Format.CSV), "did you mean analytics_metrics?"),
        (ExportRequest("sqlite_master", Format.CSV), "there is no table or view 'sqlite_master'"),
        (ExportRequest("campaigns", Format.CSV, columns=["id", "staus"]), "'staus'; did you mean status?"),
        (ExportRequest("campaigns", Format.CSV, columns=["id", "id"]), "names a column twice"),
        (ExportRequest("campaigns", Format.CSV, columns=['id" FROM x']), "has no column"),
        (ExportRequest("analytics_maturity", Format.CSV, filters={"currency": ["EUR"]}), "it has platform"),
        (ExportRequest("fx_rates", Format.CSV, project_id="p"), "it has currency, from, to"),
        (ExportRequest("ad_accounts", Format.CSV, first=date(2026, 1, 1)), "from: ad_accounts has no such filter"),
        (ExportRequest("fx_rates", Format.CSV, search="x"), "search: fx_rates has no such filter"),
        (ExportRequest("campaigns", Format.CSV, filters={"platform": ["meta"]}), "did you mean meta-ads?"),
        (
            ExportRequest("fx_rates", Format.CSV, first=date(2026, 1, 2), last=date(2026, 1, 1)),
            "to: must be on or after from",
        ),
    ],
)
def test_what_a_table_does_not_have_is_named(exports: Exports, request_: ExportRequest, said: str) -> None:
    with pytest.raises(InvalidError) as refused:
        exports.open(request_)
    assert said in str(refused.value)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.path)
def test_filters_read_the_columns_that_the_listings_read(resource: Any) -> None:
    table: Table = resource.table
    assert resource.day in (filters.day_column(table), None)
    assert filters.filter_columns(table).get("status") == resource.status
    assert filters.search_column(table) == resource.search


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_read(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adops_pipeline.services.exports.exports.count_rows", lambda *_: 1_048_576)
    with pytest.raises(InvalidError, match=r"1,048,576 such rows and a sheet of xlsx holds 1,048,575"):
        exports.open(ExportRequest("analytics_metrics", Format.XLSX))
    monkeypatch.setattr("adops_pipeline.services.exports.exports.count_rows", lambda *_: 1_048_575)
    exports.open(ExportRequest("analytics_metrics", Format.XLSX)).close()


def test_a_text_that_no_cell_holds_is_named_with_its_column(data_dir: Path) -> None:
    with Warehouse(data_dir / "warehouse.duckdb").writing() as con:
        con.execute(
            "INSERT INTO analytics_rejects SELECT 'r', 'meta-ads', 'campaign_daily', '1', NULL, 'why',"
            " to_json(repeat('x', 40000)), $at", {"at": AT},
        )  # fmt: skip
    with closing(SnapshotReader(data_dir / "warehouse.duckdb")) as reader:
        with pytest.raises(InvalidError, match=r"raw has a text of 40,002 characters in row 1"):
            whole(Exports(reader), "analytics_rejects", Format.XLSX)
        assert len(whole(Exports(reader), "analytics_rejects", Format.CSV)) > 40_000


def test_names_of_sheets_are_within_excels_limit() -> None:
    assert max(len(name) for name in (*TABLES, *VIEWS)) <= 31


@pytest.mark.parametrize("kind", list(Format))
def test_an_export_that_is_closed_early_leaves_the_snapshot(
    exports: Exports, kind: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adops_pipeline.services.exports.exports.KINDS", _smaller_batches())
    download = exports.open(ExportRequest("analytics_metrics", kind))
    download.next_chunk()
    download.next_chunk()
    download.close()
    download.close()
    download.interrupt()
    with exports.snapshots.reading() as found:
        assert found.con.execute("SELECT count(*) FROM analytics_metrics").fetchone() == (len(NAMES),)


def _smaller_batches() -> dict[Format, Any]:
    from dataclasses import replace  # noqa: PLC0415

    from adops_pipeline.services.exports.formats import KINDS  # noqa: PLC0415

    return {kind: replace(value, rows_per_batch=2) for kind, value in KINDS.items()}


def test_a_table_that_cannot_be_read_is_an_error_not_a_short_file(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_select", lambda *_: "CAST(campaign_name AS INTEGER) AS campaign_name")
    with pytest.raises(WarehouseError):
        whole(exports, "analytics_metrics", Format.CSV)
