"""Events: pages, payloads by type, and live streams that lose nothing and repeat nothing."""

import asyncio
import itertools
import re
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from adops_pipeline.api import broadcast as broadcasting
from adops_pipeline.api.broadcast import Broadcast
from adops_pipeline.domain.workflows.requests import resolve_request
from adops_pipeline.operations import events, executions
from adops_pipeline.services.live_events import EVENT_TYPES, LiveEvent, LiveEvents
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import AS_OF
from adops_pipeline_tests.patience import patience_seconds

FAMILIES = "activity.*, alert.*, experiment.*, metric.*, project.*, proposal.*, snapshot.*, sync.*, workflow.*"
NOON = "2026-11-20T12:00:00Z"


def append(services: Services, *names: str) -> list[int]:
    """Append one event for each name."""
    with services.store.writing() as con:
        return [events.append(con, name, at=services.clock(), data={"name": name}) for name in names]


async def take(stream: Broadcast, last_seen: int | None, number: int) -> list[int]:
    """The numbers of the next events."""
    seen = []
    async for event in stream.follow(last_seen):
        seen.append(event.seq)
        if len(seen) == number:
            break
    return seen


async def test_pages_of_events_continue_where_the_last_one_ended(client: httpx.AsyncClient, services: Services) -> None:
    numbers = append(services, *["activity.new", "alert.firing"] * 5)
    first = (await client.get("/api/events", params={"after": numbers[0] - 1, "limit": 3})).json()
    assert [row["seq"] for row in first["items"]] == numbers[:3]
    rest = (await client.get("/api/events", params={"after": first["nextAfter"]})).json()
    assert [row["seq"] for row in rest["items"]] == numbers[3:]
    assert rest["items"][0]["at"] == NOON
    alerts = (await client.get("/api/events", params={"after": numbers[0] - 1, "types": "alert.*"})).json()
    assert {row["type"] for row in alerts["items"]} == {"alert.firing"}
    assert len(alerts["items"]) == 5


async def test_a_reader_of_another_store_continues_with_what_is_new(
    client: httpx.AsyncClient, services: Services
) -> None:
    (newest,) = append(services, "activity.new")
    page = (await client.get("/api/events", params={"after": newest + 1000})).json()
    assert page == {"items": [], "nextAfter": newest}


@pytest.mark.parametrize("path", ["/api/events", "/api/sse/stream"])
@pytest.mark.parametrize(
    ("types", "said"),
    [
        ("alert.*,worklow.*", "types: there is no type of events 'worklow.*'; did you mean workflow.*?"),
        ("alert.fired", "types: there is no type of events 'alert.fired'; did you mean alert.firing?"),
        (
            "x",
            f"types: there is no type of events 'x'; there are {FAMILIES}",
        ),
    ],
)
async def test_a_pattern_of_no_type_is_refused(client: httpx.AsyncClient, path: str, types: str, said: str) -> None:
    answer = await client.get(path, params={"types": types})
    assert (answer.status_code, answer.json()["detail"]) == (422, said)
    assert answer.json()["errors"][0]["field"] == "types"


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_each_type_of_events_is_described(event_type: str) -> None:
    described = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    family, _, name = event_type.partition(".")
    assert {f"`{event_type}`", f"`.{name}`", f"`{family}.*`"} & set(re.findall("`[^`]*`", described))


async def test_a_workflows_events_carry_what_a_client_needs(client: httpx.AsyncClient, services: Services) -> None:
    asked = services.executions.request(resolve_request("pacing-check"), requested_by="api")
    now = services.clock()
    with services.store.writing() as con:
        executions.mark_started(con, asked.id, "run-1", now)
        stage = executions.get(con, asked.id).stages[0]["name"]
        executions.step_event(con, asked.id, stage, "started", now)
        executions.step_event(con, asked.id, stage, "failed", now, "no data")
        executions.fail(con, asked.id, "no data", now)
    found = (await client.get("/api/events", params={"types": "workflow.*"})).json()["items"]
    payloads = {row["type"]: row["data"] for row in found}
    assert payloads["workflow.started"]["workflowId"] == "pacing-check"
    assert payloads["workflow.started"]["stages"][0] == stage
    stages = [row["data"] for row in found if row["type"] == "workflow.stage"]
    assert [(one["stageId"], one["status"]) for one in stages] == [(stage, "running"), (stage, "failed")]
    assert [one["result"] for one in stages] == [None, {"seconds": 0.0, "error": "no data"}]
    assert payloads["workflow.failed"]["failedStage"] == stage
    assert payloads["workflow.failed"]["error"] == "no data"
    assert {row["executionId"] for row in payloads.values()} == {asked.id}


async def test_a_completed_workflow_carries_its_result_and_duration(
    client: httpx.AsyncClient, services: Services
) -> None:
    asked = services.executions.request(resolve_request("pacing-check"), requested_by="api")
    now = services.clock()
    with services.store.writing() as con:
        executions.mark_started(con, asked.id, "run-1", now)
        executions.complete(con, asked.id, {"summary": "all on track"}, now + timedelta(seconds=7))
    (found,) = (await client.get("/api/events", params={"types": "workflow.completed"})).json()["items"]
    wanted = {"executionId": asked.id, "result": {"summary": "all on track"}, "duration": 7.0}
    assert wanted.items() <= found["data"].items()


async def test_news_of_the_feed_carry_their_kind_and_their_words(client: httpx.AsyncClient, services: Services) -> None:
    with services.store.writing() as con:
        events.append(con, "activity.new", at=services.clock(), data={"title": "Imported", "summary": "4 projects"})
        events.append(con, "alert.firing", at=services.clock(), data={"name": "overpacing", "severity": "warning"})
    note, alert = (await client.get("/api/events", params={"types": "activity.new,alert.*"})).json()["items"]
    assert (note["data"]["type"], note["data"]["message"]) == ("note", "Imported: 4 projects")
    assert (alert["data"]["severity"], alert["data"]["message"]) == ("warning", "Alert: overpacing")


class Observed(LiveEvents):
    """Says when it was polled for the first time: the streams have their places by then."""

    def __init__(self, services: Services) -> None:
        super().__init__(lambda: services.store)
        object.__setattr__(self, "polled", threading.Event())

    def since(self, seq: int, limit: int = 500) -> Sequence[LiveEvent]:
        found = super().since(seq, limit)
        self.polled.set()  # type: ignore[attr-defined]
        return found

    async def wait_for_poll(self) -> None:
        assert await asyncio.to_thread(self.polled.wait, patience_seconds())  # type: ignore[attr-defined]


async def test_a_stream_begins_with_the_next_event(services: Services) -> None:
    append(services, "activity.new")
    observed = Observed(services)
    waiting = asyncio.create_task(take(Broadcast(observed), None, 2))
    await observed.wait_for_poll()
    numbers = append(services, "activity.new", "activity.new")
    assert await waiting == numbers


@pytest.mark.parametrize("kept", [3, 2000])
async def test_streams_that_resume_anywhere_get_every_event_once_and_in_order(
    services: Services, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(broadcasting, "_KEPT_EVENTS", kept)
    monkeypatch.setattr(broadcasting, "_BATCH", 4)
    monkeypatch.setattr(broadcasting, "_POLL_SECONDS", 0.01)
    before = append(services, *["activity.new"] * 10)
    stream = Broadcast(LiveEvents(lambda: services.store))
    streams = [asyncio.create_task(take(stream, seen, before[-1] + 12 - seen)) for seen in range(before[0], before[-1])]
    after: list[int] = []
    for _ in range(4):
        await asyncio.sleep(0.02)
        after += append(services, *["activity.new"] * 3)
    for first, task in zip(before, streams, strict=False):
        assert await task == [number for number in (*before, *after) if number > first]


async def test_a_number_of_another_store_continues_with_what_is_new(services: Services) -> None:
    (newest,) = append(services, "activity.new")
    observed = Observed(services)
    waiting = asyncio.create_task(take(Broadcast(observed), newest + 1000, 1))
    await observed.wait_for_poll()
    observed.polled.clear()  # type: ignore[attr-defined]
    await observed.wait_for_poll()
    (number,) = append(services, "activity.new")
    assert await waiting == [number]


async def test_the_poll_ends_with_the_last_stream(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcasting, "_POLL_SECONDS", 0.01)
    numbers = append(services, "activity.new", "activity.new")
    stream = Broadcast(LiveEvents(lambda: services.store))
    follower = stream.follow(numbers[0])
    assert (await anext(follower)).seq == numbers[1]
    await follower.aclose()  # type: ignore[attr-defined]
    assert stream._poll is not None
    await asyncio.wait_for(stream._poll, timeout=patience_seconds())


@pytest.mark.parametrize("sent", ["x", "-1", "1e3", "٣"])
async def test_a_malformed_last_event_id_is_refused(client: httpx.AsyncClient, sent: str) -> None:
    response = await client.get("/api/sse/stream", headers=[(b"last-event-id", sent.encode())])
    assert (response.status_code, response.json()["code"]) == (422, "invalid-request")


async def test_the_feed_shows_events_in_words(client: httpx.AsyncClient, services: Services) -> None:
    append(services, "activity.new")
    entry = (await client.get("/api/activity", params={"limit": 1})).json()["items"][0]
    assert (entry["type"], entry["title"]) == ("note", "activity.new")
    assert str(AS_OF) in entry["at"]
    assert list(itertools.islice(entry, 2)) == ["id", "at"]
