"""Entities: properties, order, bounds, single ones, and pages in a total order on the snapshot of the first one."""

import base64
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adops_pipeline.domain.tables import TABLES, VIEWS
from adops_pipeline.warehouse.queries.snapshot_reader import KEPT_SECONDS
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over
from adops_pipeline_tests.api.odata.conftest import SET, OData, exact, let_a_snapshot_be_noticed
from adops_pipeline_tests.templates import copy_into

KEY = ("platform", "account_id", "campaign_id", "date")


async def test_values_are_those_of_sql_with_all_decimals(odata: OData) -> None:
    names = ("platform", "date", "campaign_name", "clicks", "spend", "ctr", "is_complete_day", "synced_at", *KEY[1:3])
    response = await odata.get(SET, select=",".join(names))
    known = odata.sql(f"SELECT {', '.join(names)} FROM analytics_metrics ORDER BY {', '.join(KEY)}")
    found = [tuple(row.values()) for row in exact(response.content)["value"]]
    assert len(found) == len(known) == 450
    for row, (*plain, ctr, is_complete, synced_at, account_id, campaign_id) in zip(found, known, strict=True):
        plain[1] = plain[1].isoformat()
        assert list(row[:5]) == plain
        assert float(row[5]) == ctr
        assert row[6] is is_complete
        assert row[7] == f"{synced_at:%Y-%m-%dT%H:%M:%S.%fZ}"
        assert row[8:] == (account_id, campaign_id)


async def test_nested_values_are_texts_that_hold_json(odata: OData) -> None:
    rows = await odata.rows(select="platform_metrics")
    known = odata.sql(f"SELECT platform_metrics FROM analytics_metrics ORDER BY {', '.join(KEY)}")
    assert [json.loads(row["platform_metrics"]) for row in rows] == [json.loads(text) for (text,) in known]
    flags = await odata.rows("/odata/budget_recommendations", select="flags")
    assert all(isinstance(json.loads(row["flags"]), list) for row in flags if row["flags"] is not None)
    assert len(flags) > 0


async def test_selection_is_shown_by_the_context(odata: OData) -> None:
    chosen = (await odata.get(SET, select="date, spend,date", top=1)).json()
    assert chosen["@odata.context"] == "http://127.0.0.1/odata/$metadata#analytics_metrics(date,spend)"
    assert list(chosen["value"][0]) == ["date", "spend"]
    everything = (await odata.get(SET, select="*", top=1)).json()
    assert everything["@odata.context"] == "http://127.0.0.1/odata/$metadata#analytics_metrics"
    assert list(everything["value"][0]) == list(TABLES["analytics_metrics"].column_names)


@pytest.mark.parametrize(
    ("order", "sql"),
    [
        ("spend desc", "spend DESC NULLS LAST"),
        ("campaign_name", "campaign_name ASC NULLS FIRST"),
        ("campaign_name desc,date desc", "campaign_name DESC NULLS LAST, date DESC"),
        ("month(date) desc, clicks mod 7", "month(date) DESC, clicks % 7"),
        ("is_complete_day,synced_at desc", "is_complete_day ASC NULLS FIRST, synced_at DESC"),
        ("ctr  ASC", "ctr ASC NULLS FIRST"),
    ],
)
@pytest.mark.parametrize("rows_on_page", [61, 450])
async def test_pages_in_any_order_are_the_rows_of_sql(odata: OData, order: str, sql: str, rows_on_page: int) -> None:
    headers = {"Prefer": f"odata.maxpagesize={rows_on_page}"}
    pages = await odata.pages(f"{SET}?$orderby={order}&$select={','.join(KEY)}", headers)
    known = odata.sql(f"SELECT {', '.join(KEY)} FROM analytics_metrics ORDER BY {sql}, {', '.join(KEY)}")
    found = [tuple(row.values()) for page in pages for row in page]
    assert found == [(*row[:3], row[3].isoformat()) for row in known]
    assert [len(page) for page in pages[:-1]] == [rows_on_page] * (len(pages) - 1)


@pytest.mark.parametrize("name", [*TABLES, *VIEWS])
async def test_pages_of_every_set_are_all_of_its_rows_once(odata: OData, name: str) -> None:
    key = (TABLES | VIEWS)[name].key
    (total,) = odata.sql(f"SELECT count(*) FROM {name}")[0]
    response = await odata.get(f"/odata/{name}", select=",".join(key), count="true")
    assert response.json()["@odata.count"] == total
    all_at_once = response.json()["value"]
    size = max(1, total // 5)
    pages = await odata.pages(f"/odata/{name}?$select={','.join(key)}", {"Prefer": f"maxpagesize={size}"})
    assert [row for page in pages for row in page] == all_at_once
    assert len({json.dumps(row) for row in all_at_once}) == total


@pytest.mark.parametrize(
    ("options", "first", "last"),
    [({"top": 5}, 0, 5), ({"top": 0}, 0, 0), ({"skip": 440}, 440, 450), ({"skip": 3, "top": 20}, 3, 23),
     ({"skip": 500}, 450, 450), ({"top": 999999999999}, 0, 450)],
)  # fmt: skip
async def test_top_and_skip_bound_all_pages_together(
    odata: OData, options: dict[str, int], first: int, last: int
) -> None:
    known = odata.sql(f"SELECT campaign_id, date FROM analytics_metrics ORDER BY {', '.join(KEY)}")[first:last]
    query = "&".join(f"${name}={value}" for name, value in options.items())
    for size in (60, 1000):
        address = f"{SET}?$select=campaign_id,date&{query}&$count=true"
        pages = await odata.pages(address, {"Prefer": f"maxpagesize={size}"})
        found = [tuple(row.values()) for page in pages for row in page]
        assert found == [(campaign_id, day.isoformat()) for campaign_id, day in known]


async def test_a_page_says_what_it_was_asked_for(odata: OData) -> None:
    response = await odata.client.get(f"{SET}?$count=true&$top=9", headers={"Prefer": "odata.maxpagesize=4"})
    assert response.headers["preference-applied"] == "odata.maxpagesize=4"
    document = response.json()
    assert document["@odata.count"] == 450
    link = urlsplit(document["@odata.nextLink"])
    assert (link.scheme, link.netloc, link.path) == ("http", "127.0.0.1", SET)
    assert set(parse_qs(link.query)) == {"$count", "$skiptoken"}
    second = await odata.client.get(document["@odata.nextLink"])
    assert second.json()["@odata.count"] == 450
    assert len(second.json()["value"]) == 4
    assert "preference-applied" not in second.headers
    third = await odata.client.get(second.json()["@odata.nextLink"])
    assert len(third.json()["value"]) == 1
    assert "@odata.nextLink" not in third.json()


async def test_links_have_the_name_that_the_client_used(odata: OData) -> None:
    response = await odata.client.get(f"{SET}?$top=9", headers={"Prefer": "maxpagesize=4", "Host": "localhost:8000"})
    assert response.json()["@odata.context"].startswith("http://localhost:8000/odata/$metadata#")
    assert response.json()["@odata.nextLink"].startswith(f"http://localhost:8000{SET}?")


async def test_the_number_of_rows_is_plain_text(odata: OData) -> None:
    response = await odata.get(f"{SET}/$count", filter="platform eq 'meta-ads'")
    assert (response.text, response.headers["content-type"]) == ("150", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "key",
    [
        "platform='{0}',account_id='{1}',campaign_id='{2}',date={3}",
        "date={3}, campaign_id='{2}',account_id='{1}',platform='{0}'",
    ],
)
async def test_an_entity_is_found_by_its_key(odata: OData, key: str) -> None:
    row = odata.sql("SELECT platform, account_id, campaign_id, date, spend FROM analytics_metrics OFFSET 77 LIMIT 1")[0]
    response = await odata.client.get(f"{SET}({key.format(*row)})")
    document = exact(response.content)
    assert document["@odata.context"] == "http://127.0.0.1/odata/$metadata#analytics_metrics/$entity"
    assert (document["campaign_id"], document["date"], document["spend"]) == (row[2], row[3].isoformat(), row[4])


async def test_a_key_of_one_property_needs_no_name(odata: OData) -> None:
    ((found,),) = odata.sql("SELECT id FROM campaigns LIMIT 1")
    for key in (f"'{found}'", f"id='{found}'"):
        response = await odata.get(f"/odata/campaigns({key})", select="id,status")
        assert response.json()["id"] == found
        assert response.json()["@odata.context"].endswith("#campaigns(id,status)/$entity")


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("'nope'", 404), ("'o''nope/x'", 404), ("", 400), ("id=id", 400), ("name='x'", 400), ("'a','b'", 400),
        ("1", 400),
        ("null", 400), ("'x", 400), ("id='x',id='x'", 400), ("'x' or true", 400),
    ],
)  # fmt: skip
async def test_a_wrong_key_is_refused_and_an_unknown_one_not_found(odata: OData, key: str, status: int) -> None:
    assert (await odata.error(f"/odata/campaigns({key})"))[0] == status


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top": "-1"}, "$top must be a whole number that is not negative"),
        ({"skip": "1.5"}, "$skip must be a whole number"),
        ({"top": "\uff11"}, "$top must be a whole number"),
        ({"count": "yes"}, "$count must be true or false"),
        ({"select": ""}, "there is no property"),
        ({"orderby": "1"}, "$orderby takes properties"),
        ({"orderby": "now()"}, "$orderby takes properties"),
        ({"orderby": "null"}, "$orderby takes properties"),
        ({"orderby": ""}, "an expression is empty"),
        ({"filter": "spend"}, "a filter must be true or false"),
        ({"skiptoken": "x"}, "the $skiptoken was not made for this request"),
        ({"skiptoken": "é"}, "the $skiptoken was not made for this request"),
    ],
)
async def test_a_wrong_option_is_refused(odata: OData, options: dict[str, str], message: str) -> None:
    status, _, found = await odata.error(SET, **options)
    assert (status, found[: len(message)]) == (400, message)


async def test_a_token_of_another_request_is_refused(odata: OData) -> None:
    first = await odata.client.get(f"{SET}?$filter=clicks gt 1", headers={"Prefer": "maxpagesize=4"})
    word = parse_qs(urlsplit(first.json()["@odata.nextLink"]).query)["$skiptoken"][0]
    for options in ({"filter": "clicks gt 2"}, {}, {"filter": "clicks gt 1", "orderby": "spend"}):
        assert (await odata.error(SET, skiptoken=word, **options))[0] == 400
    fields = json.loads(base64.urlsafe_b64decode(word + "=="))
    for place, value in (
        (2, 0),
        (2, 10**9),
        (3, -1),
        (3, "x"),
        (4, 1.5),
        (5, None),
        (5, 7),
        (8, "2026-13-01"),
        (8, []),
    ):
        changed = [*fields]
        changed[place] = value
        forged = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode()
        response = await odata.get(SET, filter="clicks gt 1", skiptoken=forged)
        assert response.status_code == (200 if (place, value) == (5, None) else 400)


@pytest.fixture
def own_services(hostile: Path, tmp_path: Path) -> Services:
    """The services over a copy that the test changes."""
    return services_over(copy_into(hostile, tmp_path))


def _publish_other_rows(services: Services) -> None:
    with services.warehouse.writing() as con:
        con.execute("UPDATE analytics_metrics SET clicks = clicks + 1000000")
    services.publish()
    let_a_snapshot_be_noticed(services)


async def test_all_pages_come_from_the_snapshot_of_the_first_one(own_services: Services) -> None:
    async with client_of(own_services) as client:
        odata = OData(client, own_services)
        known = odata.sql(f"SELECT clicks FROM analytics_metrics ORDER BY {', '.join(KEY)}")
        first = (await client.get(f"{SET}?$select=clicks", headers={"Prefer": "maxpagesize=200"})).json()
        _publish_other_rows(own_services)
        newest = (await client.get(f"{SET}?$select=clicks&$top=1")).json()
        assert newest["value"][0]["clicks"] > 1000000
        rest = await odata.pages(first["@odata.nextLink"], {})
        found = [row["clicks"] for page in (first["value"], *rest) for row in page]
    assert found == [clicks for (clicks,) in known]
    own_services.snapshots.close()
    own_services.store.close()


async def test_pages_of_a_snapshot_that_is_not_kept_any_longer_are_gone(own_services: Services) -> None:
    async with client_of(own_services) as client:
        first = (await client.get(SET, headers={"Prefer": "maxpagesize=200"})).json()
        _publish_other_rows(own_services)
        second = (await client.get(first["@odata.nextLink"])).json()
        now = own_services.snapshots._monotonic()
        own_services.snapshots._monotonic = lambda: now + KEPT_SECONDS + 1
        gone = await client.get(first["@odata.nextLink"])
    assert len(second["value"]) == 200
    assert gone.status_code == 410
    assert "read again from the first page" in gone.json()["error"]["message"]
    own_services.snapshots.close()
    own_services.store.close()
