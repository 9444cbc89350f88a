"""Changes of proposals and of the platforms' logs: kinds, days, one listed once, and those that overlap."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.outcomes import Measurement, due_changes, known_changes, outcome_rows, with_shared_budgets
from adops_pipeline.domain.outcomes.changes import Change
from adops_pipeline.domain.tables.outcomes import ACTION_OUTCOMES
from adops_pipeline_tests.domain.outcomes.worlds import AT, change, day, others, panel, world

_TEXT, _TIME = pl.String(), pl.Datetime("us")
LOG: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("platform", "account_id", "campaign_id"), _TEXT),
    "change_date": pl.Date(),
    "changed_at": _TIME,
    **dict.fromkeys(("field", "old_value", "new_value"), _TEXT),
}
_STATED = ("id", "agent_id", "platform", "account_id", "campaign_id", "before", "after", "intended", "evidence")
PROPOSALS: Mapping[str, pl.DataType] = {**dict.fromkeys((*_STATED, "status"), _TEXT), "applied_at": _TIME}
LAST = {("meta-ads", "1"): day(AT) + timedelta(days=40)}


def log(*rows: tuple[str, str, str | None, str | None], campaign: str = "0001") -> pl.DataFrame:
    """Rows of day, field, old and new value."""
    found = [
        ("meta-ads", "1", campaign, date.fromisoformat(on), datetime.fromisoformat(f"{on}T08:00"), field, old, new)
        for on, field, old, new in rows
    ]
    return pl.DataFrame(found, schema=LOG, orient="row")


def proposal(before: object, after: object, applied: str, evidence: object = ()) -> pl.DataFrame:
    texts = [None if one is None else json.dumps(one) for one in (before, after, after, evidence)]
    row = ("p1", "trader", "meta-ads", "1", "meta-ads:0001", *texts, "applied", datetime.fromisoformat(applied))
    return pl.DataFrame([row], schema=PROPOSALS, orient="row")


@pytest.mark.parametrize(
    ("field", "old", "new", "action"),
    [
        ("daily_budget", "10", "12.5", "raise_budget"),
        ("lifetime_budget", "10", "9", "cut_budget"),
        ("bid", "1", "1.1", "bid_up"),
        ("bid", "1.1", "1", "bid_down"),
        ("status", "active", "paused", "pause"),
        ("status", "paused", "active", "activate"),
        ("daily_budget", None, "10", "other"),
    ],
)
def test_the_kind_of_a_change_is_read_from_its_values(field: str, old: str | None, new: str, action: str) -> None:
    (found,) = known_changes(log(("2025-03-01", field, old, new)), None, {})
    assert (found.action, found.source, found.campaign_id) == (action, "platform-log", "0001")


def test_a_change_without_difference_is_none() -> None:
    assert known_changes(log(("2025-03-01", "daily_budget", "10", "10.0")), None, {}) == []


def test_an_applied_proposal_is_not_listed_again_from_the_log() -> None:
    logged = log(
        ("2025-03-01", "daily_budget", "10", "12"),
        ("2025-03-01", "bid", "1", "2"),
        ("2025-03-04", "daily_budget", "12", "13"),
    )
    mine = proposal({"daily_budget": "10"}, {"daily_budget": "12"}, "2025-03-01T23:30", [{"condition": "weekend"}])
    other, applied, later = known_changes(logged, mine, {("meta-ads", "1"): "Asia/Tokyo"})
    assert (applied.id, applied.proposal_id, applied.agent_id, applied.action) == ("p1", "p1", "trader", "raise_budget")
    assert applied.changed_on == date(2025, 3, 2)
    assert (applied.circumstance, later.circumstance) == ("weekend", "spring")
    assert (later.source, later.changed_on) == ("platform-log", date(2025, 3, 4))
    assert (other.source, other.action) == ("platform-log", "bid_up")


def test_a_proposal_that_creates_or_changes_other_values_has_its_own_kind() -> None:
    for before, after, action in (
        (None, {"status": "active"}, "create"),
        ({"fields": {"bid": "1"}}, {"fields": {"bid": "2"}}, "bid_up"),
        ({"fields": {"headline": "a"}}, {"fields": {"headline": "b"}}, "other"),
        ({"status": "active"}, {"status": "paused"}, "pause"),
    ):
        (found,) = known_changes(log(), proposal(before, after, "2025-03-01T10:00"), {})
        assert found.action == action
    made_paused = proposal(None, {"status": "paused"}, "2025-03-01T10:00")
    assert known_changes(log(), made_paused, {}) == []
    renamed = proposal({"name": "a"}, {"name": "b"}, "2025-03-01T10:00")
    assert known_changes(log(), renamed, {}) == []


def test_a_shared_budgets_change_is_one_of_each_campaign_that_spends_from_it() -> None:
    campaigns = pl.DataFrame(
        {"platform": ["meta-ads"] * 3, "external_id": ["1", "2", "3"], "shared_budget_id": ["b", "b", None]}
    )
    spread = with_shared_budgets(log(("2025-03-01", "daily_budget", "1", "2"), campaign="b"), campaigns)
    assert sorted(one.campaign_id for one in known_changes(spread, None, {})) == ["1", "2"]


def statuses(*changes: Change, last: int = 40) -> dict[str, str]:
    days = {("meta-ads", "1"): day(AT) + timedelta(days=last)}
    due = due_changes(changes, (), days, {"meta-ads": 7}, date.min)
    found = {one.id: "measure" for one in due.to_measure}
    found |= {one.id: "overlaps" for one, _ in due.overlapping} | {one.id: "waits" for one, _ in due.waiting}
    return found


def test_two_changes_of_one_campaign_within_two_weeks_are_credited_to_neither() -> None:
    near, far = change(0, AT + 14), change(0, AT + 15)
    assert set(statuses(change(0), near).values()) == {"overlaps"}
    assert set(statuses(change(0), far).values()) == {"measure"}
    assert set(statuses(change(0), change(1)).values()) == {"measure"}


def test_a_change_waits_until_the_days_after_it_are_mature() -> None:
    assert statuses(change(0), last=20) == {change(0).id: "waits"}
    assert statuses(change(0), last=21) == {change(0).id: "measure"}


def test_a_measured_change_keeps_what_was_found() -> None:
    assert due_changes([change(0)], {change(0).id}, LAST, {}, date.min).changes == ()


def test_rows_say_why_nothing_is_measured() -> None:
    counts = np.random.default_rng(1).poisson(world(np.random.default_rng(2), 12)).astype(np.float64)
    counts[2, AT:] = 0.0
    shown = panel(counts)
    shown.values["spend"][2, AT + 1 :] = 0.0
    shown.values["spend"][3, :AT] = 0.0
    pair = change(1), change(1, AT + 3, action="pause")
    changes = [change(0), *pair, change(2, action="pause"), change(3, action="activate"), change(4, AT + 30)]
    due = due_changes(changes, (), LAST, {"meta-ads": 7}, date.min)
    measurement = Measurement(shown, others(counts, [(one, AT) for one in range(4)]))
    table = outcome_rows(due, measurement, {})
    reasons = {
        (change_id, verdict): reason
        for change_id, verdict, reason in table.filter("is_primary")
        .select("change_id", "verdict", "reason")
        .iter_rows()
    }
    assert reasons[pair[0].id, "not-measurable"].startswith(f"Overlaps with pause on {day(AT + 3)}")
    assert reasons[pair[1].id, "not-measurable"].startswith(f"Overlaps with raise budget on {day(AT)}")
    assert "too few conversions" in reasons[changes[3].id, "not-measurable"]
    assert "too few conversions" in reasons[changes[4].id, "not-measurable"]
    assert f"days up to {day(AT + 51)}" in reasons[changes[5].id, "pending"]
    assert table.height == 3 * 5 + 3
    added = {"campaign_name", "partitions", "run_id", "measured_at"}
    assert set(table.columns) | added == set(ACTION_OUTCOMES.column_names)


def test_what_a_run_cannot_measure_is_said_and_measured_by_the_next_runs_the_oldest_first_of_both_sources(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adops_pipeline.domain.outcomes.table.MOST_MEASURED", 3)
    logged = [change(row, AT - row) for row in range(4)]
    proposed = [replace(change(row, AT - row), source="proposal") for row in range(10, 13)]
    done: set[str] = set()
    order = []
    waiting: set[str] = set()
    for _ in range(3):
        due = due_changes([*logged, *proposed], done, LAST, {"meta-ads": 7}, date.min, waiting)
        order.append([one.campaign_id for one in due.to_measure])
        done |= {one.id for one in due.to_measure}
        waiting = {one.id for one in due.queued}
    assert order == [["0012", "0003", "0011"], ["0010", "0002", "0001"], ["0000"]]


def test_a_change_in_the_queue_says_when_it_is_measured_and_does_not_grow_too_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adops_pipeline.domain.outcomes.table.MOST_MEASURED", 1)
    changes = [change(row) for row in range(3)]
    due = due_changes(changes, (), LAST, {"meta-ads": 7}, date.min)
    rows = outcome_rows(replace(due, to_measure=()), None, {})
    assert rows["verdict"].to_list() == ["pending", "pending"]
    assert "the next run measures it" in rows["reason"][0]
    assert "the run after the next 1 measures it" in rows["reason"][1]
    later = day(AT) + timedelta(days=1)
    assert due_changes(changes, (), LAST, {"meta-ads": 7}, later).changes == ()
    (left,) = due_changes(changes, (), LAST, {"meta-ads": 7}, later, {changes[2].id}).changes
    assert left == changes[2]
