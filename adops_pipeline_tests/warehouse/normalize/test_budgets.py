"""The history of budgets and the changes of campaigns, from pulls and from the platforms' logs of changes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.warehouse.ledger import rebuild
from adops_pipeline.warehouse.normalize.budgets import forget_observations, refresh_budgets
from adops_pipeline_tests.warehouse.normalize.conftest import NormalizeHarness, Row
from adops_pipeline_tests.warehouse.normalize.test_entities import (
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
