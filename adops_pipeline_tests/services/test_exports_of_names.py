"""Files with the names that strangers choose: nothing in them computes, leads somewhere or acts."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest
from openpyxl.utils.escape import unescape

from adops_pipeline.domain.exports import Format
from adops_pipeline.services.errors import InvalidError
from adops_pipeline.services.exports.exports import Exports
from adops_pipeline.services.exports.requests import ExportRequest
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader
from adops_pipeline_tests.hostile_names import HOSTILE, obeyed
from adops_pipeline_tests.templates import copy_into

NAMES = {what: name for what, name in HOSTILE.items() if what != "surrogates"}
"""Those that DuckDB takes."""
COLUMNS = ["campaign_id", "campaign_name"]
_LONGEST_CELL = 32_767
_FORMULA = tuple("=+-@\t\r\n")


@pytest.fixture(scope="module")
def exports(empty_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exports]:
    """The exports of a file with a campaign of each name."""
    folder = copy_into(empty_data, tmp_path_factory.mktemp("names"))
    with Warehouse(folder / "warehouse.duckdb").writing() as con:
        for what, name in NAMES.items():
            con.execute(
                "INSERT INTO analytics_metrics BY NAME SELECT 'meta-ads' AS platform, '7' AS account_id,"
                " $id AS campaign_id, DATE '2026-11-01' AS date, $name AS campaign_name, 'EUR' AS currency,"
                " 1 AS impressions, 1 AS clicks, 1 AS spend, 1 AS revenue, 1 AS conversions, '{}' AS platform_metrics,"
                " TIMESTAMP '2026-11-01' AS synced_at, true AS is_complete_day",
                {"id": what, "name": name},
            )
    with closing(SnapshotReader(folder / "warehouse.duckdb")) as reader:
        yield Exports(reader)


def written(exports: Exports, kind: Format, **wishes: Any) -> bytes:
    chunks = []
    with closing(exports.open(ExportRequest("analytics_metrics", kind, columns=COLUMNS, **wishes))) as download:
        while (chunk := download.next_chunk()) is not None:
            chunks.append(chunk)
    return b"".join(chunks)


def is_harmless(what: str, shown: str) -> bool:
    """Whether a cell shows the name as text, with all of its letters and its line ends."""
    kept = "".join(one for one in NAMES[what] if one.isalnum())
    return (
        not shown.startswith(_FORMULA)
        and not set(obeyed(shown)) - {"\r"}
        and kept in "".join(filter(str.isalnum, shown))
    )


def test_no_cell_of_csv_computes_or_acts(exports: Exports) -> None:
    rows = dict(list(csv.reader(io.StringIO(written(exports, Format.CSV).decode(), newline="")))[1:])
    assert rows.keys() == NAMES.keys()
    assert [what for what, shown in rows.items() if not is_harmless(what, shown)] == []
    assert rows["formula"] == "'" + NAMES["formula"]
    assert rows["formula after controls"] == "'=1+1"
    assert rows["emoji"] == NAMES["emoji"]


def test_no_cell_of_a_workbook_computes_links_or_acts(exports: Exports) -> None:
    with pytest.raises(InvalidError, match="32,767"):
        written(exports, Format.XLSX)
    short = [what for what, name in NAMES.items() if len(name) < _LONGEST_CELL]
    book = written(exports, Format.XLSX, filters={"campaignId": short})
    sheet = openpyxl.load_workbook(io.BytesIO(book))["analytics_metrics"]
    cells = list(sheet.iter_rows(min_row=2))
    assert {row[0].value for row in cells} == set(short)
    for number, name in cells:
        assert (name.data_type, name.hyperlink) in (("s", None), ("n", None)), number.value
        assert is_harmless(str(number.value), unescape(str(name.value or ""))), number.value


def test_json_and_parquet_hold_the_name_itself(exports: Exports) -> None:
    rows = json.loads(written(exports, Format.JSON))
    assert {row["campaign_id"]: row["campaign_name"] for row in rows} == NAMES
    table = pyarrow.parquet.read_table(io.BytesIO(written(exports, Format.PARQUET)))
    assert dict(zip(*table.to_pydict().values(), strict=True)) == NAMES
