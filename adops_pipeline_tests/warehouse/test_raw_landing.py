"""Landing is all or nothing, deterministic, and survives being killed between any two of its steps."""

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.domain.vocabulary import Platform, Report
from adops_pipeline.warehouse.raw_landing import PullSpec, RawLanding
from adops_pipeline_tests.warehouse.conftest import DAYS, NOON, Rooms, die_in_another_process

SPEC = PullSpec(Platform.PINTEREST, Report.CAMPAIGN_DAILY, "111", DAYS, NOON, "EUR", "UTC")
ROWS = [b'{"a":1.10}', '{"b":"naïve 🎈 \\" quote"}'.encode()]


def landed_files(landing: RawLanding) -> list[str]:
    return sorted(path.name for path in landing.root.rglob("*") if path.is_file())


def test_rows_land_exactly_as_they_came_in_one_file_that_duckdb_reads(rooms: Rooms) -> None:
    with rooms.landing.open(SPEC) as writer:
        writer.write(ROWS[:1])
        writer.write(ROWS[1:])
    pull = writer.pull
    file = rooms.landing.root / pull.path
    assert pull.path == f"pinterest/campaign_daily/2026-11-03/{pull.pull_id}.ndjson.zst"
    assert (pull.rows, pull.bytes, pull.state, pull.pulled_at) == (2, file.stat().st_size, "landed", NOON)
    assert (pull.range_start, pull.range_end) == (DAYS.start, DAYS.end)
    found = duckdb.sql(f"SELECT json::VARCHAR FROM read_ndjson_objects('{file}')").fetchall()
    assert [row.encode() for (row,) in found] == ROWS


def test_a_pull_without_rows_lands_too(rooms: Rooms) -> None:
    pull = rooms.land()
    assert pull.rows == 0
    assert rooms.landing.damage(pull) is None


def test_landing_the_same_pull_again_is_the_same_file(rooms: Rooms) -> None:
    first = rooms.land(rows=['{"a":1}', '{"a":2}'])
    with rooms.landing.open(SPEC) as writer:
        for row in (b'{"a":1}', b'{"a":2}'):
            writer.write([row])
    assert writer.pull == first
    assert len(landed_files(rooms.landing)) == 2


def test_other_content_at_the_same_instant_stands_beside_the_first(rooms: Rooms) -> None:
    first, other, again = (rooms.land(rows=[row]) for row in ('{"a":1}', '{"a":2}', '{"a":2}'))
    assert other.pull_id == f"{first.pull_id}.2" == again.pull_id
    assert (first.pulled_at, first.pull_id) < (other.pulled_at, other.pull_id)
    assert rooms.landing.damage(first) is None


def test_an_exception_commits_nothing_and_keeps_the_rows_aside(rooms: Rooms) -> None:
    def rows() -> Iterator[bytes]:
        yield from ROWS
        raise RuntimeError("platform went away")

    with pytest.raises(RuntimeError, match="platform went away"), rooms.landing.open(SPEC) as writer:
        writer.write(rows())
    assert list(rooms.landing.sidecars()) == []
    (left,) = rooms.landing.partials()
    found = duckdb.sql(f"SELECT count(*) FROM read_csv('{left}', compression = 'zstd', header = false, delim = '\\t')")
    assert found.fetchall() == [(2,)]
    with pytest.raises(RuntimeError, match="not landed"):
        _ = writer.pull


def test_an_exception_before_the_first_row_leaves_no_file(rooms: Rooms) -> None:
    with pytest.raises(RuntimeError), rooms.landing.open(SPEC):
        raise RuntimeError
    assert landed_files(rooms.landing) == []


def test_a_row_of_several_lines_is_refused(rooms: Rooms) -> None:
    with pytest.raises(ValueError, match="one line"), rooms.landing.open(SPEC) as writer:
        writer.write([b'{"a":\n1}'])


def test_the_name_of_a_pull_tells_it_and_does_not_depend_on_the_zone_of_the_clock() -> None:
    in_tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert SPEC.pull_id == "pinterest.campaign_daily.111.20261101-20261103.20261103T120000000000"
    assert dataclasses.replace(SPEC, pulled_at=in_tokyo).pull_id == SPEC.pull_id


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pulled_at": datetime(2026, 11, 3)}, "time zone"),  # noqa: DTZ001
        ({"dates": None}, "needs dates"),
        ({"report": Report.CAMPAIGNS}, "has no dates"),
        ({"account_id": "../../etc"}, "cannot be part of a file name"),
    ],
)
def test_a_pull_that_cannot_be_named_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        dataclasses.replace(SPEC, **change)  # type: ignore[arg-type]


def test_damage_to_a_file_is_told(rooms: Rooms) -> None:
    pull = rooms.land(rows=['{"a":1}'])
    file = rooms.landing.root / pull.path
    whole = file.read_bytes()
    file.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    assert rooms.landing.damage(pull) == "the raw file's checksum differs"
    file.write_bytes(whole[:-1])
    assert rooms.landing.damage(pull) == f"the raw file has {len(whole) - 1} bytes, not {len(whole)}"
    file.unlink()
    assert rooms.landing.damage(pull) == "the raw file is missing"


def test_a_pull_whose_sidecar_is_damaged_lands_beside_it(rooms: Rooms) -> None:
    first = rooms.land(rows=['{"a":1}'])
    (sidecar,) = rooms.landing.sidecars()
    sidecar.write_bytes(b"{")
    again = rooms.land(rows=['{"a":1}'])
    assert again.pull_id == f"{first.pull_id}.2"


_KILLED_WHILE_LANDING = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.warehouse import raw_landing

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

raw_landing.STEP = die
days = DateRange(date(2026, 11, 1), date(2026, 11, 3))
at = datetime(2026, 11, 3, 12, tzinfo=UTC)
spec = raw_landing.PullSpec(Platform.PINTEREST, Report.CAMPAIGN_DAILY, "111", days, at, "EUR", "UTC")
with raw_landing.RawLanding(Path(sys.argv[1])).open(spec) as writer:
    writer.write([b'{"a":1}'])
"""


@pytest.mark.parametrize(
    ("step", "survives"),
    [
        pytest.param("sync_file", False, id="rows written, nothing renamed"),
        pytest.param("replace_durably", False, id="data renamed, no sidecar"),
        pytest.param("sync_folder", True, id="sidecar renamed"),
    ],
)
def test_a_landing_that_is_killed_exists_wholly_or_not_at_all(rooms: Rooms, step: str, survives: bool) -> None:
    die_in_another_process(_KILLED_WHILE_LANDING.replace("STEP", step), rooms.landing.root)
    after_the_kill = [rooms.landing.read_sidecar(path) for path in rooms.landing.sidecars()]
    assert len(after_the_kill) == int(survives)
    again = rooms.land(rows=['{"a":1}'])
    assert [rooms.landing.read_sidecar(path) for path in rooms.landing.sidecars()] == [again]
    assert rooms.landing.damage(again) is None
    assert all(pull == again for pull in after_the_kill)


def test_files_that_editors_and_file_managers_leave_are_no_pulls(rooms: Rooms) -> None:
    rooms.land(rows=['{"a":1}'])
    (sidecar,) = rooms.landing.sidecars()
    for name in (".DS_Store", "notes.json", f"{sidecar.name}~", f"._{sidecar.name}", "tiktok.campaign_daily.1.x.json"):
        (sidecar.parent / name).write_text("{}")
    for above in list(sidecar.parents)[1:4]:
        (above / ".DS_Store").write_bytes(b"\x00\x00\x00\x01Bud1")
        (above / "2026-10-01").write_text("")
    shutil.copytree(sidecar.parent, sidecar.parent.with_name(f"{sidecar.parent.name} copy"))
    assert list(rooms.landing.sidecars()) == [sidecar]


def test_partials_are_no_pulls(rooms: Rooms, tmp_path: Path) -> None:
    die_in_another_process(_KILLED_WHILE_LANDING.replace("STEP", "sync_file"), rooms.landing.root)
    (left,) = rooms.landing.partials()
    assert left.is_relative_to(tmp_path)
    assert list(rooms.landing.sidecars()) == []
