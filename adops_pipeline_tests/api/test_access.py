"""Access: the token, the host names, the security headers; no secret and no trace leaves the server."""

import httpx
import pytest
from pydantic import SecretStr

from adops_pipeline.api.shield import is_loopback
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over

TOKEN = "a-token-for-tests"
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


@pytest.mark.parametrize(
    ("host", "is_own"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.example", False)],
)
def test_loopback_addresses_are_known(host: str, *, is_own: bool) -> None:
    assert is_loopback(host) is is_own
