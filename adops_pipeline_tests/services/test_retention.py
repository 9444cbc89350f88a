"""Every kind is pruned in one go; a pruning that is cut short anywhere is finished by the next."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from adops_pipeline.clock import Clock
from adops_pipeline.domain.retention import Pruned
from adops_pipeline.operations import activity, events
from adops_pipeline.operations.schema import cursors
from adops_pipeline.services import retention
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
KINDS = [
    "superseded raw files", "unfinished raw files", "events", "activity entries", "sent messages", "inbound deliveries",
    "runs", "snapshots of past days", "damaged files kept aside", "reports of crashes", "unfinished files",
]  # fmt: skip


def services_at(data_dir: Path, clock: Clock = lambda: NOW) -> Services:
    return build_services(load_settings(data_dir=data_dir), clock=clock)


@pytest.fixture(autouse=True)
def few_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three events stay whatever their age."""
    monkeypatch.setattr("adops_pipeline.operations.retention._NEWEST_EVENTS", 3)


def grown(data_dir: Path) -> Services:
    """An installation with an old and a young one of most kinds."""
    services = services_at(data_dir)
    with services.store.writing() as con:
        for number, days in enumerate([400] * 5 + [1] * 5):
            at = NOW - timedelta(days=days)
            events.append(con, "sync.completed", at=at, data={"title": "Meta"}, event_id=f"e{number}")
    for name in (
        "raw/pinterest/campaigns/2026-01-01/.old.1.partial", "as_of/2026-01-01/adops.duckdb", ".adops.duckdb.partial",
        "warehouse.duckdb.damaged-20260101T000000", "logs/crash-20260101T000000-1.txt",
    ):  # fmt: skip
        path = data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"0123456789")
        for one in (path, path.parent):
            os.utime(one, ((NOW - timedelta(days=100)).timestamp(),) * 2)
    return services


def no_runs(before: datetime, needed: Sequence[str], dry_run: bool) -> Sequence[Pruned]:
    assert (before, needed) == (NOW - timedelta(days=30), [])
    del dry_run
    return [Pruned("runs", 0, 0, 30)]


def remains(services: Services) -> tuple[list[str], list[int], list[str]]:
    files = sorted(str(path) for path in services.settings.data_dir.rglob("*") if "operations.db" not in path.name)
    with services.store.reading() as con:
        feed = [entry.id for entry in activity.feed(con, 5000)]
        return files, [event.seq for event in events.since(con, 0, 5000)], feed


def test_every_kind_has_a_line_and_the_dry_run_names_the_same(data_dir: Path) -> None:
    services = grown(data_dir)
    before = remains(services)
    told = services.retention.prune(no_runs, dry_run=True)
    assert remains(services) == before
    assert [one.kind for one in told] == KINDS
    counts = {one.kind: one.count for one in told}
    assert counts == dict.fromkeys(KINDS, 0) | {
        "events": 5, "activity entries": 5, "unfinished raw files": 1, "snapshots of past days": 1,
        "damaged files kept aside": 1, "reports of crashes": 1, "unfinished files": 1,
    }  # fmt: skip
    assert {one.bytes for one in told[-4:]} == {10}
    assert services.retention.prune(no_runs, dry_run=False) == told
    assert sum(one.count for one in services.retention.prune(no_runs, dry_run=False)) == 0


def test_the_settings_decide(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ages = {"EVENT": 500, "ACTIVITY": 500, "LEFTOVER": 101, "AS_OF": 101, "DAMAGED": 400, "LOG": 29}
    for name, days in ages.items():
        monkeypatch.setenv(f"ADOPS_RETENTION__{name}_DAYS", str(days))
    found = grown(data_dir).retention.prune(no_runs, dry_run=True)
    assert {one.kind for one in found if one.count} == {"reports of crashes"}


def test_events_that_stay_for_a_consumer_say_whose_they_are(data_dir: Path) -> None:
    services = grown(data_dir)
    with services.store.writing() as con:
        con.execute(insert(cursors).values(consumer="relay", seq=2, updated_at=NOW))
    found = {one.kind: one for one in services.retention.prune(no_runs, dry_run=True)}
    assert (found["events"].count, found["events"].held) == (2, "not read yet by relay")
    assert found["activity entries"].held is None


STEPS = (
    "prune", "delete_files", "rows.prune_events", "rows.prune_activity", "rows.prune_deliveries",
    "rows.prune_inbound_deliveries", "shrink",
)  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_a_pruning_that_was_cut_short_anywhere_is_finished_by_the_next(
    step: str, data_dir: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = grown(data_dir)
    owner, _, name = step.rpartition(".")
    place = getattr(retention, owner) if owner else retention
    work: Callable[..., object] = getattr(place, name)

    def cut_short(*arguments: object, **options: object) -> object:
        """The work is done, and the process dies before it can go on."""
        work(*arguments, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place, name, cut_short)
        with pytest.raises(KeyboardInterrupt):
            services.retention.prune(no_runs, dry_run=False)
    services.retention.prune(no_runs, dry_run=False)
    files, seqs, feed = remains(services)
    assert seqs == [6, 7, 8, 9, 10]
    assert len(feed) == 5
    assert not [name for name in files if "partial" in name or "damaged" in name or "crash" in name]
