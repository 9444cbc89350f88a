"""Filters equal Python on the same rows, whatever they are made of; hostile texts are texts and nothing else."""

import hashlib
import json
from contextlib import suppress
from datetime import datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adops_pipeline.api.odata.syntax import parse
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.warehouse.queries.odata.pages import Page, Sort, count_rows, read_page, total_order
from adops_pipeline.warehouse.queries.odata.source import Source
from adops_pipeline.warehouse.queries.odata.values import ODataError
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.odata.conftest import SET, OData
from adops_pipeline_tests.api.odata.expressions import FILTERS, VALUES, Expression, Row, quoted
from adops_pipeline_tests.api.odata.hostile import HOSTILE
from adops_pipeline_tests.profiles import examples

METRICS = TABLES["analytics_metrics"]
NOW = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - naive, in UTC
_rows: dict[str, list[Row]] = {}


def rows_of(services: Services) -> list[Row]:
    """All daily metrics as Python objects, read once."""
    if "all" not in _rows:
        with services.snapshots.reading() as snapshot:
            found = snapshot.con.execute("SELECT * FROM analytics_metrics ORDER BY campaign_id, date")
            names = [column[0] for column in found.description]
            _rows["all"] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return _rows["all"]


def count(services: Services, text: str) -> int:
    """The number of rows that the service finds."""
    source = Source.of(METRICS, NOW)
    source.filter(parse(text))
    with services.snapshots.reading() as snapshot:
        return count_rows(snapshot.con, source)


@examples(30)
@given(expression=FILTERS)
def test_any_filter_finds_what_python_finds(services: Services, expression: Expression) -> None:
    rows = rows_of(services)
    source = Source.of(METRICS, NOW)
    source.filter(parse(expression.text))
    page = Page(source, ["campaign_id", "date"], [], len(rows))
    with services.snapshots.reading() as snapshot:
        found = [document for part in read_page(snapshot.con, page) for document in part.documents]
    known = [
        f'{{"campaign_id":"{row["campaign_id"]}","date":"{row["date"]}"}}' for row in rows if expression.value(row)
    ]
    assert sorted(found) == sorted(known)


@examples(20)
@given(expression=VALUES, is_descending=st.booleans())
def test_pages_in_the_order_of_any_expression_are_all_rows_once(
    services: Services,
    expression: Expression,
    is_descending: bool,
) -> None:
    known = [expression.value(row) for row in rows_of(services)]
    filled = sorted((value for value in known if value is not None), reverse=is_descending)
    empty = [None] * (len(known) - len(filled))
    found: list[Any] = []
    after = None
    while after is not None or not found:
        source = Source.of(METRICS, NOW)
        value = source.expressions.value(parse(expression.text))
        assume(not value.is_literal)
        order = total_order(source, [Sort(value, is_descending)])
        page = Page(source, ["campaign_id", "date"], order, 170, after=after)
        with services.snapshots.reading() as snapshot:
            parts = list(read_page(snapshot.con, page))
        found += [document for part in parts for document in part.documents]
        after = parts[-1].mark
    by_key = {(row["campaign_id"], str(row["date"])): expression.value(row) for row in rows_of(services)}
    in_order = [by_key[tuple(json.loads(document).values())] for document in found]
    assert in_order == (filled + empty if is_descending else empty + filled)
    assert len(set(found)) == len(known)


@pytest.mark.parametrize("text", HOSTILE, ids=[f"{place}" for place in range(len(HOSTILE))])
def test_a_hostile_text_is_compared_character_by_character(services: Services, text: str) -> None:
    names = [row["campaign_name"] for row in rows_of(services)]
    literal = quoted(text)
    known = {
        f"campaign_name eq {literal}": [name == text for name in names],
        f"{literal} ne campaign_name": [name != text for name in names],
        f"contains(campaign_name,{literal})": [name is not None and text in name for name in names],
        f"startswith(campaign_name,{literal})": [name is not None and name.startswith(text) for name in names],
        f"endswith(campaign_name,{literal})": [name is not None and name.endswith(text) for name in names],
        f"campaign_name in ({literal})": [name == text for name in names],
        f"contains({literal},campaign_name) or indexof(campaign_name,{literal}) ge 0": [
            name is not None and (name in text or text in name) for name in names
        ],
        f"concat(concat(campaign_name,{literal}),'') gt concat(campaign_name,'')": [name is not None for name in names],
    }  # fmt: skip
    assert {one: count(services, one) for one in known} == {one: sum(found) for one, found in known.items()}


async def test_hostile_texts_through_an_address_find_the_same_and_change_nothing(odata: OData) -> None:
    rows = rows_of(odata.services)
    before = _digest(odata.services.snapshot_path)
    options = cycle([
        ("filter", "{text}"), ("filter", "clicks gt {text}"), ("orderby", "{text}"), ("orderby", "clicks {text}"),
        ("select", "{text}"), ("apply", "{text}"), ("apply", "groupby(({text}))"), ("skiptoken", "{text}"),
        ("apply", "aggregate(clicks with sum as {text})"), ("format", "{text}"), ("top", "{text}"),
    ])  # fmt: skip
    for text in HOSTILE:
        found = await odata.get(SET, filter=f"campaign_name eq {quoted(text)}", select="campaign_name", count="true")
        known = sum(row["campaign_name"] == text for row in rows)
        assert (found.json()["@odata.count"], {row["campaign_name"] for row in found.json()["value"]}) == (
            known, {text} if known else set(),
        )  # fmt: skip
        assert (await odata.client.get(f"/odata/campaigns({quote(quoted(text), safe='')})")).status_code == 404
        option, value = next(options)
        response = await odata.get(SET, **{option: value.format(text=text)})
        assert response.status_code in (200, 400, 406, 501), (option, text, response.text[:200])
        assert set(response.json()) in ({"error"}, {"@odata.context", "value"})
    assert _digest(odata.services.snapshot_path) == before


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("date eq '2026-11-01'", "dates, times and numbers have no quotes"),
        ("clicks eq 'x'", "cannot compare Edm.Int64 with Edm.String"),
        ("substring(campaign_name,1) eq 5", "cannot compare Edm.String with Edm.Int64"),
        ("length(campaign_name) eq 'x'", "cannot compare Edm.Int64 with Edm.String"),
        ("clicks", "a filter must be true or false"),
        ("clicks and true", "`and`, `or` and `not` take Edm.Boolean"),
        ("not clicks", "`and`, `or` and `not` take Edm.Boolean"),
        ("is_complete_day gt false", "`gt` compares numbers, texts and times"),
        ("length(clicks) gt 1", "length takes Edm.String"),
        ("hour(date) eq 1", "hour takes Edm.DateTimeOffset"),
        ("campaign_name add 1 eq 2", "arithmetic takes numbers"),
        ("-campaign_name eq 1", "`-` takes a number"),
        ("clicks in (1,clicks)", "`in` takes a list of literals"),
        ("clicks in (1,'x')", "`in` cannot compare"),
        ("clicks eq (1,2)", "paths, collections"),
        ("date eq 2026-02-30", "a literal has no such value"),
        ("duration'P1D' eq duration'P1D'", "literals of the type Duration are not served"),
        ("campaign/name eq 'x'", "there are no paths"),
        ("items/any(x:x eq 1)", "there are no paths"),
        ("time(synced_at) eq 12:00:00", "the function time is not served"),
        ("cast(clicks,Edm.String) eq '1'", "the function cast is not served"),
        ("now() eq Clicks", "there is no property Clicks; did you mean clicks?"),
        ("AdOps.clicks eq 1", "paths, collections"),
        ("true eq tRUe", "literals of the type Boolean"),
        ("substring(campaign_name,1,2,3) eq 'x'", "Function 'substring'"),
        ("not " * 120 + "true", "the expression is nested more than 100 deep"),
        ("(" * 9000 + "true" + ")" * 9000, ""),
        ("a/" * 9000 + "a eq 1", ""),
        ("x" * 30000, "an expression has 20,000 characters at most"),
    ],
)
def test_what_makes_no_sense_is_refused(services: Services, text: str, reason: str) -> None:
    if not reason:  # deep, and refused or answered: the server lives on
        with suppress(ODataError):
            count(services, text)
        return
    with pytest.raises(ODataError) as refused:
        count(services, text)
    assert str(refused.value).startswith(reason) or reason in str(refused.value)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("matchesPattern(platform,'^m.*s$')", 1 / 3),
        ("clicks divby 2 eq clicks div 2.0", 1),
        ("spend mul 2 eq spend add spend", 1),
        ("date lt now() and synced_at le now()", 1),
        ("date lt 2026-11-20T00:00:00+02:00", 29 / 30),
        ("synced_at gt mindatetime() and synced_at lt maxdatetime()", 1),
        ("fractionalseconds(synced_at) eq 0.0 and totaloffsetminutes(synced_at) eq 0", 1),
        ("round(2.5) eq 3 and round(-2.5) eq -3 and floor(2.7) eq 2 and ceiling(2.1) eq 3", 1),
        ("clicks div 0 eq null and clicks mod 0 eq null and spend div 0 eq null", 1),
        ("null eq null and not (null ne null) and not (null gt null)", 1),
        ("not (campaign_name gt null)", 1),
        ("not(clicks lt 0)", 1),
        ("synced_at eq 2026-11-20T12:00:00.0000000Z", 1),
        (" or ".join(f"clicks eq {number}" for number in range(-900, 0)), 0),
        ("(" * 50 + "clicks" + " in (1,null))" + " in (false,null))" * 49, 1),
        ("clicks lt 99999999999999999999999999999999999999999999", 1),
        ("clicks lt 1e999 and spend lt 123456789012345678901234567890.123456789012345", 1),
    ],
)
def test_functions_without_a_twin_in_the_random_filters(services: Services, text: str, share: float) -> None:
    assert count(services, text) == round(450 * share)


@pytest.mark.parametrize(
    "text",
    ["matchesPattern(campaign_name,'(')", "substring(campaign_name,9223372036854775807) eq 'x'",
     "9223372036854775807 mul 9223372036854775807 mul 9223372036854775807 gt clicks"],
)  # fmt: skip
async def test_a_value_that_cannot_be_computed_is_the_requests_fault(odata: OData, text: str) -> None:
    for path in (SET, f"{SET}/$count"):
        status, code, message = await odata.error(path, filter=text)
        assert (status, code) == (400, "invalid-request")
        assert message.startswith("the expression cannot be computed: ")
