"""Groupings of `$apply` equal SQL, also across pages and with the options that come after them."""

from decimal import Decimal
from typing import Any

import pytest

from adops_pipeline_tests.api.odata.conftest import SET, OData, exact

HALF = "date ge 2026-11-01 and platform ne 'pinterest'"
SQL_HALF = "date >= DATE '2026-11-01' AND platform <> 'pinterest'"


def _plain(row: dict[str, Any]) -> tuple[Any, ...]:
    """The values of a row without the types beside them."""
    return tuple(value for name, value in row.items() if not name.endswith("@odata.type"))


@pytest.mark.parametrize(
    ("apply", "sql"),
    [
        ("groupby((platform))", "SELECT DISTINCT platform FROM analytics_metrics ORDER BY ALL"),
        (
            "groupby((platform),aggregate(spend with sum as spend))",
            "SELECT platform, sum(spend) FROM analytics_metrics GROUP BY ALL ORDER BY ALL",
        ),
        (
            (f"filter({HALF})/groupby((platform,currency),aggregate(clicks with sum as clicks,$count as days,"
            "spend with average as mean,campaign_id with countdistinct as campaigns))"),
            ("SELECT platform, currency, sum(clicks), count(*), avg(spend), count(DISTINCT campaign_id)"
            f" FROM analytics_metrics WHERE {SQL_HALF} GROUP BY ALL ORDER BY ALL"),
        ),
        (
            "aggregate(spend with min as low,spend with max as high,campaign_name with countdistinct as names)",
            "SELECT min(spend), max(spend), count(DISTINCT campaign_name) FROM analytics_metrics",
        ),
        (
            "aggregate(spend sub revenue with sum as loss, length(campaign_name) with max as longest )",
            "SELECT sum(spend - revenue), max(length(campaign_name)) FROM analytics_metrics",
        ),
        (
            ("groupby((platform,campaign_id),aggregate(clicks with sum as clicks))"
            "/filter(clicks gt 5000)/groupby((platform),aggregate(clicks with sum as clicks,$count as campaigns))"),
            ("SELECT platform, sum(clicks), count(*) FROM (SELECT platform, campaign_id, sum(clicks) AS clicks"
            " FROM analytics_metrics GROUP BY ALL) WHERE clicks > 5000 GROUP BY ALL ORDER BY ALL"),
        ),
        (f"filter({HALF})/filter(clicks gt 99)/aggregate($count as n)",
         f"SELECT count(*) FROM analytics_metrics WHERE {SQL_HALF} AND clicks > 99"),
        ("filter(clicks lt 0)/aggregate($count as n,clicks with sum as s)", "SELECT 0, NULL"),
    ],
)  # fmt: skip
async def test_groups_are_those_of_sql(odata: OData, apply: str, sql: str) -> None:
    response = await odata.get(SET, apply=apply)
    assert response.status_code == 200, response.text
    found = [_plain(row) for row in exact(response.content)["value"]]
    known = [tuple(Decimal(repr(one)) if isinstance(one, float) else one for one in row) for row in odata.sql(sql)]
    assert found == known


async def test_the_types_of_computed_values_stand_beside_them(odata: OData) -> None:
    apply = (
        "groupby((currency,is_complete_day),aggregate(spend with sum as total,$count as n,date with max as newest,"
        "ctr with average as ctr,campaign_name with min as name,synced_at with max as at))"
    )
    document = (await odata.get(SET, apply=apply, top=1)).json()
    types = {name.partition("@")[0]: value for name, value in document["value"][0].items() if "@" in name}
    assert types == {"total": "#Decimal", "n": "#Int64", "newest": "#Date", "at": "#DateTimeOffset"}
    assert document["@odata.context"].endswith(
        "#analytics_metrics(currency,is_complete_day,total,n,newest,ctr,name,at)"
    )
    bare = await odata.client.get(
        SET, params={"$apply": apply, "$top": "1"}, headers={"Accept": "application/json;odata.metadata=none"}
    )
    assert not any("@" in name for name in bare.json()["value"][0])


async def test_options_after_a_grouping_work_on_its_rows(odata: OData) -> None:
    rows = await odata.rows(
        apply="groupby((campaign_id,platform),aggregate(spend with sum as total,$count as n))",
        filter="platform eq 'meta-ads'",
        orderby="total desc",
        select="campaign_id,total",
        top=3,
        skip=1,
    )
    known = odata.sql(
        "SELECT campaign_id, sum(spend) AS total FROM analytics_metrics WHERE platform = 'meta-ads'"
        " GROUP BY ALL ORDER BY total DESC, campaign_id LIMIT 3 OFFSET 1"
    )
    assert [(row["campaign_id"], Decimal(str(row["total"]))) for row in rows] == known


@pytest.mark.parametrize(
    "order", ["", "&$orderby=n desc", "&$orderby=name desc", "&$orderby=total", "&$orderby=mean desc"]
)
async def test_pages_of_groups_are_all_of_them_once(odata: OData, order: str) -> None:
    aggregates = "$count as n,clicks with sum as total,spend with average as mean,campaign_name with min as name"
    apply = f"groupby((campaign_name),aggregate({aggregates}))"
    pages = await odata.pages(f"{SET}?$apply={apply}{order}", {"Prefer": "maxpagesize=9"})
    at_once = await odata.rows(apply=apply, **({"orderby": order.partition("=")[2]} if order else {}))
    assert [row for page in pages for row in page] == at_once
    names = {row["campaign_name"] for row in at_once}
    assert names == {name for (name,) in odata.sql("SELECT DISTINCT campaign_name FROM analytics_metrics")}
    assert len(pages) == -(-len(names) // 9)


async def test_counting_groups_counts_groups(odata: OData) -> None:
    response = await odata.get(SET, apply="groupby((platform,campaign_id))", count="true", top=2)
    assert response.json()["@odata.count"] == 15
    assert len(response.json()["value"]) == 2


@pytest.mark.parametrize(
    ("apply", "status"),
    [
        ("", 400), ("filter", 400), ("filter()", 400), ("filter(clicks)", 400), ("aggregate()", 400),
        ("nothing()", 400),
        ("aggregate(spend)", 400), ("aggregate(spend with sum)", 400), ("aggregate(spend as total)", 400),
        ("aggregate($count with sum as n)", 400), ("aggregate(spend with summ as n)", 400),
        ("aggregate(spend with My.median as n)", 501), ("aggregate(campaign_name with sum as n)", 400),
        ("aggregate(spend with sum as n,clicks with sum as N)", 400),
        ("groupby((spend),aggregate($count as SPEND))", 400),
        ("groupby(platform)", 400), ("groupby(())", 400), ("groupby((platform,))", 400), ("groupby((nope))", 400),
        ("groupby((platform,platform))", 400), ("groupby((platform),filter(clicks gt 1))", 501),
        ("groupby((platform),aggregate($count as n),aggregate($count as m))", 400),
        ("groupby((rollup($all,platform)))", 400),
        ("aggregate(spend with sum as n;drop)", 400), ('aggregate(spend with sum as "n")', 400),
        ("compute(1 as x)", 501),
        ("concat(identity,identity)", 501), ("filter(clicks gt 1)/", 400), ("aggregate(spend with sum as n))", 400),
        ("aggregate($count as n)/groupby((platform))", 400), ("aggregate(tolower(platform) with max as é)", 400),
    ],
)  # fmt: skip
async def test_what_cannot_be_grouped_is_refused(odata: OData, apply: str, status: int) -> None:
    assert (await odata.error(SET, apply=apply))[0] == status
