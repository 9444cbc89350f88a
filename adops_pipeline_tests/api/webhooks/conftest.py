"""The API over an empty store, with a clock that tests move and a key for stored secrets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from adops_pipeline.operations.secrets import new_key
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.api.conftest import client_of
from adops_pipeline_tests.api.webhooks.senders import Sender

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MAPPING: dict[str, Any] = {
    "lookbackDays": {"path": "$.days", "type": "int", "default": 7},
    "campaignIds": {"path": "$.campaigns[*].id", "optional": True},
}


@dataclass
class Desk:
    """The API, its clock, and what tests do often."""

    services: Services
    client: httpx.AsyncClient
    now: list[datetime] = field(default_factory=lambda: [NOW])

    async def create(self, verification: str, **fields: Any) -> tuple[str, Sender]:
        """Create a webhook; its id and its sender."""
        body = {"name": "Shop", "workflowId": "pacing-check", "paramsMapping": MAPPING, "verification": verification}
        response = await self.client.post("/api/webhooks", json=body | fields)
        assert response.status_code == 201, response.text
        made = response.json()
        return made["id"], Sender(verification, made["secret"])

    async def deliver(
        self, webhook_id: str, sender: Sender, body: bytes, call_id: str = "msg_1", **headers: str
    ) -> httpx.Response:
        """Send a signed delivery."""
        self.now[0] += timedelta(milliseconds=1)
        signed = sender.headers(body, call_id, self.now[0]) | {k.replace("_", "-"): v for k, v in headers.items()}
        return await self.client.post(f"/api/webhooks/{webhook_id}", content=body, headers=signed)

    def pending(self) -> list[dict[str, Any]]:
        """Parameters of the executions in the queue, oldest first."""
        return [execution.parameters for execution in self.services.executions.pending(10_000)]

    async def log(self, webhook_id: str) -> list[dict[str, Any]]:
        """The deliveries of a webhook, newest first."""
        found: list[dict[str, Any]] = (await self.client.get(f"/api/webhooks/{webhook_id}/deliveries")).json()["items"]
        return found


MakeDesk = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def make_desk(data_dir: Path) -> AsyncIterator[MakeDesk]:
    """Opens the API under other settings."""
    opened: list[Desk] = []

    async def make(**settings: object) -> Desk:
        now = [NOW]
        chosen: dict[str, Any] = {"data_dir": data_dir, "secret_keys": new_key()} | settings
        services = build_services(load_settings(**chosen), clock=lambda: now[0])
        opened.append(Desk(services, client_of(services), now))
        return opened[-1]

    yield make
    for desk in opened:
        await desk.client.aclose()
        desk.services.store.close()


@pytest.fixture
async def desk(make_desk: MakeDesk) -> Desk:
    """The API under usual settings."""
    return await make_desk()
