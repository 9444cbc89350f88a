"""A caller of the emulated API with good credentials, and a clock that tests set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import pytest

from adops_pipeline.sandbox.google_ads import (
    SANDBOX_CLIENT_ID,
    SANDBOX_CLIENT_SECRET,
    SANDBOX_DEVELOPER_TOKEN,
    SANDBOX_REFRESH_TOKEN,
    build_google_ads_app,
)
from adops_pipeline.sandbox.market import Market

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MANAGER, US, DE, JP, EMPTY = "4100000018", "4201987305", "4302654871", "4403110926", "4504777210"
GRANT = {
    "grant_type": "refresh_token",
    "client_id": SANDBOX_CLIENT_ID,
    "client_secret": SANDBOX_CLIENT_SECRET,
    "refresh_token": SANDBOX_REFRESH_TOKEN,
}


@cache
def market() -> Market:
    return Market()


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Caller:
    """Sends requests as a client with good credentials would; every header can be replaced or, with "", left out."""

    http: httpx.AsyncClient
    clock: Clock
    headers: dict[str, str] = field(default_factory=dict)

    async def token(self, **changes: str) -> httpx.Response:
        form = {name: value for name, value in (GRANT | changes).items() if value}
        return await self.http.post("/token", data=form)

    async def log_in(self) -> None:
        token = (await self.token()).json()["access_token"]
        self.headers = {
            "authorization": f"Bearer {token}",
            "developer-token": SANDBOX_DEVELOPER_TOKEN,
            "login-customer-id": MANAGER,
        }

    async def get(self, path: str, **changes: str) -> httpx.Response:
        return await self.http.get(path, headers=self._headers(changes))

    async def ask(
        self, account: str, method: str, body: Mapping[str, object], *, version: str = "v26", **changes: str
    ) -> httpx.Response:
        path = f"/{version}/customers/{account}/googleAds:{method}"
        return await self.http.post(path, json=dict(body), headers=self._headers(changes))

    async def rows(self, account: str, query: str) -> list[dict[str, Any]]:
        """All rows of a streamed answer."""
        answer = await self.ask(account, "searchStream", {"query": query})
        assert answer.status_code == 200, answer.text
        return [row for chunk in answer.json() for row in chunk.get("results", [])]

    async def refusal(self, account: str, query: str) -> str:
        """``family.CODE`` of the refusal of a streamed query."""
        return reason(await self.ask(account, "searchStream", {"query": query}))

    def _headers(self, changes: Mapping[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        return {name: value for name, value in (self.headers | named).items() if value}


def reason(answer: httpx.Response) -> str:
    """``status family.CODE`` of an error answer, the array of searchStream taken off."""
    body = answer.json()
    error = (body[0] if isinstance(body, list) else body)["error"]
    assert error["code"] == answer.status_code
    ((family, code),) = error["details"][0]["errors"][0]["errorCode"].items()
    return f"{answer.status_code} {family}.{code}"


def caller_of(clock: Clock, *, chunk_rows: int = 1_000, page_rows: int = 10_000) -> Caller:
    app = build_google_ads_app(market(), clock, chunk_rows=chunk_rows, page_rows=page_rows)
    return Caller(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox"), clock)


@pytest.fixture
async def caller() -> Caller:
    found = caller_of(Clock())
    await found.log_in()
    return found
