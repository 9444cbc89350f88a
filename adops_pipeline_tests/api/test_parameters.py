"""Parameters of the address that a route does not have are refused, whichever route it is."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from adops_pipeline_tests.api.test_every_operation import operations_of


async def test_every_operation_refuses_a_parameter_that_it_does_not_have(
    kept: Mapping[str, Any], client: httpx.AsyncClient
) -> None:
    operations = [one for one in operations_of(kept) if one.role is not None]
    assert len(operations) > 100
    for one in operations:
        answer = await client.request(one.method, f"{one.path}?zzz=1", json={} if one.has_body else None)
        fields = {error["field"] for error in answer.json().get("errors", ())}
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request"), one
        assert "zzz" in fields, one


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        (
            "/api/executions?stauts=failed&x=1",
            "stauts: there is no such parameter; did you mean status?; x: there is no such parameter",
        ),
        ("/api/sse/stream?type=alert.firing", "type: there is no such parameter; did you mean types?"),
        ("/api/tools?limit=3", "limit: there is no such parameter"),
    ],
)
async def test_the_nearest_parameter_is_named(client: httpx.AsyncClient, address: str, detail: str) -> None:
    answer = await client.get(address)
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)
