"""Promises of the activities: both ends in every call, the categories that matter, whole local days."""

import json
from datetime import UTC, date, datetime

from adops_pipeline.domain.vocabulary import DateRange, Report
from adops_pipeline_tests.connectors.meta_ads.conftest import NOW, US, Bench, account_of, rows_of

HALF_A_YEAR = DateRange(date(2026, 6, 1), date(2026, 11, 23))


async def test_every_change_comes_once_over_many_calls_with_both_ends(bench: Bench) -> None:
    connector = bench.connector(page_size=25)
    account = await account_of(connector, US)
    rows = [json.loads(row) for row in await rows_of(connector, Report.CHANGES, account, HALF_A_YEAR)]
    expected = bench.market.changes(US, HALF_A_YEAR, NOW)
    found = sorted((row["event_time"], row["object_id"]) for row in rows)
    assert found == sorted((f"{change.changed_at:%Y-%m-%dT%H:%M:%S}+0000", change.owner_id) for change in expected)
    assert len(found) > 50
    calls = [dict(request.url.params) for request in bench.tap.asked("GET", "/activities")]
    assert {call["category"] for call in calls} == {"BUDGET", "STATUS", "BID"}
    assert all({"since", "until"} <= call.keys() for call in calls)


async def test_days_are_those_of_the_account(bench: Bench) -> None:
    connector = bench.connector()
    day = date(2026, 11, 20)
    await rows_of(connector, Report.CHANGES, await account_of(connector, US), DateRange(day, day))
    call = bench.tap.asked("GET", "/activities")[0].url.params
    since, until = (datetime.fromtimestamp(int(call[name]), UTC) for name in ("since", "until"))
    assert (since, until) == (datetime(2026, 11, 20, 8, tzinfo=UTC), datetime(2026, 11, 21, 7, 59, 59, tzinfo=UTC))
