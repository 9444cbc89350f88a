"""How rows of a query are printed: every type as JSON, NULL and '' differ, nothing acts on a terminal."""

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest
from rich.markup import escape
from typer.testing import CliRunner

from adops_pipeline.cli import query_output
from adops_pipeline.cli.front import print_line
from adops_pipeline.warehouse.queries.read_only import query_snapshot

HOSTILE = "a\x1b[2J\x1b]0;title\x07\x9b31m\r\n\t\u202egnp.exe\u2066\u200b\ufeff|<b>`x`[l](http://e.example)\u2028"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    duckdb.connect(str(tmp_path / "adops.duckdb")).close()
    return tmp_path / "adops.duckdb"


def test_every_type_of_duckdb_prints_in_every_format(empty: Path) -> None:
    found = query_snapshot(empty, "FROM test_all_types()")
    rows = json.loads(query_output.as_json(found.columns, found.rows))
    assert len(rows) == 3
    assert rows[1]["hugeint"] == 2**127 - 1
    assert rows[1]["dec38_10"] == "9999999999999999999999999999.9999999999"
    assert rows[0]["blob"] == b"thisisalongblob\x00withnullbytes".hex()
    assert rows[1]["interval"].startswith("83 years 3 months 999 days")
    assert rows[1]["map"]["key2"] == "goose"
    assert rows[1]["double_array"] == [42.0, None, None, None, None, -42.0]
    assert set(rows[2].values()) == {None}
    for printed in (
        query_output.as_csv(found.columns, found.rows, is_terminal=True),
        query_output.as_table(found.columns, found.rows, None),
        query_output.as_records(found.columns, found.rows, 80),
        query_output.as_markdown(found.columns, found.rows),
    ):
        assert printed is not None
        assert "goose" in printed


def test_columns_of_one_name_are_all_in_the_json() -> None:
    assert json.loads(query_output.as_json(["a", "a", "a_1"], [(1, 2, 3)])) == [{"a": 1, "a_1": 2, "a_1_1": 3}]


def test_null_and_an_empty_text_differ_in_csv() -> None:
    printed = query_output.as_csv(["a", "b", "c"], [(None, "", 'x,"y"\n')], is_terminal=False)
    assert printed == 'a,b,c\r\n,"","x,""y""\n"'
    assert list(csv.reader(io.StringIO(printed, newline="")))[1] == ["", "", 'x,"y"\n']


def test_data_never_act_on_a_terminal() -> None:
    table = query_output.as_table([HOSTILE], [(HOSTILE,), ([HOSTILE],)], None)
    printed = (
        table,
        query_output.as_records([HOSTILE], [(HOSTILE,)], 80),
        query_output.as_markdown([HOSTILE], [(HOSTILE,)]).replace(":\u200b//", "://"),  # lest it become a link
        query_output.as_csv([HOSTILE], [(HOSTILE,)], is_terminal=True),
        query_output.as_json([HOSTILE], [(HOSTILE,)]),
    )
    for one in printed:
        assert one is not None
        assert not set(one) & (set(HOSTILE) - set("\r\n") - {c for c in HOSTILE if c.isprintable()})
    assert table is not None
    assert r"a\x1b[2J\x1b]0;title\x07\x9b31m\r\n\t\u202egnp.exe\u2066\u200b\ufeff|" in table
    assert query_output.as_markdown(["x"], [("a|<b>[l](u)",)]).endswith("| a\\|&lt;b\\>\\[l\\](u) |")
    assert HOSTILE in next(csv.reader(io.StringIO(query_output.as_csv([HOSTILE], [], is_terminal=False), newline="")))


def test_a_table_fits_or_each_row_is_a_block_that_does() -> None:
    wide = ["name", "note"], [("山" * 12, "word " * 40), ("b", None)]
    assert query_output.as_table(*wide, 80) is None
    lines = query_output.as_records(*wide, 80).splitlines()
    assert lines[1] == f"name  {'山' * 12}"
    assert max(map(len, lines)) <= 80
    assert query_output.as_table(["name", "n"], [("山", 5), ("b", 10)], 80) == "name   n\n────  ──\n山     5\nb     10"
    assert query_output.as_table(["n" * 81], [], 80) is None


def test_names_in_the_lines_of_other_commands_never_act_on_a_terminal() -> None:
    with CliRunner().isolation() as (printed, _, _):
        print_line(escape(HOSTILE))
        shown = printed.getvalue().decode()
    assert r"a\x1b[2J\x1b]0;title\x07\x9b31m\r" in shown
    assert not set("\x1b\x07\x9b\r\u202e\u2066\u2028") & set(shown)
