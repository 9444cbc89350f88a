"""Activities of the emulated API: one week by default, newest first, in Meta's words."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline.sandbox.market import Market
from adops_pipeline_tests.sandbox.meta_ads.conftest import JP, NOW, US, Get

LONG_AGO = str(int((NOW - timedelta(days=120)).timestamp()))


async def told(get: Get, account: str = US, **params: str) -> list[dict[str, Any]]:
    answer = await get(f"/act_{account}/activities", limit="500", **params)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def at(row: dict[str, Any]) -> datetime:
    return datetime.strptime(row["event_time"], "%Y-%m-%dT%H:%M:%S%z")


async def test_without_since_and_until_one_week_is_returned_newest_first(get: Get) -> None:
    # A moment at which the week before has changes, and older weeks have too.
    everything = await told(get, since=LONG_AGO)
    times = [at(row) for row in everything]
    assert times == sorted(times, reverse=True)
    assert min(times) < NOW - timedelta(days=60)
    week = await told(get)
    assert [row["event_time"] for row in week] == [
        row["event_time"] for row in everything if at(row) >= NOW - timedelta(days=7)
    ]
    until = datetime(2026, 10, 31, tzinfo=UTC)
    older = await told(get, until=str(int(until.timestamp())))
    assert older
    assert all(until - timedelta(days=7) <= at(row) <= until for row in older)


@pytest.mark.parametrize("account", [US, JP])
async def test_budgets_are_minor_units_and_the_markets_own(get: Get, market: Market, account: str) -> None:
    rows = await told(get, account, since=LONG_AGO, category="BUDGET", fields="event_type,object_id,extra_data")
    offset = 1 if account == JP else 100
    dates = DateRange((NOW - timedelta(days=121)).date(), NOW.date())
    expected = {
        (change.owner_id, change.before * offset, change.after * offset)
        for change in market.changes(account, dates, NOW)
        if isinstance(change.before, Decimal) and isinstance(change.after, Decimal)
        and change.changed_at >= NOW - timedelta(days=120)
    }  # fmt: skip
    extra = [(row["object_id"], json.loads(row["extra_data"])) for row in rows]
    found = {(id_, data["old_value"]["old_value"], data["new_value"]["new_value"]) for id_, data in extra}
    assert found == expected
    assert {row["event_type"] for row in rows} == {"update_campaign_budget", "update_ad_set_budget"}


async def test_status_is_told_in_the_words_of_ads_manager(get: Get) -> None:
    rows = await told(get, since=LONG_AGO, category="STATUS", fields="event_type,extra_data")
    assert {row["event_type"] for row in rows} <= {"update_campaign_run_status", "update_ad_set_run_status"}
    words = {word for row in rows for word in json.loads(row["extra_data"]).values()}
    assert words
    assert words <= {"Active", "Inactive", "Deleted"}


@pytest.mark.parametrize(
    "params",
    [
        {"category": "MONEY"},
        {"since": "yesterday-ish"},
        {"since": "2026-11-02", "until": "2026-11-01"},
        {"fields": "old_value"},
    ],
)
async def test_what_meta_does_not_know_is_refused(get: Get, params: dict[str, str]) -> None:
    answer = await get(f"/act_{US}/activities", **params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)
