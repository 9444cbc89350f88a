"""Campaigns with their sums of a period: every number equals plain SQL on the tables, every row is on one page."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from adops_pipeline.services.documents.campaigns import CampaignDetail, CampaignPage
from adops_pipeline.warehouse.queries.campaign_list import COLUMNS
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import AS_OF
from adops_pipeline_tests.api.served import Served
from adops_pipeline_tests.integration import pipeline

FIRST = AS_OF - timedelta(days=30)
PLAIN = """
WITH spans AS (
    SELECT m.platform || ':' || m.campaign_id AS id, m.account_id, m.currency,
        date BETWEEN $first AND $last AS now, m.*
    FROM analytics_metrics AS m WHERE date BETWEEN $before AND $before_last OR date BETWEEN $first AND $last
),
sums AS (
    SELECT id, account_id, currency,
        sum(impressions) FILTER (now) AS impressions, sum(clicks) FILTER (now) AS clicks,
        sum(spend) FILTER (now)::DOUBLE AS spend, sum(conversions) FILTER (now) AS conversions,
        sum(revenue) FILTER (now)::DOUBLE AS revenue,
        sum(spend_reporting) FILTER (now)::DOUBLE AS spend_reporting,
        sum(revenue_reporting) FILTER (now)::DOUBLE AS revenue_reporting,
        sum(conversions / coalesce(conversions_share_known, 1)) FILTER (now) AS conversions_nowcast,
        sum(revenue::DOUBLE / coalesce(conversions_share_known, 1)) FILTER (now) AS revenue_nowcast,
        sum(spend) FILTER (NOT now)::DOUBLE AS spend_previous,
        sum(conversions / coalesce(conversions_share_known, 1)) FILTER (NOT now) AS conversions_previous
    FROM spans GROUP BY ALL
)
SELECT c.id, c.platform, coalesce(s.account_id, c.account_id), coalesce(s.currency, c.currency), c.name, c.status,
    c.project_id, coalesce(impressions, 0), coalesce(clicks, 0), coalesce(spend, 0), coalesce(conversions, 0),
    coalesce(revenue, 0), coalesce(spend_reporting, 0), coalesce(revenue_reporting, 0),
    coalesce(conversions_nowcast, 0), coalesce(revenue_nowcast, 0), coalesce(spend_previous, 0),
    coalesce(conversions_previous, 0), spend / nullif(clicks, 0), revenue / nullif(spend, 0),
    coalesce(spend, 0) / nullif(spend_previous, 0) - 1
FROM campaigns AS c LEFT JOIN sums AS s ON s.id = c.id
"""
COMPARED = (
    "impressions", "clicks", "spend", "conversions", "revenue", "spendReporting", "revenueReporting",
    "conversionsNowcast", "revenueNowcast", "spendPrevious", "conversionsPrevious", "cpc", "roas", "spendChange",
)  # fmt: skip


ACCOUNTS = [account for block in pipeline.ONE_ACCOUNT_EACH.values() for account in block["accounts"]]
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "platform": st.sampled_from(["google-ads", "meta-ads", "pinterest"]),
        "projectId": st.sampled_from(["p1", "p2", "none"]),
        "status": st.sampled_from(["active", "paused"]),
        "accountId": st.sampled_from(ACCOUNTS),
        "currency": st.sampled_from(["EUR", "USD", "JPY", "GBP"]),
        "search": st.sampled_from(["a", "E", "zz"]),
    },
)
SORTS = st.builds(str.__add__, st.sampled_from(["", "-"]), st.sampled_from([to_camel(name) for name in COLUMNS]))


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    begin=st.integers(0, 29), days=st.integers(1, 29), filters=FILTERS, sort=SORTS, limit=st.integers(1, 30),
    gap=st.none() | st.integers(0, 9),
)  # fmt: skip
def test_every_number_of_every_page_equals_plain_sql(
    served: Served, begin: int, days: int, filters: dict[str, str], sort: str, limit: int, gap: int | None
) -> None:
    first = FIRST + timedelta(days=begin)
    last = first + timedelta(days=days - 1)
    before_last = first - timedelta(days=1 + (gap or 0))
    before = before_last - timedelta(days=days - 1)
    wanted = {
        (row[0], row[2], row[3]): row
        for row in served.con.execute(
            PLAIN, {"first": first, "last": last, "before": before, "before_last": before_last}
        ).fetchall()
        if filters.get("platform", row[1]) == row[1]
        and filters.get("status", row[5]) == row[5]
        and filters.get("accountId", row[2]) == row[2]
        and filters.get("currency", row[3]) == row[3]
        and ("projectId" not in filters or filters["projectId"] == row[6])
        and ("search" not in filters or filters["search"].lower() in (row[4] or "").lower())
    }
    unpriced = {
        found[0]
        for found in served.con.execute(
            "SELECT DISTINCT platform || ':' || campaign_id FROM analytics_metrics"
            " WHERE spend > 0 AND spend_reporting IS NULL AND date BETWEEN $first AND $last",
            {"first": first, "last": last},
        ).fetchall()
    }
    query = {"from": str(first), "to": str(last), "sort": sort, "limit": limit, **filters}
    if gap is not None:
        query |= {"compareFrom": str(before), "compareTo": str(before_last)}
    pages = list(all_pages(served, query))
    rows = [row for page in pages for row in page["items"]]
    assert {page["total"] for page in pages} == {len(wanted)}
    assert sorted((row["id"], row["accountId"], row["currency"]) for row in rows) == sorted(wanted)
    for row in rows:
        plain = dict(zip(COMPARED, wanted[row["id"], row["accountId"], row["currency"]][7:], strict=True))
        if not served.is_known_since(before, platform=[row["platform"]], account_id=[row["accountId"]]):
            plain |= dict.fromkeys(("spendPrevious", "conversionsPrevious", "spendChange"))
        if row["id"] in unpriced:
            plain["spendReporting"] = None
            row["revenueReporting"] = plain["revenueReporting"]
        for name, value in plain.items():
            # Sums of nowcasts are rounded to millionths by week and by day.
            slack = 2e-5 if name.endswith("Nowcast") else 1e-6
            same = row[name] is None if value is None else row[name] == pytest.approx(value, rel=1e-9, abs=slack)
            assert same, (name, row["id"], row[name], value)
        assert sum(row["sparkline"]["spend"]) == pytest.approx(row["spend"], rel=1e-9, abs=1e-6)
        assert len(row["sparkline"]["spend"]) == days
    name = sort.removeprefix("-")
    known = [row[name] for row in rows if row[name] is not None]
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert [row[name] for row in rows[len(known) :]] == [None] * (len(rows) - len(known))
    for total in pages[0]["totals"]:
        parts = [row for row in rows if row["currency"] == total["currency"]]
        for metric in ("impressions", "spend", "revenue", "conversions"):
            value = total[metric]["value"]
            assert value == pytest.approx(sum(row[metric] for row in parts), rel=1e-9, abs=1e-6)
        spend, clicks = (sum(row[metric] for row in parts) for metric in ("spend", "clicks"))
        assert total["cpc"]["value"] == (pytest.approx(spend / clicks) if clicks else None)
    assert sorted({row["currency"] for row in rows}) == [total["currency"] for total in pages[0]["totals"]]
    reporting = pages[0]["reporting"]["spend"]["value"]
    if any(row["spendReporting"] is None for row in rows):
        assert reporting is None
    else:
        assert reporting == pytest.approx(sum(row["spendReporting"] for row in rows), rel=1e-9, abs=1e-6)


def all_pages(served: Served, query: dict[str, Any]) -> Iterator[Any]:
    """The pages of a list, one after the other; bodies are checked against the declared model."""
    cursor: str | None = ""
    while cursor is not None:
        page = served.get("campaigns", **query, **({"cursor": cursor} if cursor else {}))
        CampaignPage.model_validate_json(json.dumps(page))
        yield page
        cursor = page["nextCursor"]


def test_a_long_period_has_a_sparkline_by_calendar_weeks(served: Served) -> None:
    first = AS_OF - timedelta(days=60)
    row = served.get("campaigns", **{"from": str(first), "to": str(AS_OF), "sort": "-spend", "limit": 1})["items"][0]
    platform, _, campaign = row["id"].partition(":")
    weeks = served.con.execute(
        "SELECT sum(spend)::DOUBLE FROM analytics_metrics WHERE platform = $p AND campaign_id = $c"
        " GROUP BY date_trunc('week', date) ORDER BY date_trunc('week', date)",
        {"p": platform, "c": campaign},
    ).fetchall()
    assert row["sparkline"]["unit"] == "week"
    assert [value for value in row["sparkline"]["spend"] if value] == pytest.approx([value for (value,) in weeks])
    assert len(row["sparkline"]["spend"]) == 9 + (first.weekday() > AS_OF.weekday())


def test_one_campaign_is_found_by_its_id_with_a_colon(served: Served) -> None:
    row = served.get("campaigns", sort="-spend", limit=1)["items"][0]
    found = served.get(f"campaigns/{row['id']}")
    CampaignDetail.model_validate_json(json.dumps(found))
    assert found["campaigns"] == [row]
    response = served.ask("campaigns/meta-ads:none", {})
    assert (response.status_code, response.json()["code"]) == (404, "not-found")


def test_a_cursor_of_another_order_or_period_is_refused(served: Served) -> None:
    cursor = served.get("campaigns", sort="-spend", limit=1)["nextCursor"]
    for query in ({"sort": "spend"}, {"sort": "-spend", "from": "2026-11-01"}):
        response = served.ask("campaigns", {**query, "cursor": cursor})
        assert (response.status_code, response.json()["code"]) == (422, "invalid-cursor")


async def test_pages_continue_after_a_campaign_that_a_new_snapshot_no_longer_has(
    services: Services, client: httpx.AsyncClient
) -> None:
    query: dict[str, str | int] = {"sort": "name", "limit": 3}
    first = (await client.get("/api/analytics/campaigns", params=query)).json()
    gone = first["items"][-1]["id"]
    with services.warehouse.writing() as con:
        con.execute("DELETE FROM campaigns WHERE id = $id", {"id": gone})
        con.execute("DELETE FROM analytics_metrics WHERE platform || ':' || campaign_id = $id", {"id": gone})
    services.publish()
    services.snapshots._monotonic = lambda: 1e9
    query["cursor"] = first["nextCursor"]
    second = (await client.get("/api/analytics/campaigns", params=query)).json()
    names = [row["name"] for row in first["items"] + second["items"]]
    assert names == sorted(names)
    assert len(set(names)) == 6
