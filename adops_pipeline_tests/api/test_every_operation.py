"""Access of every operation of the OpenAPI document: new ones are covered without a word about them here."""

import logging
import shutil
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import select

from adops_pipeline.api.app import create_app
from adops_pipeline.domain.access import ROLES, Role
from adops_pipeline.operations.schema import metadata
from adops_pipeline.services.notifications.directory import NotificationFields
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import BASE, services_over

TOKEN = "planted-token-of-the-settings-44d1"
KEY = Fernet.generate_key().decode()
SLACK = "https://hooks.slack.com/services/T000/B000/PlantedSlack77aa"
MAIL = "smtp://ads:PlantedPassword51@127.0.0.1:2525?from=ads@example.com&to=team@example.com"
STORED = "https://hooks.slack.com/services/T000/B000/PlantedStored90bc"
HOOK = b64encode(b"planted-key-of-a-webhook-1f").decode()
SECRETS = (TOKEN, KEY, HOOK, "PlantedSlack77aa", "PlantedPassword51", "PlantedStored90bc")
OPEN = {"health", "readiness", "login"}
"""Operations that need no token; calls of webhooks are signed instead."""
READING_BY_POST = ("export_", "preview_", "try_", "evaluate_")
"""What asks by POST without changing anything."""
ENDLESS = {"stream_events"}


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    role: Role | None
    has_body: bool

    def named(self, ids: Mapping[str, str]) -> "Operation":
        """The operation on what has these ids."""
        parts = (ids.get(part, part) for part in self.path.split("/"))
        return replace(self, path="/".join(parts))

    async def call(self, client: httpx.AsyncClient, token: str | None) -> httpx.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return await client.request(self.method, self.path, headers=headers, json={} if self.has_body else None)


def operations_of(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, one in methods.items():
            filled = path.replace("{", "x-").replace("}", "")
            role = one["x-role"] if one.get("security") else None
            yield Operation(one["operationId"], method.upper(), filled, role, "requestBody" in one)


@pytest.fixture
def services(empty_data: Path, tmp_path: Path) -> Iterator[Services]:
    shutil.copy(empty_data / "operations.db", tmp_path)
    services = services_over(
        tmp_path,
        api_token=SecretStr(TOKEN),
        secret_keys=[KEY],
        notifications={"slack_webhook_url": SLACK, "email_url": MAIL},
    )
    services.store.migrate()
    yield services
    services.store.close()


@pytest.fixture(scope="module")
def operations(kept: Mapping[str, Any]) -> list[Operation]:
    return list(operations_of(kept))


def client_of(services: Services) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(services), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE)


def contents(services: Services) -> dict[str, list[Any]]:
    """Everything in the store but the last uses of tokens."""
    with services.store.reading() as con:
        return {
            table.name: sorted(map(repr, con.execute(select(*(c for c in table.c if c.name != "last_used_at")))))
            for table in metadata.sorted_tables
        }


def is_open(operation: Operation) -> bool:
    return operation.id in OPEN or operation.path.startswith("/api/webhooks/x-")


async def test_without_a_token_nothing_is_answered_but_health(services: Services, operations: list[Operation]) -> None:
    assert [one.id for one in operations if one.role is None and not is_open(one)] == []
    async with client_of(services) as client:
        for operation in operations:
            response = await operation.call(client, None)
            expected = {401} if operation.role is not None else {200, 202, 401, 404, 422, 503}
            assert response.status_code in expected, operation
        malformed = await client.post("/api/workflows/run", content=b"{", headers={"Content-Type": "application/json"})
        assert malformed.status_code == 401, "a body is not read before the token is checked"
        for path in ("/api/openapi.json", "/api/no-such-route", "/"):
            assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize("role", ["reader", "operator"])
async def test_a_role_reaches_what_it_is_for_and_changes_nothing_beyond(
    services: Services, operations: list[Operation], role: Role
) -> None:
    _, secret = services.tokens.create("somebody", role, by="test")
    before = contents(services)
    async with client_of(services) as client:
        for operation in operations:
            if operation.role is None or operation.id in ENDLESS:
                continue
            is_beyond = ROLES.index(operation.role) > ROLES.index(role)
            if is_beyond or operation.role == "reader":
                response = await operation.call(client, secret)
                assert (response.status_code == 403) is is_beyond, operation
    assert contents(services) == before


def test_what_changes_something_needs_more_than_reading(operations: list[Operation]) -> None:
    readable = {one.id for one in operations if one.method != "GET" and one.role == "reader"}
    # Each tool states the role that it needs itself.
    assert {one for one in readable if not one.startswith(READING_BY_POST)} == {"logout", "call_tool"}
    admin = {one.id for one in operations if one.role == "admin"}
    assert {"create_token", "list_tokens", "get_token", "revoke_token"} <= admin


async def test_no_operation_repeats_a_secret(
    services: Services, operations: list[Operation], caplog: pytest.LogCaptureFixture
) -> None:
    token, secret = services.tokens.create("somebody", "admin", by="test")
    services.receivers.add(NotificationFields("Team", "slack", target=STORED))
    said = [str(create_app(services).openapi())]
    with caplog.at_level(logging.DEBUG, logger="adops_pipeline"):
        async with client_of(services) as client:
            headers = {"Authorization": f"Bearer {secret}"}
            hook = {"name": "CRM", "workflowId": "pacing-check", "secret": f"whsec_{HOOK}"}
            created = await client.post("/api/webhooks", json=hook, headers=headers)
            ids = {"x-webhook_id": created.json()["id"], "x-token_id": token.id}
            reading = [one for one in operations if one.method == "GET"]
            changing = [one for one in operations if one.method != "GET"]
            for operation in (*reading, *changing):
                if operation.id not in ENDLESS:
                    response = await operation.named(ids).call(client, secret)
                    said += [response.text, str(response.headers)]
            said.append((await client.post("/api/login", json={"token": [secret]})).text)
    said += [created.text, caplog.text]
    assert any("pacing-check" in text and ids["x-webhook_id"] in text for text in said[1:-2]), "the webhook is shown"
    leaked = {one for one in (*SECRETS, secret) if any(one in text for text in said)}
    assert leaked == set()
