"""`/mcp` of the server, with the official client over a socket: tokens, roles, agents, hosts."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.types import Message

from adops_pipeline.dashboard.site import dashboard_app
from adops_pipeline.settings.agents import AgentSettings
from adops_pipeline.settings.proposals import ProposalSettings
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import services_over
from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.serving import serving
from adops_pipeline_tests.templates import copy_into
from adops_pipeline_tests.tools.campaign_flow import create_approve_list_undo


@pytest.fixture
async def services(published: Path, tmp_path: Path) -> AsyncIterator[Services]:
    """The services over the test's own copy, where the token `bot` acts as the buyer."""
    agents = {"social-media-buyer": AgentSettings(tokens=("bot",))}
    proposals = ProposalSettings(apply_automatically="never")
    services = services_over(copy_into(published, tmp_path), agents=agents, proposals=proposals)
    yield services
    services.snapshots.close()
    services.store.close()


@asynccontextmanager
async def endpoint(services: Services) -> AsyncIterator[str]:
    """A server in this event loop; the address of the endpoint."""
    async with serving(dashboard_app(services)) as address:
        yield f"{address}/mcp"


@asynccontextmanager
async def connected(address: str, token: str, mode: str = "auto") -> AsyncIterator[Client]:
    """The official client with a token; in mode `legacy` it opens with the handshake that most clients use."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=patience_seconds(30)) as http,
        Client(streamable_http_client(address, http_client=http), mode=mode) as client,
    ):
        yield client


async def test_the_official_client_works_over_http_as_the_holder_of_its_token(services: Services) -> None:
    _, alice = services.tokens.create("alice", "reader", by="test")
    _, bot = services.tokens.create("bot", "operator", by="test")
    _, carol = services.tokens.create("carol", "operator", by="test")
    async with endpoint(services) as address:
        async with connected(address, alice) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            pacing = await client.call_tool("list_pacing", {"limit": 2})
            refused = await client.call_tool("run_workflow", {"workflow": "pacing-check"})
        async with connected(address, bot) as client:
            foreign = await client.call_tool("approve_proposal", {"proposal_id": "x", "reason": "why not"})
            async with connected(address, carol, "legacy") as deciding:
                await create_approve_list_undo(client, deciding)
        async with httpx.AsyncClient(timeout=patience_seconds(30)) as http:
            without = await http.post(address, json={})
            foreign_host = await http.post(address, json={}, headers={"Host": "evil.example"})
            foreign_page = await http.post(address, json={}, headers={"Origin": "https://evil.example"})
            stream = await http.get(address, headers={"Authorization": f"Bearer {alice}"})
    assert {"list_pacing", "query_snapshot"} <= names
    assert "run_workflow" not in names
    assert pacing.structured_content is not None
    assert pacing.structured_content["returned"] == 2
    assert pacing.structured_content["hasMore"]
    assert "needs the role operator; alice has reader" in str(refused.content)
    assert "agent social-media-buyer may not use approve_proposal" in str(foreign.content)
    assert (without.status_code, without.json()["code"]) == (401, "unauthorized")
    assert without.headers["www-authenticate"] == "Bearer"
    assert (foreign_host.status_code, foreign_page.status_code, stream.status_code) == (421, 403, 405)


async def test_a_client_that_goes_before_its_request_is_complete_is_no_error(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    app = dashboard_app(services)
    told = {b"host": b"localhost", b"content-type": b"application/json", b"content-length": b"100"}
    headers = [*told.items(), (b"accept", b"application/json, text/event-stream")]
    half: Message = {"type": "http.request", "body": b'{"json', "more_body": True}
    received, sent = iter([half, {"type": "http.disconnect"}]), list[Message]()

    async def receive() -> Message:
        return next(received)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/mcp", "raw_path": b"/mcp", "root_path": "", "query_string": b"",
        "headers": headers, "scheme": "http", "server": ("localhost", 80), "client": ("127.0.0.1", 1), "state": {},
    }  # fmt: skip
    async with app.router.lifespan_context(app):
        await app(scope, receive, send)
    assert next(received, None) is None
    assert (sent, [one.getMessage() for one in caplog.records]) == ([], [])


def test_the_application_is_made_without_the_sdk(services: Services) -> None:
    loaded = {name for name in sys.modules if name == "mcp" or name.startswith("mcp.")}
    kept = {name: sys.modules.pop(name) for name in loaded}
    try:
        dashboard_app(services)
        assert not [name for name in sys.modules if name.startswith("mcp.")]
    finally:
        sys.modules.update(kept)
