"""Budgets in force before the first pull, by the time of an entity's last change (Pinterest's `updated_time`)."""

from datetime import UTC, datetime
from decimal import Decimal

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline_tests.warehouse.normalize.conftest import NormalizeHarness, Row
from adops_pipeline_tests.warehouse.normalize.test_budgets import capped, changes, history, noon, see

P = Platform.PINTEREST


def unix(day: int, hour: int = 12) -> int:
    return int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp())


def test_what_the_first_pull_sees_is_in_force_since_the_last_change_that_the_platform_names(
    harness: NormalizeHarness,
) -> None:
    see(harness, P, noon(9), [capped(5_000_000, updated_time=unix(4))])
    assert history(harness) == [("1", 4, Decimal(5))]
    assert changes(harness) == []
    # The later value differs from what the pull before it saw, so it cannot be older than that pull.
    see(harness, P, noon(11), [capped(7_000_000, updated_time=unix(8))])
    assert history(harness) == [("1", 4, Decimal(5)), ("1", 11, Decimal(7))]
    assert changes(harness) == [("1", 11, "daily_budget", "5.000000", "7.000000", "pull")]


def test_a_last_change_after_the_pull_says_nothing(harness: NormalizeHarness) -> None:
    see(harness, P, noon(9), [capped(5_000_000, updated_time=unix(20))])
    assert history(harness) == [("1", 9, Decimal(5))]


def pinterest_ad_group(number: str, micros: int, **fields: object) -> Row:
    return {
        "id": number, "ad_account_id": "111", "campaign_id": "1", "name": "Group", "status": "ACTIVE",
        "summary_status": "RUNNING", "budget_in_micro_currency": micros, "budget_type": "DAILY",
        "start_time": unix(1), "created_time": unix(1),
    } | fields  # fmt: skip


def test_the_sum_of_ad_groups_is_known_since_the_last_change_of_any_of_them(harness: NormalizeHarness) -> None:
    groups = [
        pinterest_ad_group("11", 5_000_000, updated_time=unix(3)),
        pinterest_ad_group("12", 2_000_000, updated_time=unix(6)),
    ]
    see(harness, P, noon(9), [capped(None, updated_time=unix(2))], groups)
    assert history(harness) == [("1", 6, Decimal(7))]


def test_the_sum_of_ad_groups_of_which_one_names_no_change_is_known_since_the_pull(harness: NormalizeHarness) -> None:
    groups = [pinterest_ad_group("11", 5_000_000, updated_time=unix(3)), pinterest_ad_group("12", 2_000_000)]
    see(harness, P, noon(9), [capped(None)], groups)
    assert history(harness) == [("1", 9, Decimal(7))]
