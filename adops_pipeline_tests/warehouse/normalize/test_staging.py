"""The quick and the careful way of reading must not differ, but in what the quick one leaves to the careful one."""

import json
from functools import cache
from pathlib import Path

import duckdb
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.normalize.statements import (
    MACROS,
    careful_query,
    create_macros,
    platform_options,
    quick_query,
    sql,
)
from adops_pipeline_tests.profiles import examples
from adops_pipeline_tests.warehouse.normalize.conftest import NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.wire import JsonRow, google_row, meta_row, pinterest_row

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST
Cells = list[tuple[object, ...]]

PRIORITY = ["purchase", "omni_purchase", "onsite_conversion.purchase", "offsite_conversion.fb_pixel_purchase"]
DIGITS = st.one_of(
    st.integers(0, 10**19).map(str),
    st.decimals(0, 10**13, places=9, allow_nan=False).map(str),
    st.floats(0, 1e12, allow_nan=False).map(repr),
    st.sampled_from(["", "abc", "1e2", "-1", "12.5", "0.1234565", "99999999.1234565", "100000000.5", "1_0", "7."]),
)
JSON_NUMBERS = DIGITS.filter(lambda digits: digits[:1].isdigit() and not digits.endswith(".") and "_" not in digits)
VALUES = st.one_of(st.none().map(lambda _: "null"), DIGITS.map(json.dumps), JSON_NUMBERS)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    create_macros(con, *MACROS)
    return con


def both_ways(platform: Platform, folder: Path, lines: list[str]) -> tuple[Cells | None, Cells]:
    """Staged rows read quickly (None where that fails) and carefully, without the text and the place of rows."""
    file = folder / "rows.ndjson"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    con = _connection()
    pull = {"file": str(file), "account_id": None, "currency": "EUR", "first": "2026-01-01", "last": "2026-12-31"}
    con.execute(sql("document_pull"), pull)
    bound = {"files": [str(file)], "level": "campaign", **platform_options(platform, NormalizeOptions())}
    select = "SELECT * EXCLUDE (line, line_no, note) FROM ({}) ORDER BY ALL"
    careful = con.execute(select.format(careful_query(platform)), bound).fetchall()
    try:
        return con.execute(select.format(quick_query(platform)), bound).fetchall(), careful
    except duckdb.InvalidInputException:
        return None, careful


def taken(cells: Cells) -> Cells:
    """Rows without a reason against them; it stands last."""
    return [row for row in cells if row[-1] is None]


def with_digits(row: JsonRow, placed: dict[str, str]) -> str:
    """The row as JSON text with these texts, quotes and all, in the place of named values."""
    text = json.dumps(row)
    for name, value in placed.items():
        text = text.replace(json.dumps(f"<{name}>"), value)
    return text


@examples(4)  # of many rows each: to plan the statements takes longer than to read them
@given(numbers=st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=12, max_size=20))
@pytest.mark.parametrize("platform", list(Platform))
def test_a_row_taken_quickly_is_what_the_careful_way_makes_of_it(
    platform: Platform, numbers: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = {
        G: google_row(costMicros="<a>", conversionsValue="<b>", clicks="<c>"),
        M: meta_row(spend="<a>", action_values=[{"action_type": "omni_purchase", "value": "<b>"}], impressions="<c>"),
        P: pinterest_row(
            SPEND_IN_MICRO_DOLLAR="<a>", TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR="<b>", PAID_IMPRESSION="<c>"
        ),
    }
    lines = [with_digits(rows[platform], {"a": a, "b": b, "c": c}) for a, b, c in numbers]
    quick, careful = both_ways(platform, tmp_path_factory.mktemp("rows"), lines)
    assert quick is not None
    assert not [row for row in taken(quick) if row not in taken(careful)]
    refused = len(careful) - len(taken(careful))
    assert len(quick) - len(taken(quick)) >= refused


TYPES = st.lists(st.sampled_from([*PRIORITY, "link_click"]), unique=True)


@examples(3)
@given(reported=st.lists(st.tuples(TYPES, st.booleans()), min_size=5, max_size=10))
def test_purchases_are_chosen_alike_both_ways(
    reported: list[tuple[list[str], bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = []
    for types, has_values in reported:
        actions = [{"action_type": kind, "value": str(place)} for place, kind in enumerate(types, 1)]
        lines.append(json.dumps(meta_row(actions=actions, action_values=actions if has_values else None)))
    quick, careful = both_ways(M, tmp_path_factory.mktemp("rows"), lines)
    assert quick == careful


@pytest.mark.parametrize("platform", list(Platform))
@pytest.mark.parametrize(
    "line", ["<html>", '["a"]', "3", '{"metrics": [], "actions": 5, "CAMPAIGN_ID": {}', "null", "{}"]
)
def test_no_odd_line_is_taken_quickly(platform: Platform, line: str, tmp_path: Path) -> None:
    row = {G: google_row(), M: meta_row(), P: pinterest_row()}[platform]
    quick, careful = both_ways(platform, tmp_path, [json.dumps(row), line])
    assert quick is None or len(taken(quick)) == 1
    assert len(taken(careful)) == 1
    assert len(careful) == 2


def test_bytes_that_are_no_utf8_do_not_cost_the_pull(harness: NormalizeHarness) -> None:
    pull = harness.land(
        P, [pinterest_row(CAMPAIGN_NAME="Caf\N{LATIN SMALL LETTER E WITH ACUTE}"), pinterest_row(CAMPAIGN_ID="2")]
    )
    file = harness.landing.root / pull.path
    with zstandard.open(file, "rb") as packed:
        text = packed.read()
    damaged = text.replace("\N{LATIN SMALL LETTER E WITH ACUTE}".encode(), b"\xe9")
    assert damaged != text
    harness.apply()
    harness.con.execute("UPDATE raw_pulls SET state = 'landed'")
    file.write_bytes(zstandard.compress(damaged))
    harness.apply_pending()
    names = harness.rows("SELECT campaign_name FROM analytics_metrics ORDER BY campaign_id")
    assert names == [("Autumn",), ("Caf\N{REPLACEMENT CHARACTER}",)]


def test_pulls_with_something_unclear_are_read_carefully_and_the_others_only_once(harness: NormalizeHarness) -> None:
    for account in range(4):
        odd = [pinterest_row(SPEND_IN_MICRO_DOLLAR="x")] if account == 2 else []
        harness.land(P, [pinterest_row(CAMPAIGN_ID=str(account)), *odd], account=str(account))
    harness.apply()
    (careful,) = harness.rows("SELECT count(*), count(DISTINCT pull_no) FROM careful")[:1]
    assert careful == (2, 1)
    assert harness.rows("SELECT count(*) FROM analytics_metrics") == [(4,)]
