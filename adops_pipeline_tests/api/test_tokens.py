"""Named tokens and sessions: what opens the API, for whom, until when."""

import asyncio
import shutil
from asyncio import Queue
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import Message

from adops_pipeline.api import access
from adops_pipeline.api.app import create_app
from adops_pipeline.api.throttle import Throttle
from adops_pipeline.clock import Clock
from adops_pipeline.domain.access import Role
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import BASE, client_of, services_over
from adops_pipeline_tests.patience import patience_seconds

TOKEN = "a-token-for-tests"
OWN_PAGE = {"Origin": BASE, "X-Requested-With": "page"}
RUN = {"workflowId": "pacing-check"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def stopped_at(now: datetime) -> Clock:
    return lambda: now


@pytest.fixture
def empty(empty_data: Path, tmp_path: Path) -> Services:
    """Services over an empty store, with the settings' token."""
    shutil.copy(empty_data / "operations.db", tmp_path)
    return services_over(tmp_path, api_token=SecretStr(TOKEN))


@pytest.fixture
async def guarded(empty: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(empty) as client:
        yield client
    empty.store.close()


def created(services: Services, role: Role = "operator", **given: object) -> str:
    return services.tokens.create("n8n", role, by="test", **given)[1]  # type: ignore[arg-type]


async def test_a_named_token_opens_the_api_under_its_name(guarded: httpx.AsyncClient, empty: Services) -> None:
    secret = created(empty)
    assert secret.startswith("adops_")
    assert len(secret) == len("adops_") + 43
    session = await guarded.get("/api/session", headers=bearer(secret))
    assert session.json() == {"name": "n8n", "role": "operator"}
    await guarded.post("/api/workflows/run", json=RUN, headers=bearer(secret))
    newest = (await guarded.get("/api/activity?limit=1", headers=bearer(secret))).json()["items"][0]
    assert newest["title"].startswith("n8n: run_workflow ")


async def test_a_revoked_token_opens_nothing_at_once(guarded: httpx.AsyncClient, empty: Services) -> None:
    secret = created(empty)
    token = empty.tokens.every()[0]
    assert (await guarded.get("/api/session", headers=bearer(secret))).status_code == 200
    revoked = await guarded.delete(f"/api/tokens/{token.id}", headers=bearer(TOKEN))
    assert revoked.json()["status"] == "revoked"
    assert (await guarded.get("/api/session", headers=bearer(secret))).status_code == 401
    assert (await guarded.delete(f"/api/tokens/{token.id}", headers=bearer(TOKEN))).status_code == 409


async def test_a_token_opens_nothing_from_the_moment_at_which_it_expires(empty: Services) -> None:
    secret = created(empty, expires_at=empty.clock() + timedelta(hours=1))
    for age, status in ((timedelta(minutes=59), 200), (timedelta(hours=1), 401)):
        now = empty.clock() + age
        async with client_of(replace(empty, clock=stopped_at(now))) as client:
            assert (await client.get("/api/session", headers=bearer(secret))).status_code == status


async def test_the_last_use_is_recorded_once_a_minute(empty: Services) -> None:
    secret, start = created(empty), empty.clock()
    uses = []
    for seconds in (0, 59, 60):
        now = start + timedelta(seconds=seconds)
        later = replace(empty, clock=stopped_at(now))
        assert later.tokens.holder(secret) is not None
        uses.append(later.tokens.every()[0].last_used_at)
    assert uses == [start, start, start + timedelta(seconds=60)]


async def test_the_secret_is_in_the_answer_to_its_creation_only(guarded: httpx.AsyncClient, empty: Services) -> None:
    admin = bearer(TOKEN)
    answer = await guarded.post("/api/tokens", json={"name": "BI", "role": "reader"}, headers=admin)
    secret, token_id = answer.json()["secret"], answer.json()["id"]
    assert answer.headers["location"] == f"/api/tokens/{token_id}"
    assert answer.headers["cache-control"] == "no-store"
    for path in ("/api/tokens", f"/api/tokens/{token_id}", "/api/events", "/api/activity"):
        text = (await guarded.get(path, headers=admin)).text
        assert token_id in text
        assert secret not in text
    file = empty.store.file
    assert file is not None
    held = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert secret.encode() not in held
    assert secret.removeprefix("adops_").encode() not in held


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "settings", "role": "admin"}, 422),
        ({"name": "a\nb", "role": "admin"}, 422),
        ({"name": "x", "role": "owner"}, 422),
        ({"name": "x", "role": "admin", "expiresAt": "2020-01-01T00:00:00Z"}, 422),
        ({"name": "n8n", "role": "admin"}, 409),
    ],
)
async def test_a_token_that_would_mislead_is_not_created(
    guarded: httpx.AsyncClient, empty: Services, body: dict[str, str], status: int
) -> None:
    created(empty)
    assert (await guarded.post("/api/tokens", json=body, headers=bearer(TOKEN))).status_code == status
    assert len(empty.tokens.every()) == 1


async def test_the_first_named_token_closes_the_api_and_only_a_purge_opens_it_again(tmp_path: Path) -> None:
    services = services_over(tmp_path)
    statuses = []

    async def ask() -> None:  # each client is a new server: none remembers whether there are tokens
        async with client_of(services) as client:
            statuses.append((await client.get("/api/session")).status_code)

    await ask()
    created(services)
    await ask()
    services.tokens.revoke(services.tokens.every()[0].id)
    await ask()
    assert services.tokens.purge() == 1
    await ask()
    assert statuses == [200, 401, 401, 200]
    services.store.close()


async def test_a_server_that_other_machines_reach_always_needs_a_token(tmp_path: Path) -> None:
    services = services_over(tmp_path, api={"host": "0.0.0.0", "allowed_hosts": ["127.0.0.1"]})
    async with client_of(services) as client:
        assert (await client.get("/api/session")).status_code == 401


async def test_a_browser_signs_in_and_out(guarded: httpx.AsyncClient, empty: Services) -> None:
    secret = created(empty)
    answer = await guarded.post("/api/login", json={"token": secret}, headers={"Origin": BASE})
    assert answer.json()["name"] == "n8n"
    assert secret not in answer.text
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert attributes == {"httponly", "samesite=strict", "path=/", "max-age=43200"}
    assert (await guarded.get("/api/session")).json()["name"] == "n8n"
    cookie = guarded.cookies["adops_session"]
    assert (await guarded.post("/api/logout", headers=OWN_PAGE)).status_code == 204
    assert (await guarded.get("/api/session")).status_code == 401
    guarded.cookies.set("adops_session", cookie)
    assert (await guarded.get("/api/session")).status_code == 401, "the session has ended, not only its cookie"


async def test_behind_tls_the_cookie_is_secure(empty: Services) -> None:
    async with client_of(empty) as client:
        answer = await client.post("https://127.0.0.1/api/login", json={"token": TOKEN})
    assert "secure" in answer.headers["set-cookie"].lower()


async def test_a_purge_keeps_what_is_valid(empty: Services) -> None:
    now = empty.clock()
    for name, hours in (("ended", 1), ("valid", 2)):
        empty.tokens.create(name, "reader", by="test", expires_at=now + timedelta(hours=hours))
    empty.tokens.create("endless", "reader", by="test")
    later = replace(empty, clock=stopped_at(now + timedelta(hours=1)))
    assert later.tokens.purge() == 1
    assert [token.name for token in later.tokens.every()] == ["endless", "valid"]


@pytest.mark.parametrize(
    ("address", "origin", "status"),
    [
        ("https://127.0.0.1", "https://127.0.0.1", 202),
        ("https://127.0.0.1", "http://127.0.0.1", 403),
        ("http://127.0.0.1", "https://127.0.0.1", 202),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", 202),
        ("http://127.0.0.1:8000", "http://127.0.0.1", 403),
        ("http://localhost:8000", "http://127.0.0.1:8000", 403),
    ],
)
async def test_an_origin_is_scheme_host_and_port(empty: Services, address: str, origin: str, status: int) -> None:
    async with client_of(empty) as client:
        headers = bearer(TOKEN) | {"Origin": origin}
        answer = await client.post(f"{address}/api/workflows/run", json=RUN, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OWN_PAGE, 202),
        ({"Sec-Fetch-Site": "same-origin", "X-Requested-With": "page"}, 202),
        ({"Origin": BASE}, 403),
        ({"X-Requested-With": "page"}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "none", "X-Requested-With": "page"}, 403),
        (OWN_PAGE | {"Origin": "http://evil.example"}, 403),
        (OWN_PAGE | {"Origin": f"{BASE}:3000"}, 403),
        (OWN_PAGE | {"Origin": "null"}, 403),
        (OWN_PAGE | {"Sec-Fetch-Site": "same-site"}, 403),
        (OWN_PAGE | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
    ],
)
async def test_a_session_changes_something_only_from_an_own_page(
    guarded: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    await guarded.post("/api/login", json={"token": TOKEN})
    assert (await guarded.post("/api/workflows/run", json=RUN, headers=headers)).status_code == status


async def test_a_session_ends_with_its_token_and_after_its_time(empty: Services) -> None:
    empty.tokens.create("n8n", "reader", by="test")
    token = empty.tokens.every()[0]
    named, own = empty.sessions.open(token.id), empty.sessions.open(None)
    assert [actor and actor.name for actor in map(empty.sessions.actor, (named, own))] == ["n8n", "settings"]
    changed = services_over(empty.settings.data_dir, api_token=SecretStr("another-token"))
    assert [actor and actor.name for actor in map(changed.sessions.actor, (named, own))] == ["n8n", None]
    late = empty.clock() + timedelta(hours=12)
    expired = replace(empty, clock=stopped_at(late))
    assert list(map(expired.sessions.actor, (named, own))) == [None, None]
    empty.tokens.revoke(token.id)
    assert empty.sessions.actor(named) is None


async def test_wrong_tokens_are_slowed_down_and_valid_named_ones_are_not(empty: Services) -> None:
    secret, app, now = created(empty), create_app(empty), [0.0]
    app.state.identity._throttle = Throttle(clock=lambda: now[0])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as client:
        guesses = [await client.post("/api/login", json={"token": f"guess-{number}"}) for number in range(7)]
        assert [guess.status_code for guess in guesses] == [401] * 6 + [429]
        refused = await client.get("/api/session", headers=bearer(TOKEN))
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert (await client.get("/api/session", headers=bearer(secret))).status_code == 200
        now[0] = 1.0
        assert (await client.get("/api/session", headers=bearer(TOKEN))).status_code == 200


def test_each_further_failure_doubles_the_wait_up_to_five_minutes() -> None:
    now = [0.0]
    throttle, waits = Throttle(clock=lambda: now[0]), []
    for number in range(16):
        throttle.failed("2001:db8::1", str(number))
        waits.append(throttle.wait_seconds("2001:db8::ffff"))
        now[0] += waits[-1]
    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert throttle.wait_seconds("2001:db8:1::1") == 0
    now[0] += 901
    throttle.failed("2001:db8::1", "again")
    assert throttle.wait_seconds("2001:db8::1") == 0


async def test_a_program_that_repeats_its_old_token_locks_nobody_out(guarded: httpx.AsyncClient) -> None:
    for _ in range(20):
        assert (await guarded.get("/api/session", headers=bearer("old"))).status_code == 401
    assert (await guarded.get("/api/session", headers=bearer(TOKEN))).status_code == 200


async def test_an_open_stream_ends_soon_after_its_token_is_revoked(
    empty: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_CHECKED_EVERY_SECONDS", 0.01)
    secret, app, messages = created(empty), create_app(empty), list[str]()
    asked = Queue[Message]()
    asked.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    async def send(message: Message) -> None:
        messages.append(message["type"])
        if message["type"] == "http.response.start":
            empty.tokens.revoke(empty.tokens.every()[0].id)

    scope = {
        "type": "http", "method": "GET", "path": "/api/sse/stream", "query_string": b"", "scheme": "http",
        "headers": [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {secret}".encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "root_path": "", "http_version": "1.1",
    }  # fmt: skip
    async with asyncio.timeout(patience_seconds()):
        await app(scope, asked.get, send)
    assert messages[0] == "http.response.start"
