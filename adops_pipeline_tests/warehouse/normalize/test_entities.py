"""Accounts, campaigns and ad groups: unified words, exact budgets, and what becomes of those that vanish."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline_tests.warehouse.normalize.conftest import NOON, NormalizeHarness, Row
from adops_pipeline_tests.warehouse.normalize.wire import google_row

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST
LATER = NOON + timedelta(hours=6)
JsonRow = dict[str, Any]


def google_campaign(number: str = "700001", budget: JsonRow | None = None, **campaign: object) -> JsonRow:
    return {
        "customer": {"id": "111", "currencyCode": "EUR", "timeZone": "Europe/Berlin"},
        "campaign": {
            "resourceName": f"customers/111/campaigns/{number}", "id": number, "name": "Brand", "status": "ENABLED",
            "advertisingChannelType": "SEARCH", "startDateTime": "2026-01-01 00:00:00",
            "endDateTime": "2037-12-30 23:59:59",
        } | campaign,
        "campaignBudget": budget or {"id": "800001", "amountMicros": "50000000", "period": "DAILY"},
    }  # fmt: skip


def meta_campaign(number: str = "23853498584890398", **fields: object) -> JsonRow:
    return {
        "id": number, "account_id": "111", "name": "Leads", "status": "ACTIVE", "effective_status": "ACTIVE",
        "objective": "OUTCOME_LEADS", "start_time": "2023-03-08T14:18:45-0800",
        "created_time": "2023-03-01T00:00:00-0800",
    } | fields  # fmt: skip


def meta_ad_set(number: str, **fields: object) -> JsonRow:
    return {
        "id": number, "account_id": "111", "campaign_id": "23853498584890398", "name": f"Set {number}",
        "status": "ACTIVE", "effective_status": "ACTIVE",
    } | fields  # fmt: skip


def pinterest_campaign(number: str = "626736533506", **fields: object) -> JsonRow:
    return {
        "id": number, "ad_account_id": "111", "name": "ACME", "status": "ACTIVE", "summary_status": "RUNNING",
        "objective_type": "AWARENESS", "daily_spend_cap": 5000000, "lifetime_spend_cap": None,
        "start_time": 1580865126, "end_time": None, "created_time": 1432744744,
    } | fields  # fmt: skip


def campaigns(
    harness: NormalizeHarness, platform: Platform, rows: list[Row], columns: str, **pull: Any
) -> list[tuple[object, ...]]:
    harness.land(platform, rows, report=Report.CAMPAIGNS, **pull)
    harness.apply()
    return harness.rows(f"SELECT {columns} FROM campaigns ORDER BY external_id")


def test_a_campaign_of_each_platform_in_unified_words(harness: NormalizeHarness) -> None:
    harness.land(G, [google_campaign()], report=Report.CAMPAIGNS, timezone="Europe/Berlin")
    harness.land(M, [meta_campaign(lifetime_budget="123456")], report=Report.CAMPAIGNS, timezone="America/Los_Angeles")
    harness.land(P, [pinterest_campaign()], report=Report.CAMPAIGNS)
    harness.apply()
    found = harness.rows(
        "SELECT id, status, platform_status, objective, budget, budget_period, currency, start_date, created_at"
        " FROM campaigns WHERE end_date IS NULL ORDER BY id"
    )
    assert found == [
        ("google-ads:700001", "active", "ENABLED", "SEARCH", Decimal(50), "daily", "EUR", date(2026, 1, 1), None),
        (
            "meta-ads:23853498584890398", "active", "ACTIVE", "OUTCOME_LEADS", Decimal("1234.56"), "lifetime", "USD",
            date(2023, 3, 8), datetime(2023, 3, 1, 8),  # noqa: DTZ001 - UTC, as stored
        ),
        (
            "pinterest:626736533506", "active", "RUNNING", "AWARENESS", Decimal(5), "daily", "JPY", date(2020, 2, 5),
            datetime(2015, 5, 27, 16, 39, 4),  # noqa: DTZ001 - UTC, as stored
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "words"),
    [
        (G, {"ENABLED": "active", "PAUSED": "paused", "REMOVED": "removed", "UNKNOWN": "paused", "NEW": "paused"}),
        (
            M,
            {
                "ACTIVE": "active", "PAUSED": "paused", "ARCHIVED": "removed", "DELETED": "removed",
                "IN_PROCESS": "active", "WITH_ISSUES": "active", "CAMPAIGN_PAUSED": "paused", "BRAND_NEW": "active",
            },
        ),
        (
            P,
            {
                "RUNNING": "active", "PAUSED": "paused", "NOT_STARTED": "active", "COMPLETED": "ended",
                "ADVERTISER_DISABLED": "paused", "ARCHIVED": "removed", "DRAFT": "draft", "DELETED_DRAFT": "removed",
                "BRAND_NEW": "active",
            },
        ),
    ],
)  # fmt: skip
def test_every_status_has_a_unified_word_and_an_unknown_one_falls_back_and_is_kept(
    harness: NormalizeHarness, platform: Platform, words: dict[str, str]
) -> None:
    rows: list[Row] = []
    for number, word in enumerate(words, 100):
        if platform is G:
            rows.append(google_campaign(str(number), status=word))
        elif platform is M:
            rows.append(meta_campaign(str(number), effective_status=word))
        else:
            rows.append(pinterest_campaign(str(number), summary_status=word))
    assert campaigns(harness, platform, rows, "platform_status, status") == list(words.items())


def test_a_flight_that_is_over_is_ended_in_the_account_s_own_day(harness: NormalizeHarness) -> None:
    rows: list[Row] = [
        meta_campaign("1", stop_time="2026-11-03T00:00:00-0800"),
        meta_campaign("2", stop_time="2026-11-03T23:59:59-0800"),
        meta_campaign("3", stop_time="2026-11-02T12:00:00-0800", effective_status="PAUSED"),
    ]
    at = datetime(2026, 11, 4, 3, tzinfo=UTC)
    found = campaigns(harness, M, rows, "end_date, status", at=at, timezone="America/Los_Angeles")
    assert found == [(date(2026, 11, 2), "ended"), (date(2026, 11, 3), "active"), (date(2026, 11, 2), "paused")]


@pytest.mark.parametrize(("currency", "budget"), [("USD", "50.00"), ("JPY", "5000"), ("KRW", "5000"), ("KWD", "50")])
def test_meta_budgets_are_minor_units_of_the_account_s_currency(
    harness: NormalizeHarness, currency: str, budget: str
) -> None:
    found = campaigns(
        harness, M, [meta_campaign(daily_budget="5000")], "daily_budget, lifetime_budget", currency=currency
    )
    assert found == [(Decimal(budget), None)]


@pytest.mark.parametrize("unset", [None, 0, "0", "many"])
def test_no_budget_is_null_and_not_zero(harness: NormalizeHarness, unset: object) -> None:
    harness.land(P, [pinterest_campaign(daily_spend_cap=unset)], report=Report.CAMPAIGNS)
    harness.land(M, [meta_campaign(daily_budget=unset)], report=Report.CAMPAIGNS)
    harness.land(G, [google_campaign(budget={"amountMicros": unset})], report=Report.CAMPAIGNS)
    harness.apply()
    assert harness.rows("SELECT DISTINCT budget, budget_period, daily_budget FROM campaigns") == [(None, None, None)]


def test_a_shared_google_budget_is_shown_and_marked(harness: NormalizeHarness) -> None:
    shared = {"id": "800009", "amountMicros": "70000000", "period": "DAILY", "explicitlyShared": True}
    flight = {"id": "800010", "totalAmountMicros": "900000000", "period": "CUSTOM_PERIOD", "explicitlyShared": False}
    rows: list[Row] = [google_campaign("1", shared), google_campaign("2", shared), google_campaign("3", flight)]
    found = campaigns(harness, G, rows, "budget, budget_period, is_shared_budget, shared_budget_id")
    assert found == [
        (Decimal(70), "daily", True, "800009"),
        (Decimal(70), "daily", True, "800009"),
        (Decimal(900), "lifetime", False, None),
    ]


def test_budgets_on_ad_sets_give_the_campaign_the_sum_of_the_active_ones(harness: NormalizeHarness) -> None:
    harness.land(M, [meta_campaign(), meta_campaign("5", daily_budget="900")], report=Report.CAMPAIGNS)
    harness.land(
        M,
        [
            meta_ad_set("1", daily_budget="1000"),
            meta_ad_set("2", daily_budget="250", effective_status="CAMPAIGN_PAUSED"),
            meta_ad_set("3", daily_budget="7777", status="PAUSED", effective_status="PAUSED"),
            meta_ad_set("4", campaign_id="5"),
        ],
        report=Report.AD_GROUPS,
    )
    harness.apply()
    query = "SELECT external_id, budget, budget_period FROM campaigns ORDER BY ALL"
    expected = [("23853498584890398", Decimal("12.50"), "daily"), ("5", Decimal(9), "daily")]
    assert harness.rows(query) == expected
    harness.land(M, [meta_campaign(), meta_campaign("5", daily_budget="900")], report=Report.CAMPAIGNS, at=LATER)
    harness.apply()
    assert harness.rows(query) == expected


def test_a_flight_that_is_over_keeps_the_budget_its_ad_sets_had(harness: NormalizeHarness) -> None:
    harness.land(M, [meta_campaign(stop_time="2026-11-01T00:00:00+0000")], report=Report.CAMPAIGNS)
    ended = {"lifetime_budget": "1000", "end_time": "2026-11-01T00:00:00+0000"}
    harness.land(
        M, [meta_ad_set("1", **ended), meta_ad_set("2", **ended, status="PAUSED"), meta_ad_set("3", **ended)],
        report=Report.AD_GROUPS,
    )  # fmt: skip
    harness.apply()
    found = harness.rows("SELECT status, budget, budget_period FROM campaigns")
    assert found == [("ended", Decimal(20), "lifetime")]


def test_pinterest_budgets_on_ad_groups_are_summed_by_their_kind(harness: NormalizeHarness) -> None:
    harness.land(P, [pinterest_campaign(daily_spend_cap=None)], report=Report.CAMPAIGNS)
    group = {"campaign_id": "626736533506", "name": "x", "status": "ACTIVE", "summary_status": "RUNNING"}
    harness.land(
        P,
        [
            group | {"id": "1", "budget_in_micro_currency": 3000000, "budget_type": "LIFETIME"},
            group | {"id": "2", "budget_in_micro_currency": 4000000, "budget_type": "LIFETIME"},
            group | {"id": "3", "budget_in_micro_currency": 9000000, "budget_type": "CBO_ADGROUP"},
        ],
        report=Report.AD_GROUPS,
    )
    harness.apply()
    assert harness.rows("SELECT budget, budget_period, lifetime_budget FROM campaigns") == [
        (Decimal(7), "lifetime", Decimal(7))
    ]
    assert harness.rows("SELECT count(*) FROM ad_groups WHERE campaign_id = '626736533506'") == [(3,)]


def test_a_campaign_deleted_upstream_stays_as_removed_with_its_metrics(harness: NormalizeHarness) -> None:
    harness.land(G, [google_campaign("700001"), google_campaign("700002")], report=Report.CAMPAIGNS)
    harness.land(G, [google_row()])
    harness.apply()
    harness.land(G, [google_campaign("700002")], report=Report.CAMPAIGNS, at=LATER)
    (applied,) = harness.apply()
    assert applied.removed == 1
    found = harness.rows("SELECT external_id, status, platform_status FROM campaigns ORDER BY ALL")
    assert found == [("700001", "removed", "ENABLED"), ("700002", "active", "ENABLED")]
    assert harness.rows("SELECT count(*) FROM analytics_metrics") == [(1,)]


def test_an_unreadable_row_removes_no_campaign(harness: NormalizeHarness) -> None:
    harness.land(P, [pinterest_campaign("1"), pinterest_campaign("2")], report=Report.CAMPAIGNS)
    harness.apply()
    harness.land(P, [pinterest_campaign("1"), "<html>", pinterest_campaign(None)], report=Report.CAMPAIGNS, at=LATER)  # type: ignore[arg-type]
    (applied,) = harness.apply()
    assert (applied.rows, applied.rejects, applied.removed) == (1, 2, 0)
    assert harness.rows("SELECT external_id, status FROM campaigns ORDER BY ALL") == [("1", "active"), ("2", "active")]
    assert harness.rows("SELECT report, reason FROM analytics_rejects ORDER BY reason") == [
        ("campaigns", "id is missing"), ("campaigns", "the row is not JSON"),
    ]  # fmt: skip


def test_an_account_without_campaigns_is_fine(harness: NormalizeHarness) -> None:
    harness.land(G, [], report=Report.CAMPAIGNS)
    harness.land(G, [], report=Report.AD_GROUPS)
    assert [one.rows for one in harness.apply()] == [0, 0]
    assert harness.table("campaigns") == []


def test_what_is_ours_survives_the_next_pull(harness: NormalizeHarness) -> None:
    harness.land(P, [pinterest_campaign()], report=Report.CAMPAIGNS)
    harness.apply()
    harness.con.execute("""UPDATE campaigns SET project_id = 'p1', metrics = '{"spend":"1"}'""")
    found = campaigns(harness, P, [pinterest_campaign(name="New")], "name, project_id, metrics", at=LATER)
    assert found == [("New", "p1", '{"spend":"1"}')]


def test_an_older_list_does_not_replace_a_newer_one(harness: NormalizeHarness) -> None:
    harness.land(P, [pinterest_campaign(name="new")], report=Report.CAMPAIGNS, at=LATER)
    harness.apply()
    harness.land(P, [pinterest_campaign(name="old"), pinterest_campaign("2")], report=Report.CAMPAIGNS, at=NOON)
    harness.apply()
    assert harness.rows("SELECT name, status FROM campaigns") == [("new", "active")]


def test_repeated_pages_give_each_campaign_once_as_last_sent(harness: NormalizeHarness) -> None:
    rows: list[Row] = [pinterest_campaign(name="a"), pinterest_campaign("2"), pinterest_campaign(name="b")]
    assert campaigns(harness, P, rows, "external_id, name") == [("2", "ACME"), ("626736533506", "b")]


def test_accounts_have_name_currency_and_zone(harness: NormalizeHarness) -> None:
    accounts = Report.ACCOUNTS
    harness.land(
        G, [{"customer": {"id": "111", "descriptiveName": "Shop 🚀"}}], report=accounts, timezone="Europe/Berlin"
    )
    harness.land(
        M, [{"id": "act_111", "account_id": "111", "name": "Meta shop"}], report=accounts, timezone="Asia/Tokyo"
    )
    harness.land(P, [{"id": "111", "name": "Pins"}], report=accounts)
    harness.land(P, [{"id": "111", "name": "Pins renamed"}], report=accounts, at=LATER)
    harness.apply()
    found = harness.rows("SELECT platform, account_id, name, currency, timezone FROM ad_accounts ORDER BY platform")
    assert found == [
        ("google-ads", "111", "Shop 🚀", "EUR", "Europe/Berlin"),
        ("meta-ads", "111", "Meta shop", "USD", "Asia/Tokyo"),
        ("pinterest", "111", "Pins renamed", "JPY", "UTC"),
    ]


def test_of_entity_pulls_of_one_instant_the_greater_id_stands_even_when_the_other_is_applied_later(
    harness: NormalizeHarness,
) -> None:
    for name in ("First", "Second"):
        pull = harness.land(M, [meta_campaign(name=name)], report=Report.CAMPAIGNS)
    harness.apply()
    assert harness.rows("SELECT name FROM campaigns") == [("Second",)]
    harness.con.execute("UPDATE raw_pulls SET state = 'landed' WHERE pull_id <> ?", [pull.pull_id])
    harness.apply_pending()
    assert harness.rows("SELECT name FROM campaigns") == [("Second",)]


def test_bids_that_somebody_has_set_are_exact_in_every_platforms_units(harness: NormalizeHarness) -> None:
    group = {"campaign_id": "626736533506", "name": "x", "status": "ACTIVE", "summary_status": "RUNNING"}
    harness.land(
        P, [group | {"id": "1", "bid_in_micro_currency": 1080000}, group | {"id": "2", "bid_in_micro_currency": None}],
        report=Report.AD_GROUPS,
    )  # fmt: skip
    harness.land(M, [meta_ad_set("3", bid_amount="250"), meta_ad_set("4")], report=Report.AD_GROUPS)
    google = google_campaign()
    own = {"id": "5", "name": "Boots", "status": "ENABLED", "cpcBidMicros": "1200000"}
    by_hand = google | {"campaign": google["campaign"] | {"biddingStrategyType": "MANUAL_CPC"}, "adGroup": own}
    by_google = {"campaign": google["campaign"] | {"biddingStrategyType": "TARGET_SPEND"}, "adGroup": own | {"id": "6"}}
    harness.land(G, [by_hand, google | by_google], report=Report.AD_GROUPS)
    harness.apply()
    assert harness.rows("SELECT external_id, bid FROM ad_groups ORDER BY external_id") == [
        ("1", Decimal("1.08")), ("2", None), ("3", Decimal("2.5")), ("4", None), ("5", Decimal("1.2")), ("6", None),
    ]  # fmt: skip
