"""Spend in the tables equals spend in the raw files, by statements of its own; planted errors are found."""

from datetime import date, timedelta
from decimal import Decimal

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.normalize.options import PinterestTraffic
from adops_pipeline.warehouse.reconcile import reconcile_spend, spend_differences
from adops_pipeline_tests.warehouse.conftest import DAYS, NOON, Rooms, google_row, meta_row, pinterest_row

DAY = timedelta(days=1)
ODD_NUMBERS: list[object] = [
    0, "0", None, 1, "14.35", 120.25, 1e2, "1e2", "1.5e3", 9007199254740993, "9007199254740993", 12.5, "-3", -0.01,
    "abc", "", True, [1], {"a": 1}, "1e400", "999999999999", 10**18, "99999999999999999999", "14.3555555",
    "0x10", " 7 ",
]  # fmt: skip


def land_one_of_each(rooms: Rooms) -> None:
    """Every platform, both levels, whole days, a repeated row and one that cannot be normalized."""
    rooms.land(
        Platform.GOOGLE_ADS,
        [google_row("2026-11-01", "9007199254740993"), google_row("2026-11-02", "5"), google_row("2026-11-02", "5")],
    )
    rooms.land(Platform.META_ADS, [meta_row("2026-11-01", "14.35"), meta_row("2026-11-01", "0.01", campaign="")])
    rooms.land(Platform.PINTEREST, [pinterest_row("2026-11-01", 30_000_001), pinterest_row("2026-11-03", 2)])
    group = {"AD_GROUP_ID": "70"}
    rooms.land(Platform.PINTEREST, [pinterest_row("2026-11-01", 30_000_001) | group], report=Report.AD_GROUP_DAILY)


def test_sums_of_every_platform_and_level_agree_with_repeats_and_rejects(rooms: Rooms) -> None:
    land_one_of_each(rooms)
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        assert con.execute("SELECT count(*) FROM analytics_rejects").fetchall() == [(1,)]
        assert reconcile_spend(con, rooms.landing) == []
    with rooms.warehouse.reading() as con:
        assert reconcile_spend(con, rooms.landing) == []


PLANTED = [
    (
        "UPDATE analytics_metrics SET spend = spend + 0.000001 WHERE platform = 'google-ads' AND date = '2026-11-01'",
        "analytics_metrics",
        "google-ads account 111 on 2026-11-01: spend in micros: raw 9007199254740993, unified 9007199254740994",
    ),
    (
        "UPDATE analytics_metrics SET impressions = 99 WHERE platform = 'meta-ads'",
        "analytics_metrics",
        "impressions: raw 200, unified 99, rejected 100",
    ),
    (
        "DELETE FROM analytics_metrics WHERE platform = 'pinterest' AND date = '2026-11-03'",
        "analytics_metrics",
        "pinterest account 111 on 2026-11-03: spend in micros: raw 2, unified 0",
    ),
    (
        "DELETE FROM analytics_rejects",
        "analytics_metrics",
        "meta-ads account 111 on 2026-11-01: spend in micros: raw 14360000, unified 14350000, rejected 0",
    ),
    (
        "INSERT INTO analytics_metrics SELECT * REPLACE ('222' AS account_id) FROM analytics_metrics WHERE spend > 99",
        "analytics_metrics",
        "google-ads account 222 on 2026-11-01: spend in micros: raw 0, unified 9007199254740993",
    ),
    (
        "UPDATE analytics_ad_group_metrics SET spend = 0",
        "analytics_ad_group_metrics",
        "pinterest account 111 on 2026-11-01: spend in micros: raw 30000001, unified 0",
    ),
]


def test_a_planted_difference_of_a_single_micro_or_row_is_found(rooms: Rooms) -> None:
    land_one_of_each(rooms)
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        for statement, table, named in PLANTED:
            con.begin()
            con.execute(statement)
            (violation,) = reconcile_spend(con, rooms.landing)
            con.rollback()
            assert (violation.table, violation.rows) == (table, 1), statement
            assert named in violation.example
        assert reconcile_spend(con, rooms.landing) == []


def test_of_overlapping_pulls_the_newest_speaks_for_each_day(rooms: Rooms) -> None:
    rooms.land(
        rows=[pinterest_row("2026-11-01", 1), pinterest_row("2026-11-02", "bad"), pinterest_row("2026-11-03", 9)]
    )
    rooms.land(rows=[pinterest_row("2026-11-02", 20)], at=NOON + DAY, dates=DateRange(DAYS.start + DAY, DAYS.end))
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        assert con.execute("SELECT sum(spend) * 1000000 FROM analytics_metrics").fetchall() == [(21,)]
        assert reconcile_spend(con, rooms.landing) == []
        rooms.land(rows=[pinterest_row("2026-11-01", 500)], at=NOON - DAY)
        rooms.apply(con)
        assert reconcile_spend(con, rooms.landing) == []


def test_whatever_stands_in_a_number_is_either_unified_or_rejected_to_the_micro(rooms: Rooms) -> None:
    day = "2026-11-01"
    for number, odd in enumerate(ODD_NUMBERS):
        spends, shows = f"spend{number}", f"shows{number}"
        rooms.land(Platform.GOOGLE_ADS, [google_row(day, odd), google_row(day, 3, campaign="8")], account=spends)
        rooms.land(Platform.META_ADS, [meta_row(day, odd), meta_row(day, "3", campaign="8")], account=spends)
        rooms.land(Platform.PINTEREST, [pinterest_row(day, odd), pinterest_row(day, 3, campaign="8")], account=spends)
        rooms.land(Platform.GOOGLE_ADS, [google_row(day, 5, odd)], account=shows)
        rooms.land(Platform.META_ADS, [meta_row(day, "5", odd)], account=shows)
        rooms.land(Platform.PINTEREST, [pinterest_row(day, 5, odd)], account=shows)
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        (rejects, unified) = con.execute(
            "SELECT (SELECT count(*) FROM analytics_rejects WHERE NOT ends_with(reason, 'row is stored')),"
            " (SELECT count(*) FROM analytics_metrics)"
        ).fetchall()[0]
        assert rejects > len(ODD_NUMBERS)
        assert rejects + unified == len(ODD_NUMBERS) * 9
        differences = spend_differences(con, rooms.landing, Report.CAMPAIGN_DAILY, "analytics_metrics")
    assert [str(difference) for difference in differences] == []


def test_days_of_other_pulls_and_their_files_are_left_alone(rooms: Rooms) -> None:
    old = rooms.land(rows=[pinterest_row("2026-11-01", 1)])
    later = DateRange(date(2026, 11, 2), date(2026, 11, 2))
    newer = rooms.land(rows=[pinterest_row("2026-11-02", 7)], dates=later, at=NOON + DAY)
    rooms.land(rows=[pinterest_row("2026-11-02", 9)], dates=later, at=NOON + DAY, account="222")
    pulls = {newer.pull_id: later.start}
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        con.execute("UPDATE analytics_metrics SET spend = 0 WHERE date = '2026-11-01' OR account_id = '222'")
        assert len(spend_differences(con, rooms.landing, Report.CAMPAIGN_DAILY, "analytics_metrics")) == 2
        (rooms.landing.root / old.path).unlink()
        assert reconcile_spend(con, rooms.landing, pulls) == []
        con.execute("UPDATE analytics_metrics SET spend = 0")
        (difference,) = spend_differences(con, rooms.landing, Report.CAMPAIGN_DAILY, "analytics_metrics", pulls)
        assert (difference.account_id, difference.raw_spend_micros) == ("111", 7)
        assert reconcile_spend(con, rooms.landing, {}) == []


def test_rows_of_days_that_no_pull_covers_are_found_from_the_first_new_day_on(rooms: Rooms) -> None:
    newer = rooms.land(rows=[pinterest_row("2026-11-02", 7)], dates=DateRange(date(2026, 11, 2), date(2026, 11, 2)))
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        strays = ("'222' AS account_id", "'2026-11-03'::DATE AS date", "'2026-11-01'::DATE AS date")
        for stray in strays:
            con.execute(f"INSERT INTO analytics_metrics SELECT * REPLACE ({stray}) FROM analytics_metrics LIMIT 1")
        found = spend_differences(
            con, rooms.landing, Report.CAMPAIGN_DAILY, "analytics_metrics", {newer.pull_id: date(2026, 11, 2)}
        )
        assert [(one.account_id, one.day.day) for one in found] == [("111", 3), ("222", 2)]


def test_pinterests_impressions_are_those_that_were_asked_for(rooms: Rooms) -> None:
    rooms.land(rows=[pinterest_row("2026-11-01", 0) | {"IMPRESSION_2": 11}])
    expected: dict[PinterestTraffic, int] = {"paid": 100, "earned": 11, "total": 111}
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        con.execute("DELETE FROM analytics_metrics")
        for traffic, impressions in expected.items():
            (difference,) = spend_differences(
                con, rooms.landing, Report.CAMPAIGN_DAILY, "analytics_metrics", None, traffic
            )
            assert (difference.raw_impressions, difference.unified_impressions) == (impressions, 0)


def test_of_pulls_of_one_instant_the_one_that_the_tables_took_is_compared(rooms: Rooms) -> None:
    rooms.land(rows=[pinterest_row("2026-11-01", 1_000_000), pinterest_row("2026-11-03", 1_000_000)])
    rooms.land(rows=[pinterest_row("2026-11-03", 2_000_000)], dates=DateRange(DAYS.start + DAY, DAYS.end))
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        assert con.execute("SELECT sum(spend) FROM analytics_metrics").fetchall() == [(3,)]
        assert reconcile_spend(con, rooms.landing) == []


def test_a_row_that_stands_because_the_newest_pull_cannot_be_read_is_no_difference(rooms: Rooms) -> None:
    rooms.land(rows=[pinterest_row("2026-11-01", 7), pinterest_row("2026-11-01", 5, campaign="8")])
    newer = rooms.land(
        rows=[pinterest_row("2026-11-01", -7), pinterest_row("2026-11-01", 6, campaign="8")], at=NOON + DAY
    )
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        assert con.execute("SELECT sum(spend) FROM analytics_metrics").fetchall() == [(Decimal("0.000013"),)]
        assert reconcile_spend(con, rooms.landing) == []
        assert reconcile_spend(con, rooms.landing, {newer.pull_id: date(2026, 11, 1)}) == []
        con.execute("UPDATE analytics_metrics SET spend = 5 WHERE campaign_id = '8'")
        assert len(reconcile_spend(con, rooms.landing)) == 1
