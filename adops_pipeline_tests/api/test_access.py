"""Access: the token, the host names, the security headers; no secret and no trace leaves the server."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from adops_pipeline.api.body_limit import BodyLimit
from adops_pipeline.api.redaction import RedactingFormatter
from adops_pipeline.api.shield import is_loopback
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over

TOKEN = "a-token-for-tests"
NAMED = "adops_" + "x" * 43
PROTECTED = ["/api/analytics/pacing", "/api/executions", "/api/events", "/api/sse/stream", "/api/workflows"]


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Basic YTpi", f"Bearer {TOKEN}x", "Bearer é"])
async def test_with_a_token_set_a_route_answers_nobody_without_it(
    services: Services, path: str, sent: str | None
) -> None:
    guarded = services_over(services.settings.data_dir, api_token=SecretStr(TOKEN))
    headers = [] if sent is None else [(b"authorization", sent.encode("latin-1"))]
    async with client_of(guarded) as client:
        response = await client.get(path, headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")
    assert response.headers["www-authenticate"] == "Bearer"
    assert TOKEN not in response.text


async def test_the_token_opens_the_routes_and_health_needs_none(services: Services) -> None:
    guarded = services_over(services.settings.data_dir, api_token=SecretStr(TOKEN))
    async with client_of(guarded) as client:
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert (await client.get("/api/analytics/pacing", headers=bearer)).status_code == 200
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).status_code == 200
        document = await client.get("/api/openapi.json")
    assert TOKEN not in document.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
async def test_a_foreign_host_name_is_refused(client: httpx.AsyncClient, host: str) -> None:
    response = await client.get("/healthz", headers={"Host": host})
    assert (response.status_code, response.json()["code"]) == (421, "foreign-host")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
async def test_this_machines_names_are_answered(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/healthz", headers={"Host": host})).status_code == 200


async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/api/nope", "/api/docs"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


async def test_an_unexpected_error_says_nothing_of_the_code(
    services: Services, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("details of the code")

    monkeypatch.setattr(type(services.executions), "newest", broken)
    response = await client.get("/api/executions")
    assert (response.status_code, response.json()["code"]) == (500, "internal-error")
    assert "details of the code" not in response.text
    assert "details of the code" in caplog.text
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "is_own"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.example", False)],
)
def test_loopback_addresses_are_known(host: str, *, is_own: bool) -> None:
    assert is_loopback(host) is is_own


@pytest.mark.parametrize(
    "address", ["/healthz?token=x", "/api/session?Access_Token=x", f"/healthz?x={NAMED}", f"/{NAMED}"]
)
async def test_a_token_in_the_address_is_refused(client: httpx.AsyncClient, address: str) -> None:
    response = await client.get(address)
    assert (response.status_code, response.json()["code"]) == (400, "token-in-address")
    assert NAMED not in response.text


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [("same-origin", "cors", 200), ("none", "navigate", 200), ("cross-site", "navigate", 200),
     ("cross-site", "no-cors", 403), ("same-site", "cors", 403)],
)  # fmt: skip
async def test_other_sites_may_link_here_and_no_more(
    client: httpx.AsyncClient, site: str, mode: str, status: int
) -> None:
    response = await client.get("/api/session", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode})
    assert response.status_code == status
    assert "access-control-allow-origin" not in response.headers


async def test_a_page_of_another_site_cannot_use_an_api_without_a_token(client: httpx.AsyncClient) -> None:
    headers = {"Origin": "http://evil.example", "Content-Type": "text/plain"}
    sent = await client.post("/api/workflows/run", content=b'{"workflowId": "pacing-check"}', headers=headers)
    assert (sent.status_code, sent.json()["code"]) == (403, "cross-origin")
    asked = await client.options("/api/executions", headers=headers | {"Access-Control-Request-Method": "DELETE"})
    assert asked.status_code == 403


async def test_a_method_in_a_header_is_ignored(client: httpx.AsyncClient) -> None:
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert (await client.get("/api/workflows/run", headers={header: "POST"})).status_code == 405


async def test_a_body_that_is_too_large_is_refused(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * (1 << 16)

    for content in (b" " * (1 << 20) + b"{", chunks()):
        response = await client.post(
            "/api/workflows/run", content=content, headers={"Content-Type": "application/json"}
        )
        assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


async def test_a_body_that_does_not_arrive_is_not_waited_for_without_end() -> None:
    async def app(_: Scope, receive: Receive, __: Send) -> None:
        await receive()

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(_: Message) -> None:
        raise AssertionError

    with pytest.raises(HTTPException) as refused:
        await BodyLimit(app, longest_seconds=0.01)({"type": "http", "headers": []}, never, send)
    assert refused.value.status_code == 408


async def test_answers_are_kept_by_nobody_unless_they_have_an_etag(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/executions")).headers["cache-control"] == "no-store"
    assert (await client.get("/api/nope")).headers["cache-control"] == "no-store"
    assert (await client.get("/api/analytics/pacing")).headers["cache-control"] == "private, no-cache"


async def test_the_policies_of_page_and_api_allow_nothing_inline_and_nothing_from_elsewhere(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/api/docs", "/api/executions"):
        policy = (await client.get(path)).headers["content-security-policy"]
        assert policy.startswith("default-src 'none';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


def test_the_log_masks_tokens_also_in_tracebacks() -> None:
    formatter = RedactingFormatter(SecretStr(TOKEN))
    error = ValueError(f"{TOKEN} or {NAMED} or Authorization: Bearer abc.def-1")
    record = logging.LogRecord("x", logging.ERROR, "", 0, "sent %s", (NAMED,), (ValueError, error, None))
    text = formatter.format(record)
    assert "ValueError: *** or *** or Authorization: Bearer ***" in text
    assert "sent ***" in text
    assert TOKEN not in text
    assert NAMED not in text


@pytest.mark.parametrize("token", ["\ud800", "\x00", "", 5, None, ["a"], "é" * 2000])
async def test_a_sign_in_that_makes_no_sense_is_refused(client: httpx.AsyncClient, token: object) -> None:
    body = json.dumps({"token": token}).encode()
    response = await client.post("/api/login", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (401, 422)


async def test_metrics_need_no_token_where_the_settings_say_so(services: Services) -> None:
    for is_open, status in ((False, 401), (True, 200)):
        own = services_over(services.settings.data_dir, api_token=SecretStr(TOKEN), api={"open_metrics": is_open})
        async with client_of(own) as client:
            assert (await client.get("/metrics")).status_code == status
            assert (await client.get("/api/session")).status_code == 401
