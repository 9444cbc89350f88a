"""The emulated Graph API at one moment, and a caller that knows its token."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx
import pytest

from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.meta_ads import SANDBOX_ACCESS_TOKEN, build_meta_ads_app

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
US, GB, JP = "102938475610293", "203847561029384", "304756102938475"

Get = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture(scope="session")
def market() -> Market:
    return Market()


@pytest.fixture
def get(market: Market) -> Get:
    """Call a path below the version with the system user's token; lists and maps go as JSON text, as the SDKs send."""
    app = build_meta_ads_app(market, lambda: NOW, failing_jobs={2})

    async def call(path: str, method: str = "GET", **params: object) -> httpx.Response:
        sent = {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}
        sent.setdefault("access_token", SANDBOX_ACCESS_TOKEN)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://graph.test/v26.0") as client:
            if method == "GET":
                return await client.get(path, params=sent)
            return await client.post(path, data=sent)

    return call
