"""Workflows over the API: requested once, followed, cancelled, retried; wrong requests are named."""

from typing import Any

import httpx
import pytest

from adops_pipeline.api.paging import encode
from adops_pipeline.wiring import Services

RUN = "/api/workflows/run"


async def test_a_requested_workflow_waits_in_the_queue_for_the_daemon(
    client: httpx.AsyncClient, services: Services
) -> None:
    body = {"workflowId": "pacing-check", "params": {"lookbackDays": 7}}
    response = await client.post(RUN, json=body)
    assert response.status_code == 202
    accepted = response.json()
    (waiting,) = services.executions.pending(10)
    assert (waiting.id, waiting.requested_by) == (accepted["executionId"], "api")
    shown = (await client.get(response.headers["location"])).json()
    assert (shown["status"], shown["workflowId"], shown["parameters"]["lookbackDays"]) == ("pending", "pacing-check", 7)


async def test_the_same_idempotency_key_requests_once(client: httpx.AsyncClient, services: Services) -> None:
    headers = {"Idempotency-Key": "monday"}
    first = await client.post(RUN, json={"template": "quick-pacing-check"}, headers=headers)
    again = await client.post(RUN, json={"template": "quick-pacing-check"}, headers=headers)
    assert first.json() == again.json()
    assert len(services.executions.pending(10)) == 1
    other = await client.post(RUN, json={"workflowId": "sync-platforms"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "refused")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"workflowId": "pacing-chek"}, 404, "did you mean pacing-check?"),
        ({"workflowId": "pacing-check", "params": {"lookbackDay": 7}}, 422, "lookbackDays"),
        ({"workflowId": "pacing-check", "template": "quick-pacing-check"}, 422, "either workflowId or template"),
        ({"workflowId": "pacing-check", "parms": {}}, 422, "there is no such field; did you mean params?"),
        ({}, 422, "either workflowId or template"),
    ],
)
async def test_a_wrong_request_is_named_and_requests_nothing(
    client: httpx.AsyncClient, services: Services, body: dict[str, Any], status: int, said: str
) -> None:
    response = await client.post(RUN, json=body)
    assert response.status_code == status
    assert said in response.json()["detail"]
    assert not services.executions.pending(10)


async def test_a_cancelled_execution_can_be_retried(client: httpx.AsyncClient) -> None:
    asked = (await client.post(RUN, json={"workflowId": "pacing-check"})).json()["executionId"]
    cancelled = await client.post(f"/api/executions/{asked}/cancel")
    assert cancelled.json()["status"] == "cancelled"
    assert (await client.post(f"/api/executions/{asked}/cancel")).json() == cancelled.json()
    again = await client.post(f"/api/executions/{asked}/retry")
    assert again.status_code == 202
    assert (await client.get(again.headers["location"])).json()["retryOf"] == asked


async def test_executions_are_listed_page_by_page(client: httpx.AsyncClient) -> None:
    asked = [(await client.post(RUN, json={"workflowId": "pacing-check"})).json()["executionId"] for _ in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get("/api/executions", params={"limit": 2, "status": "pending", **cursor})).json()
        seen += [row["id"] for row in page["items"]]
        if page["nextCursor"] is None:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert sorted(seen) == sorted(asked)
    for mark in (["2", "3"], [None], ["-1"], ["9" * 12], []):
        refused = await client.get("/api/executions", params={"cursor": encode("executions", mark)})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-cursor")


async def test_an_unknown_execution_is_not_found(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/executions/nope")
    assert (response.status_code, response.json()["code"]) == (404, "not-found")


async def test_workflows_and_templates_are_described_with_their_parameters(client: httpx.AsyncClient) -> None:
    workflows = {row["id"]: row for row in (await client.get("/api/workflows")).json()}
    assert "lookbackDays" in workflows["pacing-check"]["parameters"]["properties"]
    templates = (await client.get("/api/workflows/templates")).json()
    assert {row["workflowId"] for row in templates} <= workflows.keys()
