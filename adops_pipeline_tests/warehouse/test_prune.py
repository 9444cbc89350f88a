"""Pruning deletes what is wholly superseded and old, and never the newest answer for any account and day."""

import os
from datetime import date, timedelta

import duckdb
import pytest

from adops_pipeline.domain.vocabulary import DateRange, Report
from adops_pipeline.warehouse.ledger import coverage, register_pulls
from adops_pipeline.warehouse.prune import old_partials, prune
from adops_pipeline.warehouse.raw_landing import Pull, RawLanding
from adops_pipeline_tests.warehouse.conftest import DAYS, NOON, Rooms

DAY = timedelta(days=1)
NOW = NOON + 100 * DAY


def days(first: int, last: int) -> DateRange:
    return DateRange(date(2026, 11, first), date(2026, 11, last))


def state(con: duckdb.DuckDBPyConnection, pull: Pull) -> str:
    return str(con.execute("SELECT state FROM raw_pulls WHERE pull_id = ?", [pull.pull_id]).fetchall()[0][0])


def is_on_file(rooms: Rooms, pull: Pull) -> bool:
    return (rooms.landing.root / pull.path).exists()


def test_only_what_newer_pulls_cover_day_by_day_goes(rooms: Rooms) -> None:
    covered_by_two = rooms.land(dates=days(1, 4))
    stands_for_the_1st = rooms.land(dates=days(1, 2), at=NOON + DAY)
    newest = rooms.land(dates=days(2, 5), at=NOON + 2 * DAY)
    other_account = rooms.land(dates=days(1, 4), account="222")
    other_report = rooms.land(dates=days(1, 4), report=Report.AD_GROUP_DAILY)
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        (gone,) = prune(con, rooms.landing, keep_days=30, now=NOW)
        assert (gone.pull_id, gone.bytes) == (covered_by_two.pull_id, covered_by_two.bytes)
        assert state(con, covered_by_two) == "pruned"
        assert not is_on_file(rooms, covered_by_two)
        for kept in (stands_for_the_1st, newest, other_account, other_report):
            assert (state(con, kept), is_on_file(rooms, kept)) == ("applied", True)
        assert len(list(rooms.landing.sidecars())) == 4
        days_left = {path.parent.name for path in rooms.landing.sidecars()}
        assert {path.name for path in rooms.landing.root.glob("*/*/*")} == days_left, "no empty folder is left"


def test_of_pulls_of_one_instant_the_one_whose_days_the_other_took_goes(rooms: Rooms) -> None:
    superseded = rooms.land(dates=days(1, 4))
    stands = rooms.land(dates=days(1, 5))
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        assert [item.pull_id for item in prune(con, rooms.landing, keep_days=0, now=NOW)] == [superseded.pull_id]
        assert (state(con, stands), is_on_file(rooms, stands)) == ("applied", True)


def test_of_entity_pulls_the_newest_of_each_account_stays(rooms: Rooms) -> None:
    old = rooms.land(report=Report.CAMPAIGNS)
    new = rooms.land(report=Report.CAMPAIGNS, at=NOON + DAY)
    rooms.land(report=Report.CAMPAIGNS, account="222")
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        gone = prune(con, rooms.landing, keep_days=0, now=NOW)
    assert [item.pull_id for item in gone] == [old.pull_id]
    assert is_on_file(rooms, new)


def test_what_is_young_or_only_landed_stays(rooms: Rooms) -> None:
    rooms.land()
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        rooms.land(at=NOON + DAY)
        register_pulls(con, rooms.landing)
        assert prune(con, rooms.landing, keep_days=0, now=NOW) == []
        rooms.apply(con)
        assert prune(con, rooms.landing, keep_days=100, now=NOW) == []
        assert len(prune(con, rooms.landing, keep_days=99, now=NOW)) == 1


def test_a_dry_run_tells_the_same_and_touches_nothing(rooms: Rooms) -> None:
    old = rooms.land()
    rooms.land(at=NOON + DAY)
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        told = prune(con, rooms.landing, keep_days=0, now=NOW, dry_run=True)
        assert (state(con, old), is_on_file(rooms, old)) == ("applied", True)
        assert prune(con, rooms.landing, keep_days=0, now=NOW) == told
        assert prune(con, rooms.landing, keep_days=0, now=NOW) == []


def test_days_that_were_pruned_still_count_as_pulled(rooms: Rooms) -> None:
    rooms.land()
    rooms.land(at=NOON + DAY)
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        prune(con, rooms.landing, keep_days=0, now=NOW)
        register_pulls(con, rooms.landing)
        (covered,) = coverage(con)
    assert (covered.range_start, covered.range_end, covered.pulled_on) == (DAYS.start, DAYS.end, date(2026, 11, 4))


def test_a_pruning_that_was_cut_short_is_finished_by_the_next(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    old = [rooms.land(at=NOON + n * DAY) for n in range(3)]
    rooms.land(at=NOON + 5 * DAY)
    delete = RawLanding.delete

    def fails_on_the_second(landing: object, path: str) -> None:
        if path == old[1].path:
            raise OSError("the disk went away")
        delete(rooms.landing, path)

    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        monkeypatch.setattr(RawLanding, "delete", fails_on_the_second)
        with pytest.raises(OSError, match="went away"):
            prune(con, rooms.landing, keep_days=0, now=NOW)
        monkeypatch.undo()
        assert len(prune(con, rooms.landing, keep_days=0, now=NOW)) == 3
        assert [state(con, pull) for pull in old] == ["pruned"] * 3
    assert not any(is_on_file(rooms, pull) for pull in old)


def test_rows_that_failed_pulls_left_aside_are_found_when_they_are_old(rooms: Rooms) -> None:
    folder = rooms.landing.root / "pinterest" / "campaign_daily" / "2026-11-03"
    folder.mkdir(parents=True)
    old, young = folder / ".old.1.partial", folder / ".young.1.partial"
    for left, age in ((old, 40), (young, 20)):
        left.write_bytes(b"rows")
        os.utime(left, ((NOW - age * DAY).timestamp(),) * 2)
    assert old_partials(rooms.landing, keep_days=20, now=NOW) == [old]
    assert old_partials(rooms.landing, keep_days=19, now=NOW) == [old, young]
