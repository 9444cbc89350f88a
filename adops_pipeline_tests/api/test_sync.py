"""A sync is requested over the API: queued once with its parameters, and wrong ones are named."""

from typing import Any

import httpx
import pytest

from adops_pipeline.wiring import Services

PATH = "/api/analytics/sync"


async def test_a_requested_sync_waits_in_the_queue_with_its_parameters(
    client: httpx.AsyncClient, services: Services
) -> None:
    response = await client.post(PATH, json={"platforms": ["meta-ads"], "lookbackDays": 7})
    assert response.status_code == 202
    (waiting,) = services.executions.pending(10)
    assert waiting.id == response.json()["executionId"]
    assert (waiting.workflow_id, waiting.requested_by) == ("sync-platforms", "api")
    assert waiting.parameters == {"platforms": ["meta-ads"], "lookbackDays": 7}
    shown = (await client.get(response.headers["location"])).json()
    assert (shown["id"], shown["status"]) == (waiting.id, "pending")


async def test_a_sync_without_a_body_is_one_of_all_platforms(client: httpx.AsyncClient, services: Services) -> None:
    response = await client.post(PATH)
    assert response.status_code == 202
    (waiting,) = services.executions.pending(10)
    assert not waiting.parameters["platforms"]


async def test_the_same_key_requests_one_sync_and_other_parameters_are_a_conflict(
    client: httpx.AsyncClient, services: Services
) -> None:
    headers = {"Idempotency-Key": "monday"}
    first = await client.post(PATH, json={"lookbackDays": 7}, headers=headers)
    again = await client.post(PATH, json={"lookbackDays": 7}, headers=headers)
    assert first.json() == again.json()
    other = await client.post(PATH, json={"lookbackDays": 8}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "refused")
    assert len(services.executions.pending(10)) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"platform": ["meta-ads"]}, "did you mean platforms?"),
        ({"platforms": ["meta"]}, "platforms.0"),
        ({"lookbackDays": 0}, "lookbackDays"),
        ({"lookbackDays": True}, "lookbackDays"),
        ({"lookbackDays": 5000}, "lookbackDays"),
    ],
)
async def test_wrong_parameters_are_named_and_request_nothing(
    client: httpx.AsyncClient, services: Services, body: dict[str, Any], said: str
) -> None:
    response = await client.post(PATH, json=body)
    assert response.status_code == 422
    assert said in response.json()["detail"]
    assert not services.executions.pending(10)
