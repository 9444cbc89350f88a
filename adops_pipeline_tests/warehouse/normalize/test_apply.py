"""Which pull stands, and what a re-pull leaves behind."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import Mock

import duckdb
import pytest

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.ledger import mark_applied, pending_pulls, rebuild, register_pulls
from adops_pipeline.warehouse.normalize import apply as apply_module
from adops_pipeline.warehouse.normalize import statements
from adops_pipeline.warehouse.normalize.apply import apply_pulls
from adops_pipeline.warehouse.normalize.options import NormalizeOptions
from adops_pipeline.warehouse.normalize.statements import sql
from adops_pipeline_tests.warehouse.normalize.conftest import DAYS, NOON, NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.wire import google_row, meta_row, pinterest_row

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST
LATER = NOON + timedelta(hours=6)
FIRST = date(2026, 11, 1)


def google_day(day: str, campaign: str = "700001", **metrics: object) -> dict[str, object]:
    return google_row(**metrics) | {"segments": {"date": day}, "campaign": {"id": campaign, "name": "Brand"}}


def spend(harness: NormalizeHarness) -> dict[tuple[object, object], object]:
    return {
        (campaign, str(day)): cost
        for campaign, day, cost in harness.rows("SELECT campaign_id, date, spend FROM analytics_metrics")
    }


def test_one_row_of_each_platform_lands_in_the_same_columns(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row()])
    harness.land(M, [meta_row()])
    harness.land(P, [pinterest_row()])
    assert [(one.rows, one.rejects, one.removed) for one in harness.apply()] == [(1, 0, 0)] * 3
    found = harness.rows(
        "SELECT platform, account_id, campaign_id, date, currency, impressions, clicks, spend, conversions, revenue"
        " FROM analytics_metrics ORDER BY platform"
    )
    assert found == [
        ("google-ads", "111", "700001", FIRST, "EUR", 345, 12, Decimal("6.789"), 1.5, Decimal("120.25")),
        ("meta-ads", "111", "23854404676180548", FIRST, "USD", 185, 9, Decimal("14.35"), 3.0, Decimal(150)),
        ("pinterest", "111", "626736533506", FIRST, "JPY", 1200, 216, Decimal(30), 3.0, Decimal(150)),
    ]


def test_applying_the_same_pulls_again_changes_nothing(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(), google_row(costMicros="x")])
    harness.land(M, [meta_row()])
    harness.apply()
    tables = ("analytics_metrics", "analytics_metric_revisions", "analytics_rejects", "raw_pulls")
    before = {name: harness.table(name) for name in tables}
    harness.con.execute("UPDATE raw_pulls SET state = 'landed'")
    harness.apply()
    assert {name: harness.table(name) for name in tables} == before
    assert len(before["analytics_rejects"]) == 1


def test_a_connection_plans_its_macros_once(harness: NormalizeHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = Mock(wraps=sql)
    monkeypatch.setattr(statements, "sql", planned)
    for at in (NOON, LATER):
        harness.land(M, [meta_row()], at=at)
        harness.apply()
    names = [name for ((name,), _) in planned.call_args_list]
    assert [name for name in names if name in statements.MACROS] == ["numbers", "entity_words", "sums", "keys"]


def test_a_row_the_platform_withdrew_disappears_on_the_next_pull(harness: NormalizeHarness) -> None:
    harness.land(G, [google_day("2026-11-01"), google_day("2026-11-02")])
    harness.apply()
    harness.land(G, [google_day("2026-11-01")], at=LATER)
    (applied,) = harness.apply()
    assert applied.removed == 1
    assert set(spend(harness)) == {("700001", "2026-11-01")}


def test_a_re_pull_replaces_its_own_days_and_leaves_the_others(harness: NormalizeHarness) -> None:
    harness.land(G, [google_day("2026-11-01"), google_day("2026-11-03")])
    harness.apply()
    harness.land(G, [google_day("2026-11-03", costMicros="1")], dates=DateRange(date(2026, 11, 2), DAYS.end), at=LATER)
    harness.apply()
    assert spend(harness) == {
        ("700001", "2026-11-01"): Decimal("6.789"),
        ("700001", "2026-11-03"): Decimal("0.000001"),
    }


def test_an_older_pull_applied_later_does_not_overwrite_newer_days(harness: NormalizeHarness) -> None:
    harness.land(
        G, [google_day("2026-11-02", costMicros="2000000")], dates=DateRange(date(2026, 11, 2), DAYS.end), at=LATER
    )
    harness.apply()
    harness.land(G, [google_day("2026-11-01"), google_day("2026-11-02", costMicros="9000000")], at=NOON)
    (applied,) = harness.apply()
    assert applied.rows == 1
    assert spend(harness) == {("700001", "2026-11-01"): Decimal("6.789"), ("700001", "2026-11-02"): Decimal(2)}


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize("narrow_first", [True, False])
def test_of_pulls_of_one_instant_the_greater_id_wins_its_days_however_they_are_applied(
    harness: NormalizeHarness, in_one_batch: bool, narrow_first: bool
) -> None:
    wide = (DAYS, [google_day("2026-11-01"), google_day("2026-11-03", costMicros="1000000")])
    narrow = (DateRange(date(2026, 11, 2), DAYS.end), [google_day("2026-11-03", costMicros="2000000")])
    for days, rows in (narrow, wide) if narrow_first else (wide, narrow):
        harness.land(G, rows, dates=days)
        if not in_one_batch:
            harness.apply()
    harness.apply()
    assert spend(harness) == {("700001", "2026-11-01"): Decimal("6.789"), ("700001", "2026-11-03"): Decimal(2)}


def test_a_backlog_of_several_pulls_ends_where_applying_each_in_time_ends(harness: NormalizeHarness) -> None:
    for hours, cost in enumerate(("1000000", "2000000", "2000000", "3000000")):
        harness.land(G, [google_day("2026-11-01", costMicros=cost)], at=NOON + timedelta(hours=hours))
        harness.land(M, [meta_row(spend=str(hours))], at=NOON + timedelta(hours=hours))
        harness.apply()
    tables = ("analytics_metrics", "analytics_metric_revisions", "analytics_rejects", "raw_pulls")
    in_time = {name: harness.table(name) for name in tables}
    rebuild(harness.con, harness.landing)
    assert harness.table("analytics_metrics") == []
    harness.apply()
    assert {name: harness.table(name) for name in tables} == in_time


def test_an_empty_pull_empties_its_days(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row()])
    harness.apply()
    harness.land(G, [], at=LATER)
    (applied,) = harness.apply()
    assert (applied.rows, applied.removed) == (0, 1)
    assert harness.table("analytics_metrics") == []


def test_an_account_s_pull_leaves_other_accounts_and_platforms_alone(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row()])
    harness.land(G, [google_row() | {"customer": {"id": "222"}}], account="222")
    harness.land(M, [meta_row()])
    harness.apply()
    harness.land(G, [], account="222", at=LATER)
    harness.apply()
    found = harness.rows("SELECT platform, account_id FROM analytics_metrics ORDER BY ALL")
    assert found == [("google-ads", "111"), ("meta-ads", "111")]


def test_a_batch_that_fails_leaves_the_tables_and_the_ledger_as_they_were(
    harness: NormalizeHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.land(G, [google_row()])
    harness.apply()
    before = harness.table("analytics_metrics")
    harness.land(G, [google_row(costMicros="1")], at=LATER)

    def broken(*_: object) -> None:
        raise duckdb.IOException("disk is full")

    monkeypatch.setattr(apply_module, "mark_applied", broken)
    with pytest.raises(duckdb.IOException, match="disk is full"):
        harness.apply()
    assert harness.table("analytics_metrics") == before
    monkeypatch.undo()
    harness.apply()
    assert spend(harness) == {("700001", "2026-11-01"): Decimal("0.000001")}


def test_many_accounts_pulled_at_once_are_applied_in_one_batch(
    harness: NormalizeHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    for account in range(40):
        harness.land(P, [pinterest_row(CAMPAIGN_ID=str(9000 + account))], account=str(account))
    batches: list[int] = []

    def counted(con: duckdb.DuckDBPyConnection, pull_ids: Sequence[str]) -> None:
        batches.append(len(pull_ids))
        mark_applied(con, pull_ids)

    monkeypatch.setattr(apply_module, "mark_applied", counted)
    assert len(harness.apply()) == 40
    assert batches == [40]
    assert harness.rows("SELECT count(*), count(DISTINCT account_id) FROM analytics_metrics") == [(40, 40)]


def test_pulls_may_be_given_in_any_order(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(costMicros="1000000")], at=NOON)
    harness.land(G, [google_row(costMicros="2000000")], at=LATER)
    register_pulls(harness.con, harness.landing)
    pulls = pending_pulls(harness.con, list(Report))
    apply_pulls(harness.con, pulls[::-1], harness.landing.root, NormalizeOptions())
    assert spend(harness) == {("700001", "2026-11-01"): Decimal(2)}


def test_rows_are_stored_by_date_then_account_then_campaign(harness: NormalizeHarness) -> None:
    harness.land(G, [google_day(day, campaign) for day in ("2026-11-02", "2026-11-01") for campaign in ("9", "10")])
    harness.land(G, [google_day("2026-11-01") | {"customer": {"id": "0"}}], account="0")
    harness.apply()
    stored = harness.rows("SELECT date, account_id, campaign_id FROM analytics_metrics")
    assert stored == sorted(stored)
    assert len(stored) == 5


def test_ad_group_rows_land_in_their_own_table_with_the_ad_group(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row() | {"adGroup": {"id": "81", "name": "Shoes"}}], report=Report.AD_GROUP_DAILY)
    harness.land(M, [meta_row(adset_id="82", adset_name="Lookalike")], report=Report.AD_GROUP_DAILY)
    harness.land(P, [pinterest_row(AD_GROUP_ID=83, AD_GROUP_NAME="Boards")], report=Report.AD_GROUP_DAILY)
    harness.land(P, [pinterest_row()], report=Report.AD_GROUP_DAILY, account="222")
    harness.apply()
    found = harness.rows("SELECT ad_group_id, ad_group_name, clicks FROM analytics_ad_group_metrics ORDER BY ALL")
    assert found == [("81", "Shoes", 12), ("82", "Lookalike", 9), ("83", "Boards", 216)]
    assert harness.rows("SELECT account_id, reason FROM analytics_rejects") == [("222", "ad group id is missing")]
    assert harness.table("analytics_metrics") == []


def test_synced_at_is_the_instant_of_the_pull_that_stands(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row()])
    harness.land(G, [google_row()], at=LATER)
    harness.apply()
    assert harness.rows("SELECT synced_at FROM analytics_metrics") == [(LATER.replace(tzinfo=None),)]


def test_money_in_the_reporting_currency_needs_a_known_rate(harness: NormalizeHarness) -> None:
    harness.con.execute("INSERT INTO fx_rates VALUES (DATE '2026-11-01', 'EUR', 1.1, DATE '2026-11-01')")
    harness.land(G, [google_row()])
    harness.land(M, [meta_row()])
    harness.apply()
    found = harness.rows("SELECT platform, spend_reporting, revenue_reporting FROM analytics_metrics ORDER BY platform")
    assert found == [("google-ads", Decimal("7.4679"), Decimal("132.275")), ("meta-ads", None, None)]
