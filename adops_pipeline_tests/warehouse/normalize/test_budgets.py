"""The history of budgets and the changes of campaigns, from pulls and from the platforms' logs of changes."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.ledger import rebuild
from adops_pipeline.warehouse.normalize.budgets import forget_observations, refresh_budgets
from adops_pipeline_tests.warehouse.normalize.conftest import NormalizeHarness, Row
from adops_pipeline_tests.warehouse.normalize.test_entities import (
    JsonRow,
    google_campaign,
    meta_ad_set,
    meta_campaign,
    pinterest_campaign,
)

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST
SHARED: dict[str, Any] = {"id": "800009", "amountMicros": "70000000", "explicitlyShared": True}


def noon(day: int) -> datetime:
    return datetime(2026, 11, day, 12, tzinfo=UTC)


def see(
    harness: NormalizeHarness,
    platform: Platform,
    at: datetime,
    campaigns: list[Row],
    ad_groups: list[Row] | None = None,
) -> None:
    """One pull of an account and its campaigns, and the history after it."""
    harness.land(platform, [], report=Report.ACCOUNTS, at=at)
    harness.land(platform, campaigns, report=Report.CAMPAIGNS, at=at)
    if ad_groups is not None:
        harness.land(platform, ad_groups, report=Report.AD_GROUPS, at=at)
    harness.apply()
    refresh_budgets(harness.con)


def history(harness: NormalizeHarness, amount: str = "daily_budget") -> list[tuple[object, ...]]:
    return harness.rows(f"SELECT campaign_id, day(valid_from), {amount} FROM campaign_budget_history ORDER BY ALL")


def changes(harness: NormalizeHarness) -> list[tuple[object, ...]]:
    return harness.rows(
        "SELECT campaign_id, day(change_date), field, old_value, new_value, source FROM campaign_changes ORDER BY ALL"
    )


def capped(micros: int | None, **fields: object) -> Row:
    return pinterest_campaign("1", daily_spend_cap=micros, **fields)


def test_between_two_pulls_a_budget_changes_on_the_day_of_the_second(harness: NormalizeHarness) -> None:
    for day, micros in ((3, 5_000_000), (4, 5_000_000), (6, 7_000_000)):
        see(harness, P, noon(day), [capped(micros)])
    assert history(harness) == [("1", 3, Decimal(5)), ("1", 6, Decimal(7))]
    assert changes(harness) == [("1", 6, "daily_budget", "5.000000", "7.000000", "pull")]


def test_of_two_changes_on_one_day_the_last_applies_from_that_day(harness: NormalizeHarness) -> None:
    for at, micros in ((noon(3), 5_000_000), (noon(4), 9_000_000), (noon(4) + timedelta(hours=3), 7_000_000)):
        see(harness, P, at, [capped(micros)])
    assert history(harness) == [("1", 3, Decimal(5)), ("1", 4, Decimal(7))]
    assert [row[3:5] for row in changes(harness)] == [("5.000000", "9.000000"), ("9.000000", "7.000000")]


def test_a_campaign_that_is_paused_and_resumed_keeps_its_budget(harness: NormalizeHarness) -> None:
    for day, status in ((3, "RUNNING"), (4, "PAUSED"), (6, "RUNNING")):
        see(harness, P, noon(day), [capped(5_000_000, summary_status=status)])
    assert history(harness) == [("1", 3, Decimal(5))]
    assert [row[1:5] for row in changes(harness)] == [
        (4, "status", "active", "paused"),
        (6, "status", "paused", "active"),
    ]


def test_the_end_of_a_flight_is_no_change_and_a_campaign_that_vanishes_is_removed(harness: NormalizeHarness) -> None:
    end = int(datetime(2026, 11, 4, tzinfo=UTC).timestamp())
    see(harness, P, noon(3), [capped(None, lifetime_spend_cap=90_000_000, end_time=end)])
    see(harness, P, noon(5), [capped(None, lifetime_spend_cap=90_000_000, end_time=end)])
    assert (history(harness, "lifetime_budget"), changes(harness)) == ([("1", 3, Decimal(90))], [])
    see(harness, P, noon(6), [])
    assert [row[1:5] for row in changes(harness)] == [(6, "status", "active", "removed")]


def test_a_shared_budget_has_one_history_under_its_own_id(harness: NormalizeHarness) -> None:
    for day, micros in ((3, "70000000"), (5, "80000000")):
        budget = SHARED | {"amountMicros": micros}
        see(harness, G, noon(day), [google_campaign("1", budget), google_campaign("2", budget)])
    assert history(harness) == [("800009", 3, Decimal(70)), ("800009", 5, Decimal(80))]
    assert changes(harness) == [("800009", 5, "daily_budget", "70.000000", "80.000000", "pull")]


def test_budgets_of_active_ad_sets_are_summed_where_the_campaign_has_none(harness: NormalizeHarness) -> None:
    own = meta_campaign("9", daily_budget="1000")
    for day, status in ((3, "ACTIVE"), (4, "PAUSED")):
        sets: list[Row] = [
            meta_ad_set("1", daily_budget="2000"),
            meta_ad_set("2", daily_budget="3000", status=status),
            meta_ad_set("3", campaign_id="9", daily_budget="4000"),
        ]
        see(harness, M, noon(day), [meta_campaign(), own], sets)
    harness.land(M, [meta_ad_set("4", campaign_id="9")], report=Report.AD_GROUPS, account="222")
    harness.apply()
    assert harness.rows("SELECT entity_id FROM entity_observations WHERE account_id = '222'") == []
    common = "23853498584890398"
    assert history(harness) == [(common, 3, Decimal(50)), (common, 4, Decimal(20)), ("9", 3, Decimal(10))]
    assert changes(harness) == [(common, 4, "daily_budget", "50.000000", "20.000000", "pull")]


def test_days_before_the_first_observation_come_from_stored_pacings(harness: NormalizeHarness) -> None:
    harness.con.execute(
        "INSERT INTO analytics_budgets BY NAME SELECT 'pinterest' AS platform, '111' AS account_id, '1' AS campaign_id,"
        " unnest([DATE '2026-10-30', DATE '2026-10-31', DATE '2026-11-01', DATE '2026-11-03']) AS as_of,"
        " unnest([3, 3, 4, 9]) AS daily_budget"
    )
    see(harness, P, noon(3), [capped(5_000_000)])
    found = harness.rows("SELECT valid_from, daily_budget FROM campaign_budget_history ORDER BY ALL")
    assert found == [
        (date(2026, 10, 31), Decimal(3)), (date(2026, 11, 2), Decimal(4)), (date(2026, 11, 3), Decimal(5)),
    ]  # fmt: skip


def test_a_rebuild_from_the_raw_files_gives_the_same_history(harness: NormalizeHarness) -> None:
    for day, micros, status in ((3, 5_000_000, "RUNNING"), (4, 5_000_000, "PAUSED"), (6, 7_000_000, "PAUSED")):
        see(harness, P, noon(day), [capped(micros, summary_status=status)])
    tables = ("campaign_changes", "campaign_budget_history", "entity_observations")
    before = {name: harness.table(name) for name in tables}
    assert len(before["entity_observations"]) == 3
    refresh_budgets(harness.con)
    assert {name: harness.table(name) for name in tables} == before
    forget_observations(harness.con)
    rebuild(harness.con, harness.landing)
    harness.apply()
    refresh_budgets(harness.con)
    assert {name: harness.table(name) for name in tables} == before


def test_what_pruned_pulls_saw_is_kept_by_a_rebuild(harness: NormalizeHarness) -> None:
    for day, micros in ((3, 5_000_000), (6, 7_000_000)):
        see(harness, P, noon(day), [capped(micros)])
    before = history(harness)
    pruned = harness.rows("SELECT path FROM raw_pulls WHERE day(pulled_at) = 3")
    harness.con.execute("UPDATE raw_pulls SET state = 'pruned' WHERE day(pulled_at) = 3")
    for (path,) in pruned:
        harness.landing.delete(str(path))
    forget_observations(harness.con)
    rebuild(harness.con, harness.landing)
    harness.apply()
    refresh_budgets(harness.con)
    assert history(harness) == before


MONTH = DateRange(date(2026, 10, 15), date(2026, 11, 12))


def event(at: str, resource: str, old: JsonRow, new: JsonRow, **fields: object) -> JsonRow:
    is_budget = resource.startswith("campaignBudgets/")
    name = "campaignBudget" if is_budget else "campaign"
    return {
        "changeEvent": {
            "resourceName": f"customers/111/changeEvents/{at}{resource}", "changeDateTime": at,
            "changeResourceType": "CAMPAIGN_BUDGET" if is_budget else "CAMPAIGN",
            "changeResourceName": f"customers/111/{resource}",
            "resourceChangeOperation": "UPDATE", "oldResource": {name: old}, "newResource": {name: new},
        } | fields
    }  # fmt: skip


def amount(at: str, old: int, new: int, budget: str = "800001") -> JsonRow:
    before, after = ({"amountMicros": str(value * 1_000_000)} for value in (old, new))
    return event(at, f"campaignBudgets/{budget}", before, after)


def activity(at: str, kind: str, object_id: str, old: object, new: object) -> JsonRow:
    extra = json.dumps({"old_value": old, "new_value": new})
    return {"event_time": at, "event_type": f"update_{kind}", "object_id": object_id, "extra_data": extra}


def amounts(old: int, new: int, label: str = "Per day") -> tuple[JsonRow, JsonRow]:
    return {"old_value": old, "type": label}, {"new_value": new, "type": label}


def logged(
    harness: NormalizeHarness, platform: Platform, rows: list[JsonRow], dates: DateRange = MONTH, **pull: Any
) -> None:
    harness.land(platform, list(rows), report=Report.CHANGES, dates=dates, **pull)


def test_a_value_is_carried_back_to_the_first_day_that_was_asked_for(harness: NormalizeHarness) -> None:
    logged(harness, G, [amount("2026-11-05 09:30:00.000001", 30, 50)])
    see(harness, G, noon(12), [google_campaign("1"), google_campaign("2", {"id": "2", "amountMicros": "9000000"})])
    found = harness.rows(
        "SELECT campaign_id, valid_from, daily_budget, source FROM campaign_budget_history ORDER BY ALL"
    )
    assert found == [
        ("1", date(2026, 10, 15), Decimal(30), "change-event"),
        ("1", date(2026, 11, 5), Decimal(50), "change-event"),
        ("2", date(2026, 10, 15), Decimal(9), "change-event"),
    ]
    assert changes(harness) == [("1", 5, "daily_budget", "30.000000", "50.000000", "change-event")]


def test_a_campaign_that_began_within_the_window_is_known_from_its_first_day(harness: NormalizeHarness) -> None:
    logged(harness, G, [])
    see(harness, G, noon(12), [google_campaign("1", startDateTime="2026-11-02 00:00:00")])
    assert history(harness) == [("1", 2, Decimal(50))]


def test_days_are_the_account_s_and_of_two_changes_on_one_the_last_applies(harness: NormalizeHarness) -> None:
    rows = [
        amount("2026-11-05 23:30:00", 30, 40), amount("2026-11-06 00:10:00", 40, 70),
        amount("2026-11-06 18:00:00", 70, 50),
    ]  # fmt: skip
    logged(harness, G, rows, timezone="America/Los_Angeles")
    harness.land(G, [google_campaign("1")], report=Report.CAMPAIGNS, at=noon(12), timezone="America/Los_Angeles")
    see(harness, G, noon(12), [google_campaign("1")])
    assert history(harness) == [("1", 5, Decimal(40)), ("1", 6, Decimal(50)), ("1", 15, Decimal(30))]
    (first, *_) = harness.rows("SELECT changed_at FROM campaign_changes ORDER BY changed_at")
    assert first == (datetime(2026, 11, 6, 7, 30),)  # noqa: DTZ001 - UTC, as stored


def test_changes_of_a_shared_budget_status_and_bids_are_told_apart(harness: NormalizeHarness) -> None:
    rows = [
        amount("2026-11-05 09:00:00", 60, 70, "800009"),
        event("2026-11-06 09:00:00", "campaigns/1", {"status": "ENABLED"}, {"status": "PAUSED"}),
        event("2026-11-07 09:00:00", "campaigns/1", {"status": "PAUSED"}, {"status": "ENABLED"}),
        event("2026-11-08 09:00:00", "campaigns/1", {}, {"targetCpa": {"targetCpaMicros": "1500000"}}),
        event("2026-11-08 09:00:00", "campaigns/2", {}, {"targetCpa": {"targetCpaMicros": "2500000"}}),
    ]
    logged(harness, G, rows)
    see(harness, G, noon(12), [google_campaign("1", SHARED), google_campaign("2", SHARED)])
    assert changes(harness) == [
        ("1", 6, "status", "active", "paused", "change-event"),
        ("1", 7, "status", "paused", "active", "change-event"),
        ("1", 8, "bid", None, "1.500000", "change-event"),
        ("2", 8, "bid", None, "2.500000", "change-event"),
        ("800009", 5, "daily_budget", "60.000000", "70.000000", "change-event"),
    ]
    assert [row[0] for row in history(harness)] == ["800009", "800009"]


def test_activities_of_meta_come_in_two_forms_and_with_iso_or_unix_times(harness: NormalizeHarness) -> None:
    at = int(datetime(2026, 11, 8, 9, tzinfo=UTC).timestamp())
    rows = [  # newest first, as Meta sends them
        activity(str(at), "campaign_budget", "9", "2000", "3000"),
        activity("2026-11-05T09:00:00+0000", "campaign_budget", "9", *amounts(1000, 2000)),
        activity("2026-11-04T09:00:01+0000", "campaign_run_status", "9", "Pending Process", "Active"),
        activity("2026-11-04T09:00:00+0000", "campaign_run_status", "9", "Inactive", "Pending Process"),
        activity("2026-11-03T09:00:00+0000", "campaign_name", "9", "a", "b"),
    ]  # fmt: skip
    logged(harness, M, rows)
    see(harness, M, noon(12), [meta_campaign("9", daily_budget="3000")])
    assert [row[1:5] for row in changes(harness)] == [
        (4, "status", "paused", "active"),
        (5, "daily_budget", "10.000000", "20.000000"),
        (8, "daily_budget", "20.000000", "30.000000"),
    ]
    assert harness.table("analytics_rejects") == []


def test_a_lifetime_budget_is_raised_and_yen_have_no_minor_units(harness: NormalizeHarness) -> None:
    values = amounts(7000, 9000, "Lifetime budget")
    rows = [
        activity("2026-11-05T09:00:00+0000", "campaign_budget", "9", *values)
    ]  # fmt: skip
    logged(harness, M, rows, currency="JPY")
    harness.land(M, [meta_campaign("9", lifetime_budget="9000")], report=Report.CAMPAIGNS, at=noon(12), currency="JPY")
    harness.land(M, [], report=Report.ACCOUNTS, at=noon(12), currency="JPY")
    harness.apply()
    refresh_budgets(harness.con)
    found = harness.rows("SELECT valid_from, daily_budget, lifetime_budget FROM campaign_budget_history ORDER BY ALL")
    assert found == [(date(2026, 10, 15), None, Decimal(7000)), (date(2026, 11, 5), None, Decimal(9000))]


def test_ad_sets_that_were_paused_or_changed_in_the_window_change_the_sum(harness: NormalizeHarness) -> None:
    rows = [
        activity("2026-11-07T09:00:00+0000", "ad_set_run_status", "2", "Active", "Inactive"),
        activity("2026-11-05T09:00:00+0000", "ad_set_budget", "1", *amounts(1000, 2000)),
    ]  # fmt: skip
    logged(harness, M, rows)
    sets: list[Row] = [meta_ad_set("1", daily_budget="2000"), meta_ad_set("2", daily_budget="3000", status="PAUSED")]
    see(harness, M, noon(12), [meta_campaign()], sets)
    found = harness.rows("SELECT valid_from, daily_budget FROM campaign_budget_history ORDER BY ALL")
    assert found == [
        (date(2026, 10, 15), Decimal(40)), (date(2026, 11, 5), Decimal(50)), (date(2026, 11, 7), Decimal(20)),
    ]  # fmt: skip
    assert [(row[2], row[5]) for row in changes(harness)] == [("daily_budget", "activity")] * 2


def test_a_gap_between_two_logs_leaves_the_day_of_a_change_to_the_pull(harness: NormalizeHarness) -> None:
    early, late = DateRange(date(2026, 10, 1), date(2026, 10, 5)), DateRange(date(2026, 11, 8), date(2026, 11, 12))
    logged(harness, G, [], early)
    see(harness, G, datetime(2026, 10, 5, 12, tzinfo=UTC), [google_campaign("1")])
    logged(harness, G, [], late, at=noon(12))
    see(harness, G, noon(12), [google_campaign("1", {"id": "800001", "amountMicros": "60000000"})])
    found = harness.rows("SELECT valid_from, daily_budget FROM campaign_budget_history ORDER BY ALL")
    assert found == [(date(2026, 10, 1), Decimal(50)), (date(2026, 11, 8), Decimal(60))]
    assert [row[1:] for row in changes(harness)] == [(8, "daily_budget", "50.000000", "60.000000", "pull")]


def test_a_day_that_is_asked_for_again_is_replaced_and_a_repeated_event_counts_once(harness: NormalizeHarness) -> None:
    first = amount("2026-11-12 09:00:00", 30, 50)
    logged(harness, G, [first, first], at=noon(12))
    see(harness, G, noon(12), [google_campaign("1")])
    assert len(harness.table("change_events")) == 1
    again = DateRange(date(2026, 11, 12), date(2026, 11, 13))
    logged(harness, G, [first, amount("2026-11-13 09:00:00", 50, 60)], again, at=noon(13))
    see(harness, G, noon(13), [google_campaign("1", {"id": "800001", "amountMicros": "60000000"})])
    assert [row[1:5] for row in changes(harness)] == [
        (12, "daily_budget", "30.000000", "50.000000"),
        (13, "daily_budget", "50.000000", "60.000000"),
    ]


def test_rows_that_cannot_be_read_are_rejected_with_a_reason(harness: NormalizeHarness) -> None:
    rows: list[Row] = [
        "no json", event("never", "campaigns/1", {"status": "ENABLED"}, {"status": "PAUSED"}),
        event("2026-11-05 09:00:00", "campaignBudgets/800001", {}, {"amountMicros": "many"}),
    ]  # fmt: skip
    harness.land(G, rows, report=Report.CHANGES, dates=MONTH)
    harness.apply()
    reasons = {reason for (reason,) in harness.rows("SELECT reason FROM analytics_rejects")}
    assert reasons == {
        "the row is not JSON", "the time of the change is missing", "the new value is not an amount: many",
    }  # fmt: skip


def test_logs_of_adjoining_days_are_one_and_two_missing_days_part_them(harness: NormalizeHarness) -> None:
    now = noon(12)
    logged(harness, G, [], DateRange(date(2026, 10, 15), date(2026, 11, 5)), at=noon(5))
    logged(
        harness, G, [amount("2026-11-08 09:00:00", 30, 50)], DateRange(date(2026, 11, 6), date(2026, 11, 12)), at=now
    )
    see(harness, G, now, [google_campaign("1")])
    assert history(harness) == [("1", 8, Decimal(50)), ("1", 15, Decimal(30))]
    harness.con.execute("UPDATE raw_pulls SET range_end = DATE '2026-11-03' WHERE range_start = DATE '2026-10-15'")
    refresh_budgets(harness.con)
    assert history(harness) == [("1", 6, Decimal(30)), ("1", 8, Decimal(50))]


def test_of_activities_of_one_second_the_first_of_the_page_is_the_newest(harness: NormalizeHarness) -> None:
    at = "2026-11-05T09:00:00+0000"
    rows = [activity(at, "campaign_budget", "9", "2000", "3000"), activity(at, "campaign_budget", "9", "1000", "2000")]
    logged(harness, M, rows)
    see(harness, M, noon(12), [meta_campaign("9", daily_budget="3000")])
    assert history(harness) == [("9", 5, Decimal(30)), ("9", 15, Decimal(10))]


def test_a_change_outside_of_the_days_that_were_asked_for_is_left_to_their_pull(harness: NormalizeHarness) -> None:
    logged(harness, G, [amount("2026-10-14 09:00:00", 30, 50)])
    assert harness.apply() != []
    assert harness.table("change_events") == []
