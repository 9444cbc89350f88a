"""Promises of the change events: both ends and a LIMIT in every query, and more than one query can return."""

import json
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from adops_pipeline.connectors.errors import ContractError, PermanentError
from adops_pipeline.connectors.google_ads import reports
from adops_pipeline.domain.vocabulary import Report
from adops_pipeline_tests.connectors.google_ads.conftest import DE, NOW, US, days, market, stage

MONTH = days(29, 0)


async def test_every_change_of_the_account_comes_once_and_in_order() -> None:
    scene = stage()
    rows = [row["changeEvent"] for row in await scene.rows(Report.CHANGES, DE, MONTH)]
    times = [row["changeDateTime"] for row in rows]
    zone = ZoneInfo("Europe/Berlin")
    expected = [change.changed_at.astimezone(zone) for change in market().changes(DE, MONTH, NOW.astimezone(UTC))]
    assert [time[:19] for time in times] == [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in expected]
    assert rows
    assert times == sorted(times)
    (query,) = [query for query in scene.tape.queries() if "change_event" in query]
    assert query.endswith("ORDER BY change_event.change_date_time LIMIT 10000")
    assert f">= '{MONTH.start} 00:00:00'" in query
    assert f"<= '{MONTH.end} 23:59:59.999999'" in query


async def test_after_as_many_events_as_a_query_returns_the_next_one_begins_at_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = await stage().rows(Report.CHANGES, US, MONTH)
    monkeypatch.setattr(reports, "MOST_CHANGE_EVENTS", 4)
    scene = stage(chunk_rows=3)
    parts = await scene.rows(Report.CHANGES, US, MONTH)
    assert len(parts) > len(whole) > 8
    assert list(dict.fromkeys(json.dumps(row) for row in parts)) == [json.dumps(row) for row in whole]


async def test_more_events_at_one_instant_than_a_query_returns_are_an_error_and_no_endless_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reports, "MOST_CHANGE_EVENTS", 1)
    with pytest.raises(ContractError, match="more than 1 change events at 2026-"):
        await stage().rows(Report.CHANGES, US, MONTH)


async def test_days_that_google_no_longer_has_are_a_permanent_error() -> None:
    with pytest.raises(PermanentError, match="START_DATE_TOO_OLD"):
        await stage().rows(Report.CHANGES, US, days(40, 0))
