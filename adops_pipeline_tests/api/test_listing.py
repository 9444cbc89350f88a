"""Lists of the analyses: the same rows as SQL on the snapshot, page by page, filtered and sorted."""

import json
from datetime import datetime
from decimal import Decimal
from itertools import cycle
from typing import Any

import duckdb
import httpx
import pytest
from pydantic.alias_generators import to_camel

from adops_pipeline.services.documents.names import camel_names
from adops_pipeline.services.documents.resources import RESOURCES, Resource
from adops_pipeline.wiring import Services

ALL = pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.path)


@pytest.fixture
def services(read_only: Services) -> Services:
    """These tests only read."""
    return read_only


@pytest.fixture
def client(reading: httpx.AsyncClient) -> httpx.AsyncClient:
    """These tests only read."""
    return reading


async def all_pages(client: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    """Every row of a list, following its cursor."""
    rows: list[dict[str, Any]] = []
    parameters = dict(query)
    while True:
        response = await client.get(f"/api/analytics/{path}", params=parameters)
        assert response.status_code == 200, response.text
        page = json.loads(response.content)
        rows += page["items"]
        assert page["total"] >= len(rows)
        if page["nextCursor"] is None:
            assert len(rows) == page["total"]
            return rows
        parameters["cursor"] = page["nextCursor"]


def sql(services: Services, query: str) -> list[tuple[Any, ...]]:
    """The answer of the snapshot."""
    with duckdb.connect(str(services.snapshot_path), read_only=True) as con:
        return con.execute(query).fetchall()


def newest_rows(services: Services, resource: Resource, *columns: str) -> list[tuple[Any, ...]]:
    """The rows that the list has: these columns of theirs, or all."""
    condition = "true"
    if resource.newest_by is not None:
        condition = f"{resource.newest_by} = (SELECT max({resource.newest_by}) FROM {resource.table_name})"
    beside = "" if resource.beside is None or columns else f", {resource.beside.column}"
    joined = (
        f"LEFT JOIN {resource.beside.view} AS b USING (platform, campaign_id)" if beside and resource.beside else ""
    )
    select = ", ".join(columns) or f"t.*{beside}"
    return sql(services, f"SELECT {select} FROM (FROM {resource.table_name} WHERE {condition}) AS t {joined}")


@ALL
async def test_a_list_has_each_row_once_whatever_the_page_size_and_the_order(
    client: httpx.AsyncClient, services: Services, resource: Resource
) -> None:
    wanted = sorted(tuple(map(shown, row)) for row in newest_rows(services, resource, *resource.table.key))
    size = max(1, len(wanted) // 4)
    chosen = resource.table.column_names[:: max(1, len(resource.table.columns) // 6)]
    for name, order in zip(chosen, cycle(("", "-")), strict=False):
        sort = f"{order}{to_camel(name)}"
        rows = await all_pages(client, resource.path, limit=size, sort=sort)
        found = [tuple(str(row[to_camel(column)]) for column in resource.table.key) for row in rows]
        assert sorted(found) == wanted, sort


@ALL
async def test_every_value_equals_the_snapshots(
    client: httpx.AsyncClient, services: Services, resource: Resource
) -> None:
    rows = await all_pages(client, resource.path, limit=1000)
    key = resource.table.key
    wanted = {
        tuple(shown(value) for name, value in zip(resource.table.column_names, row, strict=True) if name in key): row
        for row in newest_rows(services, resource)
    }
    assert wanted.keys() == {
        tuple(str(row[to_camel(n)]) for n in resource.table.column_names if n in key) for row in rows
    }
    for row in rows:
        stored = wanted[tuple(str(row[to_camel(n)]) for n in resource.table.column_names if n in key)]
        for name, value in zip(resource.table.column_names, stored, strict=True):
            assert same(row[to_camel(name)], value), (name, row[to_camel(name)], value)


def shown(value: object) -> str:
    """A value of a key as JSON shows it."""
    return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}" if isinstance(value, datetime) else str(value)


def same(found: Any, stored: Any) -> bool:
    """Whether a JSON value shows a stored one."""
    if isinstance(stored, Decimal):
        return Decimal(repr(found)) == stored or float(stored) == found
    if isinstance(stored, (int, float, list)) or stored is None:
        return bool(found == stored)
    if hasattr(stored, "isoformat"):
        return bool(found == shown(stored))
    return bool(found == stored or camel_names(json.loads(stored)) == found)


async def test_amounts_are_written_with_all_their_decimals(client: httpx.AsyncClient, services: Services) -> None:
    (amount,) = sql(services, "SELECT max(spent_to_date) FROM analytics_budgets")[0]
    response = await client.get("/api/analytics/pacing", params={"limit": 1000})
    assert f'"spentToDate":{amount}' in response.text


async def test_a_sorted_list_is_in_order_with_null_last(client: httpx.AsyncClient) -> None:
    rows = await all_pages(client, "pacing", sort="-dailyBudget", limit=5)
    amounts = [row["dailyBudget"] for row in rows]
    known = [amount for amount in amounts if amount is not None]
    assert None in amounts
    assert amounts == sorted(known, reverse=True) + [None] * amounts.count(None)


async def test_filters_choose_the_rows_that_sql_chooses(client: httpx.AsyncClient, services: Services) -> None:
    days = [day for (day,) in sql(services, "SELECT DISTINCT date FROM analytics_anomalies ORDER BY 1")]
    assert len(days) > 2
    first, last = days[1], days[-2]
    chosen = sql(
        services,
        f"""SELECT count(*) FROM analytics_anomalies WHERE platform IN ('meta-ads', 'pinterest')
        AND date BETWEEN '{first}' AND '{last}'""",
    )[0][0]
    rows = await all_pages(client, "anomalies", platform=["meta-ads", "pinterest"], **{"from": first, "to": last})
    assert len(rows) == chosen > 0
    assert {row["platform"] for row in rows} <= {"meta-ads", "pinterest"}


async def test_search_ignores_case_and_takes_wildcards_literally(client: httpx.AsyncClient) -> None:
    (named, *_) = await all_pages(client, "pacing", limit=1000)
    found = await all_pages(client, "pacing", search=named["campaignName"].upper())
    assert named["campaignId"] in {row["campaignId"] for row in found}
    assert await all_pages(client, "pacing", search="%") == []


async def test_a_project_has_its_campaigns_only(client: httpx.AsyncClient, services: Services) -> None:
    rows = await all_pages(client, "benchmarks", projectId="no-such-project")
    assert rows == []


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ({"platfrm": "pinterest"}, "platfrm", "there is no such parameter; did you mean platform?"),
        ({"sort": "-spendToDate"}, "sort", "did you mean spentToDate?"),
        ({"platform": "tiktok"}, "platform.0", "must be one of google-ads, meta-ads, pinterest"),
        ({"limit": 0}, "limit", "greater than or equal to 1"),
        ({"from": "yesterday"}, "from", "valid date"),
        ({"currency": "eur"}, "currency.0", "[A-Z]{3}"),
    ],
)
async def test_a_wrong_parameter_is_named_with_the_nearest_known_one(
    client: httpx.AsyncClient, query: dict[str, Any], field: str, said: str
) -> None:
    response = await client.get("/api/analytics/pacing", params=query)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["code"], problem["status"]) == ("invalid-request", 422)
    (error,) = [error for error in problem["errors"] if error["field"] == field]
    assert said in error["message"]


@pytest.mark.parametrize("cursor", ["abc", "", "WyJhbm9tYWxpZXMvLWRhdGUiXQ", "bnVsbA", "é", "Lw" * 900])
async def test_a_foreign_cursor_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    response = await client.get("/api/analytics/pacing", params={"cursor": cursor})
    assert response.status_code == 422


async def test_a_cursor_whose_values_do_not_fit_is_refused(client: httpx.AsyncClient) -> None:
    from adops_pipeline.api.paging import encode  # noqa: PLC0415

    mark = ["not a number", "pinterest", "1", "2026-11-01"]
    response = await client.get("/api/analytics/pacing", params={"cursor": encode("pacing/-moneyAtStake", mark)})
    assert (response.status_code, response.json()["code"]) == (422, "invalid-cursor")
