"""The ledger finds whatever landed, applies it once, and can be had again from the files."""

from datetime import date, timedelta

import duckdb
import pytest

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse.ledger import (
    account_timezones,
    coverage,
    first_unpublished_day,
    mark_applied,
    pending_pulls,
    rebuild,
    register_pulls,
)
from adops_pipeline.warehouse.prune import prune
from adops_pipeline.warehouse.publish import publish
from adops_pipeline_tests.warehouse.conftest import DAYS, NOON, Rooms, pinterest_row

DAY = timedelta(days=1)


def states(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(con.execute("SELECT pull_id, state FROM raw_pulls").fetchall())


def test_landed_files_are_adopted_once_and_come_back_unchanged(rooms: Rooms) -> None:
    later = rooms.land(rows=['{"a":1}'], at=NOON + DAY)
    earlier = rooms.land(report=Report.CAMPAIGNS, timezone="Asia/Tokyo")
    with rooms.warehouse.writing() as con:
        assert register_pulls(con, rooms.landing) == [earlier, later]
        assert register_pulls(con, rooms.landing) == []
        assert pending_pulls(con, list(Report)) == [earlier, later]
        assert pending_pulls(con, [Report.CAMPAIGNS]) == [earlier]
        assert account_timezones(con) == ["Asia/Tokyo", "UTC"]


def test_a_file_that_landed_with_an_older_clock_is_found_too(rooms: Rooms) -> None:
    with rooms.warehouse.writing() as con:
        rooms.land()
        register_pulls(con, rooms.landing)
        old = rooms.land(at=NOON - 400 * DAY)
        assert register_pulls(con, rooms.landing) == [old]


def test_applied_pulls_are_pending_no_more(rooms: Rooms) -> None:
    first, second = rooms.land(), rooms.land(at=NOON + DAY)
    with rooms.warehouse.writing() as con:
        register_pulls(con, rooms.landing)
        mark_applied(con, [first.pull_id])
        mark_applied(con, [])
        assert pending_pulls(con, list(Report)) == [second]


def test_a_damaged_file_is_told_never_applied_and_its_days_count_as_not_pulled(rooms: Rooms) -> None:
    pull = rooms.land(rows=['{"a":1}'])
    file = rooms.landing.root / pull.path
    whole = file.read_bytes()
    file.write_bytes(whole[:-3])
    with rooms.warehouse.writing() as con:
        (told,) = register_pulls(con, rooms.landing)
        assert (told.state, told.error) == ("damaged", f"the raw file has {len(whole) - 3} bytes, not {len(whole)}")
        assert pending_pulls(con, list(Report)) == []
        assert coverage(con) == []
        file.write_bytes(whole)
        assert register_pulls(con, rooms.landing) == [pull]
        assert pending_pulls(con, list(Report)) == [pull]
        assert len(states(con)) == 1


def test_an_unreadable_sidecar_is_told_by_the_name_of_its_pull(rooms: Rooms) -> None:
    pull = rooms.land(rows=['{"a":1}'], account="222")
    (sidecar,) = rooms.landing.sidecars()
    sidecar.write_bytes(b'{"pull_id":')
    with rooms.warehouse.writing() as con:
        (told,) = register_pulls(con, rooms.landing)
        assert (told.pull_id, told.platform, told.report) == (pull.pull_id, pull.platform, pull.report)
        assert (told.account_id, told.path, told.bytes) == ("222", pull.path, pull.bytes)
        assert told.state == "damaged"
        assert "sidecar cannot be read" in str(told.error)
        assert states(con) == {pull.pull_id: "damaged"}


def test_coverage_tells_the_accounts_own_day_of_the_latest_pull(rooms: Rooms) -> None:
    evening = NOON.replace(hour=20)
    rooms.land(at=evening - DAY, timezone="Asia/Tokyo")
    rooms.land(at=evening, timezone="Asia/Tokyo")
    rooms.land(at=NOON.replace(hour=3), timezone="America/Los_Angeles", account="222")
    rooms.land(report=Report.CAMPAIGNS)
    with rooms.warehouse.writing() as con:
        register_pulls(con, rooms.landing)
        found = {c.account_id: (c.range_start, c.range_end, c.pulled_on) for c in coverage(con)}
    assert found == {
        "111": (DAYS.start, DAYS.end, date(2026, 11, 4)),
        "222": (DAYS.start, DAYS.end, date(2026, 11, 2)),
    }


def test_checks_may_begin_at_the_first_day_touched_since_the_snapshot(rooms: Rooms) -> None:
    with rooms.warehouse.writing() as con:
        assert first_unpublished_day(con, rooms.snapshot) is None
        rooms.land()
        rooms.apply(con)
    publish(rooms.warehouse, rooms.snapshot)
    with rooms.warehouse.writing() as con:
        assert first_unpublished_day(con, rooms.snapshot) == date.max
        rooms.land(at=NOON + DAY, dates=DateRange(date(2026, 11, 2), date(2026, 11, 4)))
        rooms.land(at=NOON + DAY, report=Report.CAMPAIGNS)
        register_pulls(con, rooms.landing)
        assert first_unpublished_day(con, rooms.snapshot) == date.max
        rooms.apply(con)
        assert first_unpublished_day(con, rooms.snapshot) == date(2026, 11, 2)
    publish(rooms.warehouse, rooms.snapshot)
    with rooms.warehouse.writing() as con:
        assert first_unpublished_day(con, rooms.snapshot) == date.max


def unified(con: duckdb.DuckDBPyConnection) -> list[list[tuple[object, ...]]]:
    tables = ("analytics_metrics", "analytics_metric_revisions", "analytics_rejects")
    return [con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in tables]


def land_a_restated_day(rooms: Rooms) -> None:
    rooms.land(rows=[pinterest_row("2026-11-01", 1), pinterest_row("2026-11-02", "much")])
    rooms.land(rows=[pinterest_row("2026-11-01", 2), pinterest_row("2026-11-02", 3)], at=NOON + DAY)
    rooms.land(rows=[pinterest_row("2026-11-01", 5), pinterest_row("2026-11-03", -1)], at=NOON + 2 * DAY)


@pytest.mark.parametrize("loses_its_file", [False, True])
def test_everything_is_rebuilt_from_the_files_alone(rooms: Rooms, *, loses_its_file: bool) -> None:
    land_a_restated_day(rooms)
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        before = unified(con)
    if loses_its_file:
        rooms.warehouse.path.unlink()
    with rooms.warehouse.writing() as con:
        rebuild(con, rooms.landing)
        assert unified(con) == [[], [], []]
        assert set(states(con).values()) == {"landed"}
        rooms.apply(con)
        assert unified(con) == before


def test_a_rebuild_tells_a_file_that_was_lost_since(rooms: Rooms) -> None:
    pull = rooms.land(rows=[pinterest_row("2026-11-01", 1)])
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        (rooms.landing.root / pull.path).unlink()
        rebuild(con, rooms.landing)
        assert states(con) == {pull.pull_id: "damaged"}


def test_a_rebuild_keeps_the_restatement_history_of_pruned_pulls(rooms: Rooms) -> None:
    land_a_restated_day(rooms)
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        metrics, revisions, rejects = unified(con)
        gone = prune(con, rooms.landing, keep_days=0, now=NOON + 3 * DAY)
        assert len(gone) == 2
        rebuild(con, rooms.landing)
        rooms.apply(con)
        again = unified(con)
    assert again[0] == metrics
    assert again[2] == rejects
    assert set(revisions) <= set(again[1])


def test_platforms_and_reports_come_back_as_the_vocabulary(rooms: Rooms) -> None:
    rooms.land(Platform.META_ADS)
    with rooms.warehouse.writing() as con:
        register_pulls(con, rooms.landing)
        (pull,) = pending_pulls(con, list(Report))
        (covered,) = coverage(con)
    assert pull.platform is covered.platform is Platform.META_ADS
    assert pull.report is covered.report is Report.CAMPAIGN_DAILY
