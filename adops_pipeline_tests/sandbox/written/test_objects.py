"""What clients wrote is kept, shared by processes, and seen as of a moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.written import WrittenObjects
from adops_pipeline_tests.sandbox.written.conftest import ACCOUNT, NOON, NOW, PLATFORM, market


def create(written: WrittenObjects, name: str = "New") -> str:
    with written.turn(NOON) as turn:
        return turn.create(PLATFORM, ACCOUNT, "campaign", market={"name": name}, body={"tracking_urls": None})


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    created = create(WrittenObjects(tmp_path / "sandbox" / "writes.ndjson"))
    again = WrittenObjects(tmp_path / "sandbox" / "writes.ndjson").find(PLATFORM, "campaign", created, NOW)
    assert again is not None
    assert (again.market, again.body, again.created_at) == ({"name": "New"}, {"tracking_urls": None}, NOON)


def test_one_process_sees_what_another_wrote_later(tmp_path: Path) -> None:
    path = tmp_path / "writes.ndjson"
    reader, writer = WrittenObjects(path), WrittenObjects(path)
    assert reader.created(PLATFORM, ACCOUNT, "campaign", NOW) == []
    names = [create(writer, "One"), create(writer, "Two")]
    assert [one.object_id for one in reader.created(PLATFORM, ACCOUNT, "campaign", NOW)] == names


def test_processes_that_create_at_once_get_different_ids(tmp_path: Path) -> None:
    path = tmp_path / "writes.ndjson"
    clients = [WrittenObjects(path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        ids = [*pool.map(create, clients * 5)]
    assert len(set(ids)) == 40
    assert {one.object_id for one in WrittenObjects(path).created(PLATFORM, ACCOUNT, "campaign", NOW)} == set(ids)


def test_half_a_line_of_a_process_that_died_is_not_read_and_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "writes.ndjson"
    first = create(WrittenObjects(path))
    with path.open("ab") as file:
        file.write(b'{"at":"2026-')
    second = create(WrittenObjects(path))
    assert [one.object_id for one in WrittenObjects(path).created(PLATFORM, ACCOUNT, "campaign", NOW)] == [
        first,
        second,
    ]


def create_and_fail(written: WrittenObjects) -> None:
    with written.turn(NOON) as turn:
        turn.create(PLATFORM, ACCOUNT, "campaign", market={"name": "New"})
        raise ValueError("refused")


def test_a_turn_that_fails_writes_nothing(written: WrittenObjects) -> None:
    with pytest.raises(ValueError, match="refused"):
        create_and_fail(written)
    assert not written.has_any(PLATFORM, ACCOUNT)


def test_a_deleted_journal_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "writes.ndjson"
    written = WrittenObjects(path)
    create(written)
    path.unlink()
    assert not written.has_any(PLATFORM, ACCOUNT)


def test_an_object_is_as_it_was_at_the_moment_asked(written: WrittenObjects) -> None:
    created = create(written, "Before")
    with written.turn(NOW) as turn:
        turn.change(PLATFORM, ACCOUNT, "campaign", created, market={"name": "After"})
    names = []
    for moment in (NOON - timedelta(seconds=1), NOON, NOW):
        found = written.find(PLATFORM, "campaign", created, moment)
        names.append(found and found.market["name"])
    assert names == [None, "Before", "After"]


@pytest.mark.parametrize("platform", list(Platform))
def test_no_id_of_a_created_object_is_one_of_the_markets(platform: Platform, written: WrittenObjects) -> None:
    with written.turn(NOON) as turn:
        first = int(turn.create(platform, "1", "campaign"))
    accounts = [account.account_id for account in market().accounts(platform)]
    theirs = {int(c.campaign_id) for a in accounts for c in market().campaigns(a, NOW)}
    assert first > max(theirs)
    groups = {int(g.ad_group_id) for a in accounts for g in market().ad_groups(a, NOW)}
    assert not groups & set(range(first, first + 100_000))
