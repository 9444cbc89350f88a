"""Roles and the record of changes: who may do what, and who did it."""

import httpx

RUN = {"workflowId": "pacing-check"}


async def test_a_change_is_recorded_with_who_made_it_and_what_it_changed(client: httpx.AsyncClient) -> None:
    accepted = (await client.post("/api/workflows/run", json=RUN)).json()
    newest = (await client.get("/api/activity?limit=1")).json()["items"][0]
    assert newest["title"] == f"local: run_workflow {accepted['executionId']}"
    await client.post(f"/api/executions/{accepted['executionId']}/cancel")
    newest = (await client.get("/api/activity?limit=1")).json()["items"][0]
    assert newest["title"] == f"local: cancel_execution {accepted['executionId']}"


async def test_a_repeated_request_is_recorded_once(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await client.post("/api/workflows/run", json=RUN, headers={"Idempotency-Key": "once"})
    assert await _changes(client) == 1


async def test_what_is_refused_or_only_reads_is_not_recorded(client: httpx.AsyncClient) -> None:
    await client.post("/api/workflows/run", json={"workflowId": "nothing"})
    await client.get("/api/executions")
    hook = {"name": "CRM", "workflowId": "pacing-check", "verification": "api-key"}
    webhook = await client.post("/api/webhooks", json=hook)
    assert await _changes(client) == 1
    tried = await client.post(f"/api/webhooks/{webhook.json()['id']}/dry-run", json={"payload": {}})
    assert (tried.status_code, await _changes(client)) == (200, 1)


async def test_the_record_repeats_nothing_of_the_body(client: httpx.AsyncClient) -> None:
    await client.post("/api/workflows/run", json=RUN)
    events = (await client.get("/api/events?types=activity.new")).json()["items"]
    assert set(events[-1]["data"]) == {
        "type", "message", "title", "actor", "role", "operation", "target", "subject", "platform", "projectId",
    }  # fmt: skip


async def _changes(client: httpx.AsyncClient) -> int:
    return len((await client.get("/api/events?types=activity.new")).json()["items"])
