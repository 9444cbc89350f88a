"""The activity feed over the API: pages that neither repeat nor lose an entry, filters, wrong cursors."""

from datetime import timedelta

import httpx
import pytest

from adops_pipeline.api.paging import encode
from adops_pipeline.operations import events
from adops_pipeline.wiring import Services

PATH = "/api/activity"


def write_feed(services: Services) -> None:
    """Nine entries, three at each of three moments."""
    with services.store.writing() as con:
        for n in range(9):
            name = ("alert.firing", "sync.completed", "project.created")[n % 3]
            events.append(con, name, at=services.clock() + timedelta(seconds=n // 3), data={"name": str(n)})


async def pages(client: httpx.AsyncClient, **filters: object) -> list[str]:
    """The titles on all pages of two."""
    seen: list[str] = []
    params: dict[str, object] = {"limit": 2, **filters}
    while True:
        page = (await client.get(PATH, params=params)).json()  # type: ignore[arg-type]
        seen += [row["title"] for row in page["items"]]
        if page["nextCursor"] is None:
            return seen
        params["cursor"] = page["nextCursor"]


async def test_pages_show_every_entry_once_newest_first(client: httpx.AsyncClient, services: Services) -> None:
    write_feed(services)
    with services.store.reading() as con:
        stored = con.exec_driver_sql("SELECT title FROM activity ORDER BY at DESC, seq DESC, id DESC").scalars().all()
    assert await pages(client) == list(stored)


async def test_filters_leave_only_what_they_name(client: httpx.AsyncClient, services: Services) -> None:
    write_feed(services)
    since = (services.clock() + timedelta(seconds=1)).isoformat()
    assert await pages(client, type=["alert", "sync"], since=since) == [
        "7 synced", "Alert: 6", "4 synced", "Alert: 3",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "mark", [["yesterday", "1", "x"], ["2026-11-20T12:00:00Z", "1"], ["2026-11-20T12:00:00Z", "9" * 30, "x"], []]
)
async def test_a_cursor_of_another_list_is_refused(client: httpx.AsyncClient, mark: list[str]) -> None:
    response = await client.get(PATH, params={"cursor": encode("activity", mark)})
    assert (response.status_code, response.json()["code"]) == (422, "invalid-cursor")


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"types": "alert"}, "did you mean type?"),
        ({"type": "allert"}, "must be one of"),
        ({"since": "2026-11-20T00:00:00"}, "timezone"),
    ],
)
async def test_wrong_parameters_are_named(client: httpx.AsyncClient, params: dict[str, str], said: str) -> None:
    response = await client.get(PATH, params=params)
    assert response.status_code == 422
    assert said in response.json()["detail"]
