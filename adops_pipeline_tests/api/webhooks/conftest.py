"""The API over an empty store, with a clock that tests move and a key for stored secrets."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete

from adops_pipeline.api.app import create_app
from adops_pipeline.operations.schema import metadata
from adops_pipeline.operations.secrets import new_key
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.api.conftest import BASE
from adops_pipeline_tests.api.webhooks.senders import Sender
from adops_pipeline_tests.templates import copy_into

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


def _open(data_dir: Path, **settings: object) -> tuple[Services, FastAPI, list[datetime]]:
    now = [NOW]
    chosen: dict[str, Any] = {"data_dir": data_dir, "secret_keys": new_key()} | settings
    services = build_services(load_settings(**chosen), clock=lambda: now[0])
    return services, create_app(services), now


def _desk(services: Services, app: FastAPI, now: list[datetime]) -> Desk:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return Desk(services, httpx.AsyncClient(transport=transport, base_url=BASE), now)


@pytest.fixture(scope="module")
def opened(
    empty_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Services, FastAPI, list[datetime]]]:
    """The API under usual settings, for all tests of a module: an application's first request builds its routes."""
    found = _open(copy_into(empty_data, tmp_path_factory.mktemp("webhooks")))
    yield found
    found[0].store.close()


@pytest.fixture
async def desk(opened: tuple[Services, FastAPI, list[datetime]]) -> AsyncIterator[Desk]:
    """The same with an empty store."""
    services, _, now = opened
    now[0] = NOW
    services.__dict__.pop("webhook_ingress", None)  # its limits
    with services.store.writing() as con:
        for table in reversed(metadata.sorted_tables):
            con.execute(delete(table))
    made = _desk(*opened)
    yield made
    await made.client.aclose()


@pytest.fixture
async def make_desk(data_dir: Path) -> AsyncIterator[MakeDesk]:
    """Opens the API under other settings."""
    made: list[Desk] = []

    async def make(**settings: object) -> Desk:
        made.append(_desk(*_open(data_dir, **settings)))
        return made[-1]

    yield make
    for desk in made:
        await desk.client.aclose()
        desk.services.store.close()
