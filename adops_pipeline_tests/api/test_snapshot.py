"""Answers follow the published snapshot: its version is the ETag, and a new one is picked up."""

from pathlib import Path

import httpx
import pytest

from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.queries.snapshot_reader import SnapshotReader
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over

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
        services.publish()
        now[0] += 1.0
        with reader.reading():
            pass
    assert str(services.snapshot_path) + " (deleted)" not in _open_files()
    assert old.version
    reader.close()


def test_a_damaged_snapshot_is_named(tmp_path: Path) -> None:
    path = tmp_path / "adops.duckdb"
    path.write_bytes(b"not a database")
    with pytest.raises(WarehouseError, match="cannot be opened"), SnapshotReader(path).reading():
        pass


def _open_files() -> list[str]:
    return [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
