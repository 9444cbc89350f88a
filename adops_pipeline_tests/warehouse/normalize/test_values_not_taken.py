"""A value that cannot be taken costs neither the rest of its row nor what is stored."""

from datetime import timedelta
from decimal import Decimal

import pytest

from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.warehouse.ledger import rebuild
from adops_pipeline.warehouse.prune import prune
from adops_pipeline_tests.warehouse.normalize.conftest import NOON, NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.rows import ROWS, WIRE_NAMES, G, P, reasons, variants
from adops_pipeline_tests.warehouse.normalize.wire import google_row, pinterest_row

STORED = "; the rest of the row is stored"


@pytest.mark.parametrize("platform", list(Platform))
def test_an_impossible_metric_is_null_and_noted_and_without_spend_the_row_is_put_aside(
    harness: NormalizeHarness, platform: Platform
) -> None:
    bad = [
        ("abc", "is not a number: abc"),
        ("", "is not a number: "),
        ("NaN", "is not a number: NaN"),
        ("1_000", "is not a number: 1_000"),
        (True, "is not a number: true"),
        ({"a": 1}, 'is not a number: {"a":1}'),
        ("-1", "is negative: -1"),
        ("1" + "0" * 330, "is too large: 1000000"),
    ]
    names = WIRE_NAMES[platform].items()
    cases = [(unified, wire, value, why) for unified, wire in names for value, why in bad]
    harness.land(platform, [*variants(platform, [{wire: value} for _, wire, value, _ in cases]), ROWS[platform]()])
    (applied,) = harness.apply()
    assert (applied.rows, applied.rejects) == (1 + len(cases) - len(bad), len(cases))
    number = "coalesce(raw->>'$.campaign.id', raw->>'$.campaign_id', raw->>'$.CAMPAIGN_ID')"
    found = harness.rows(f"SELECT reason FROM analytics_rejects ORDER BY CAST({number} AS BIGINT)")
    for (reason,), (unified, wire, _, why) in zip(found, cases, strict=True):
        assert f"{wire} {why}" in str(reason)
        assert str(reason).endswith(STORED) == (unified != "spend")
    rows = (
        harness.con.execute("SELECT * FROM analytics_metrics").pl().rows_by_key("campaign_id", named=True, unique=True)
    )
    for place, (unified, *_) in enumerate(cases, 1):
        row = rows.get(str(place))
        assert (row is None) == (unified == "spend")
        if row:
            metrics = ("impressions", "clicks", "spend", "conversions", "revenue")
            assert [name for name in metrics if row[name] is None] == [unified]


def test_a_count_with_a_fraction_is_not_taken(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(clicks=12.5)])
    harness.apply()
    assert reasons(harness) == [f"metrics.clicks is not a whole number: 12.5{STORED}"]
    assert harness.rows("SELECT clicks, impressions, ctr, cpc FROM analytics_metrics") == [(None, 345, None, None)]
    assert harness.rows("SELECT impressions, clicks FROM campaign_totals") == [(345, 0)]


LATER = NOON + timedelta(days=1)


def test_what_is_stored_stands_where_a_newer_pull_cannot_be_read(harness: NormalizeHarness) -> None:
    first = [pinterest_row(CAMPAIGN_ID=id_) for id_ in ("1", "2", "3")]
    harness.land(P, first)
    harness.apply()
    before = harness.rows("SELECT * FROM analytics_metrics WHERE campaign_id <> '3' ORDER BY ALL")
    again = [first[0] | {"SPEND_IN_MICRO_DOLLAR": -1}, first[1] | {"HOUR": 3}, first[2] | {"PAID_IMPRESSION": 7}]
    harness.land(P, again, at=LATER)
    ((rows, rejects, revisions, removed),) = [
        (one.rows, one.rejects, one.revisions, one.removed) for one in harness.apply()
    ]
    assert (rows, rejects, revisions, removed) == (1, 2, 1, 0)
    assert harness.rows("SELECT * FROM analytics_metrics WHERE campaign_id <> '3' ORDER BY ALL") == before
    assert harness.rows("SELECT impressions FROM analytics_metrics WHERE campaign_id = '3'") == [(7,)]
    assert harness.rows("SELECT days, spend FROM campaign_totals ORDER BY ALL") == [(1, Decimal(30))] * 3
    harness.land(P, first[1:2], at=LATER + timedelta(days=1))
    (applied,) = harness.apply()
    assert (applied.rows, applied.removed) == (1, 2)
    assert harness.rows("SELECT campaign_id FROM analytics_metrics") == [("2",)]


@pytest.mark.parametrize("report", [Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY])
def test_a_pull_whose_row_stands_is_not_pruned_so_that_tables_can_be_built_again(
    harness: NormalizeHarness, report: Report
) -> None:
    is_campaign = report is Report.CAMPAIGN_DAILY
    table = "analytics_metrics" if is_campaign else "analytics_ad_group_metrics"
    row = pinterest_row() if is_campaign else pinterest_row(AD_GROUP_ID="7")
    replaced = harness.land(P, [row], report=report, at=NOON - timedelta(days=1))
    harness.apply()
    stands = harness.land(P, [row], report=report)
    harness.apply()
    harness.land(P, [row | {"SPEND_IN_MICRO_DOLLAR": -1}], report=report, at=LATER)
    harness.apply()
    before = harness.table(table)
    assert len(before) == 1

    (gone,) = prune(harness.con, harness.landing, keep_days=0, now=LATER + timedelta(days=1))
    assert gone.pull_id == replaced.pull_id
    assert (harness.landing.root / stands.path).exists()
    rebuild(harness.con, harness.landing)
    harness.apply()
    assert harness.table(table) == before


def test_what_is_stored_of_an_ad_group_stands_alone(harness: NormalizeHarness) -> None:
    rows = [pinterest_row(AD_GROUP_ID=id_) for id_ in ("7", "8")]
    harness.land(P, rows, report=Report.AD_GROUP_DAILY)
    harness.land(P, [rows[0] | {"SPEND_IN_MICRO_DOLLAR": "x"}], report=Report.AD_GROUP_DAILY, at=LATER)
    harness.apply()
    assert harness.rows("SELECT ad_group_id FROM analytics_ad_group_metrics") == [("7",)]


def test_one_metric_that_cannot_be_taken_costs_no_other_and_is_no_restatement(
    harness: NormalizeHarness,
) -> None:
    harness.land(P, [pinterest_row()])
    harness.land(P, [pinterest_row(TOTAL_CHECKOUT=-2, PAID_IMPRESSION=1300)], at=LATER)
    harness.apply()
    stored = harness.rows("SELECT spend, impressions, conversions, cpa, revenue FROM analytics_metrics")
    assert stored == [(Decimal(30), 1300, None, None, Decimal(150))]
    assert reasons(harness) == [f"TOTAL_CHECKOUT is negative: -2{STORED}"]
    seen = harness.rows("SELECT impressions, conversions FROM analytics_metric_revisions ORDER BY pulled_at")
    assert seen == [(1200, 3.0), (1300, 3.0)]
    harness.land(P, [pinterest_row(TOTAL_CHECKOUT=4, PAID_IMPRESSION=1300)], at=LATER + timedelta(days=1))
    harness.apply()
    seen = harness.rows("SELECT conversions FROM analytics_metric_revisions ORDER BY pulled_at")
    assert seen == [(3.0,), (3.0,), (4.0,)]
    assert reasons(harness) == []


def test_every_metric_that_is_known_again_is_a_change(harness: NormalizeHarness) -> None:
    spoiled = [wire for unified, wire in WIRE_NAMES[P].items() if unified != "spend"]
    for value, at in (("x", NOON), (4, LATER)):
        harness.land(P, variants(P, [{wire: value} for wire in spoiled]), at=at)
    harness.apply()
    seen = harness.rows("SELECT campaign_id, count(*) FROM analytics_metric_revisions GROUP BY ALL ORDER BY ALL")
    assert seen == [(str(place), 2) for place in range(1, len(spoiled) + 1)]
