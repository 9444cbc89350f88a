"""Change events of the emulated API: the market's changes, and the filters that Google demands."""

from decimal import Decimal

import pytest

from adops_pipeline.domain.vocabulary import DateRange
from adops_pipeline_tests.sandbox.google_ads.conftest import DE, MANAGER, NOW, US, Caller, market

TIME = "change_event.change_date_time"
FIELDS = f"change_event.change_resource_name, {TIME}, change_event.old_resource, change_event.new_resource"
WINDOW = f"{TIME} >= '2026-10-24' AND {TIME} <= '2026-11-23 12:00:00'"


@pytest.mark.parametrize(
    ("clauses", "code"),
    [
        (f"WHERE {WINDOW}", "LIMIT_NOT_SPECIFIED"),
        (f"WHERE {WINDOW} LIMIT 10001", "INVALID_LIMIT_CLAUSE"),
        ("LIMIT 10000", "CHANGE_DATE_RANGE_INFINITE"),
        (f"WHERE {TIME} >= '2026-11-01' LIMIT 10000", "CHANGE_DATE_RANGE_INFINITE"),
        (f"WHERE {TIME} BETWEEN '2026-11-09' AND '2026-11-01' LIMIT 1", "CHANGE_DATE_RANGE_NEGATIVE"),
        (f"WHERE {TIME} BETWEEN '2026-10-23' AND '2026-11-01' LIMIT 1", "START_DATE_TOO_OLD"),
    ],
)
async def test_a_query_without_a_date_filter_or_limit_or_beyond_30_days_is_refused(
    caller: Caller, clauses: str, code: str
) -> None:
    refusal = await caller.refusal(US, f"SELECT {TIME} FROM change_event {clauses}")
    assert refusal == f"400 changeEventError.{code}"


async def test_budgets_and_status_are_told_before_and_after_only_the_field_that_changed(caller: Caller) -> None:
    rows = await caller.rows(DE, f"SELECT {FIELDS} FROM change_event WHERE {WINDOW} ORDER BY {TIME} LIMIT 10000")
    changes = [
        change
        for change in market().changes(DE, DateRange(NOW.date().replace(month=10, day=24), NOW.date()), NOW)
        if change.changed_at <= NOW
    ]
    assert len(rows) == len(changes) > 3
    told = set()
    for row, change in zip((row["changeEvent"] for row in rows), changes, strict=True):
        (old,), (new,) = row["oldResource"].values(), row["newResource"].values()
        if isinstance(change.after, Decimal):
            assert (old, new) == ({"amountMicros": f"{change.before}000000"}, {"amountMicros": f"{change.after}000000"})
            assert "/campaignBudgets/" in row["changeResourceName"]
        else:
            assert (old.keys(), new.keys()) == ({"status"}, {"status"})
        told.add(next(iter(row["newResource"])))
    assert "campaignBudget" in told


async def test_a_manager_has_no_changes_of_its_own(caller: Caller) -> None:
    assert await caller.rows(MANAGER, f"SELECT {TIME} FROM change_event WHERE {WINDOW} LIMIT 1") == []
