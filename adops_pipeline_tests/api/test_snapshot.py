"""Answers follow the published snapshot: its version is the ETag, and a new one is picked up."""

import asyncio
import gc
import shutil
import weakref
from pathlib import Path

import duckdb
import httpx
import pytest

from adops_pipeline.api import preparation
from adops_pipeline.api.app import create_app
from adops_pipeline.services.documents.resources import RESOURCES
from adops_pipeline.warehouse.errors import DamagedSnapshotError
from adops_pipeline.warehouse.queries import snapshot_reader
from adops_pipeline.warehouse.queries.campaign_list import CampaignList
from adops_pipeline.warehouse.queries.daily_sums import DailySums
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotGoneError, SnapshotReader
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over
from adops_pipeline_tests.patience import wait_until
from adops_pipeline_tests.templates import copy_into

PACING = "/api/analytics/pacing?limit=2"


async def test_a_client_that_has_the_newest_answer_gets_304(client: httpx.AsyncClient) -> None:
    first = await client.get(PACING)
    again = await client.get(PACING, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get(PACING, headers={"If-None-Match": '"0"'})
    assert (other.status_code, other.content) == (200, first.content)


async def test_a_new_snapshot_changes_version_and_answers(services: Services, client: httpx.AsyncClient) -> None:
    first = await client.get(PACING)
    with services.warehouse.writing() as con:
        con.execute("UPDATE analytics_budgets SET campaign_name = 'renamed'")
    services.publish()
    clock = [1e9]
    services.snapshots._monotonic = lambda: clock[0]
    second = await client.get(PACING, headers={"If-None-Match": first.headers["etag"]})
    assert second.status_code == 200
    assert second.headers["etag"] != first.headers["etag"]
    assert {row["campaignName"] for row in second.json()["items"]} == {"renamed"}


async def test_a_kept_answer_is_the_one_that_was_made_first(services: Services, client: httpx.AsyncClient) -> None:
    made = await client.get(PACING)
    kept = await client.get(PACING)
    assert (kept.content, kept.headers) == (made.content, made.headers)
    again = await client.get(PACING, headers={"If-None-Match": f"W/{made.headers['etag']}"})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", made.headers["etag"])
    metrics = (await client.get("/metrics")).text
    assert 'adops_http_requests_total{method="GET",route="/api/analytics/pacing",status="200"} 2.0' in metrics
    other = await client.post(PACING)
    assert other.status_code == 405
    assert services.snapshots.current_version() is not None


async def test_a_kept_answer_is_for_those_with_a_valid_token_alone(services: Services) -> None:
    reader = {"Authorization": f"Bearer {services.tokens.create('bi', 'reader', by='test')[1]}"}
    async with client_of(services) as client:
        for _ in range(2):
            assert (await client.get(PACING, headers=reader)).status_code == 200
        assert (await client.get(PACING)).status_code == 401
        services.tokens.revoke(services.tokens.every()[0].id)
        assert (await client.get(PACING, headers=reader)).status_code == 401
    services.snapshots.close()
    services.store.close()


async def test_a_server_prepares_each_new_snapshot_before_anybody_asks(services: Services) -> None:
    def has_prepared_another(version: str | None) -> bool:
        makers = (DailySums, CampaignList, RESOURCES[0].rows)
        is_prepared = all(make is not None and services.snapshots.has_prepared(make) for make in makers)
        return is_prepared and services.snapshots.current_version() != version

    app = create_app(services)
    async with app.router.lifespan_context(app):
        await asyncio.to_thread(wait_until, lambda: has_prepared_another(None), "the first snapshot is prepared")
        first = services.snapshots.current_version()
        services.publish()
        await asyncio.to_thread(wait_until, lambda: has_prepared_another(first), "the second snapshot is prepared")
    services.store.close()


def test_what_was_prepared_from_a_superseded_snapshot_is_freed_without_a_collection(services: Services) -> None:
    now = [0.0]
    reader = SnapshotReader(services.snapshot_path, monotonic=lambda: now[0])

    def prepared() -> list[weakref.ref[object]]:
        return [weakref.ref(snapshot.get(make)) for make in preparation._MAKERS]

    gc.collect()
    gc.disable()
    try:
        with reader.reading() as snapshot:
            found = prepared()
            assert all(ref() is not None for ref in found)
        _replace(services.snapshot_path)
        now[0] += 1.0
        with reader.reading() as snapshot:
            assert [ref() for ref in found] == [None] * len(found)
    finally:
        gc.enable()
        reader.close()


def test_a_server_that_has_prepared_its_answers_leaves_what_it_inherited_alone(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfrozen: list[bool] = []
    monkeypatch.setattr(gc, "unfreeze", lambda: unfrozen.append(True))
    assert preparation._prepare(services.snapshots) == services.snapshots.current_version()
    assert all(services.snapshots.has_prepared(make) for make in preparation._MAKERS)
    assert unfrozen == []
    services.snapshots.close()


async def test_without_a_snapshot_the_answer_says_how_to_get_one(tmp_path: Path) -> None:
    services = services_over(tmp_path)
    async with client_of(services) as client:
        response = await client.get(PACING)
    assert (response.status_code, response.json()["code"]) == (503, "no-snapshot")
    assert "adops run" in response.json()["detail"]


def test_a_reader_under_way_finishes_on_the_old_snapshot(services: Services) -> None:
    now = [0.0]
    reader = SnapshotReader(services.snapshot_path, monotonic=lambda: now[0])
    count = "SELECT count(*) FROM analytics_budgets WHERE campaign_name = 'renamed'"
    with reader.reading() as old:
        with services.warehouse.writing() as con:
            con.execute("UPDATE analytics_budgets SET campaign_name = 'renamed'")
        services.publish()
        now[0] += 1.0
        with reader.reading() as new:
            assert new.con.execute(count).fetchone() != (0,)
            assert new.version != old.version
        assert old.con.execute(count).fetchone() == (0,)
    reader.close()


def test_a_retired_snapshot_is_closed_after_its_last_reader(services: Services) -> None:
    now = [0.0]
    reader = SnapshotReader(services.snapshot_path, monotonic=lambda: now[0])
    with reader.reading() as old:
        _replace(services.snapshot_path)
        now[0] += 1.0
        with reader.reading():
            pass
    assert str(services.snapshot_path) + " (deleted)" not in _open_files()
    assert old.version
    reader.close()


def test_a_damaged_snapshot_is_named(tmp_path: Path) -> None:
    path = tmp_path / "adops.duckdb"
    path.write_bytes(b"not a database")
    with pytest.raises(DamagedSnapshotError, match="`adops run` replaces it"), SnapshotReader(path).reading():
        pass


async def test_a_snapshot_of_another_version_is_named_with_what_it_lacks_and_the_way_out(
    published: Path, tmp_path: Path
) -> None:
    services = services_over(copy_into(published, tmp_path))
    with duckdb.connect(services.snapshot_path) as con:
        con.execute("CREATE OR REPLACE VIEW todo_today AS SELECT platform, campaign_id FROM analytics_budgets")
    async with client_of(services) as client:
        refused = await client.get("/api/analytics/todo")
    assert refused.status_code == 503
    assert "was published by another version, without todo_today." in refused.json()["detail"]
    assert "`adops run` publishes it again" in refused.json()["detail"]


def test_a_query_that_is_wrong_on_a_whole_snapshot_is_not_called_another_version(services: Services) -> None:
    with pytest.raises(duckdb.BinderException), services.snapshots.reading() as snapshot:
        snapshot.con.execute("SELECT no_such_column FROM ad_accounts")


def _replace(snapshot: Path) -> None:
    """Put a copy in its place, as a publication does with the tables of the day."""
    copied = snapshot.with_suffix(".next")
    shutil.copy(snapshot, copied)
    copied.rename(snapshot)


def _open_files() -> list[str]:
    return [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]


def test_superseded_snapshots_are_kept_only_for_those_who_read_on_and_not_without_end(services: Services) -> None:
    now = [0.0]
    reader = SnapshotReader(services.snapshot_path, monotonic=lambda: now[0])

    def supersede(*, is_kept: bool) -> str:
        with reader.reading() as snapshot:
            if is_kept:
                reader.keep(snapshot.version)
        _replace(services.snapshot_path)
        now[0] += 1.0
        with reader.reading() as newest:
            assert newest.version != snapshot.version
        return snapshot.version

    versions = [supersede(is_kept=kept) for kept in (True, False, True, True)]
    assert [_is_readable(reader, version) for version in versions] == [False, False, True, True]
    assert _open_files().count(f"{services.snapshot_path} (deleted)") == 2
    while now[0] < 8000:
        now[0] += 600
        if _is_readable(reader, versions[3]):
            reader.keep(versions[3])
    assert [_is_readable(reader, version) for version in versions] == [False] * 4
    assert f"{services.snapshot_path} (deleted)" not in _open_files()
    reader.close()


def test_a_kept_snapshot_is_closed_even_if_nobody_uses_the_server(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_reader, "KEPT_SECONDS", 0.2)
    reader = SnapshotReader(services.snapshot_path)
    with reader.reading() as old:
        _replace(services.snapshot_path)
        reader.keep(old.version)
        wait_until(lambda: _newest(reader) != old.version)
        reader.keep(old.version)
    wait_until(lambda: f"{services.snapshot_path} (deleted)" not in _open_files())
    reader.close()


def _is_readable(reader: SnapshotReader, version: str) -> bool:
    try:
        with reader.reading(version):
            return True
    except SnapshotGoneError:
        return False


def _newest(reader: SnapshotReader) -> str:
    with reader.reading() as snapshot:
        return snapshot.version
