"""HEAD is answered like GET, without the body."""

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from adops_pipeline.api.head import HeadAsGet


@pytest.mark.parametrize(
    "path",
    ["/api/analytics/overview", "/api/workflows", "/healthz", "/api/docs", "/odata/", "/api/nothing", "/metrics"],
)
async def test_status_and_headers_are_those_of_get(client: httpx.AsyncClient, path: str) -> None:
    got, asked = await client.get(path), await client.head(path)
    assert asked.status_code == got.status_code
    assert asked.content == b""
    changing = {"content-length"} if path == "/metrics" else set()
    assert {k: v for k, v in asked.headers.items() if k not in changing} == {
        k: v for k, v in got.headers.items() if k not in changing
    }


async def test_head_knows_the_version_that_the_client_has(client: httpx.AsyncClient) -> None:
    etag = (await client.head("/api/analytics/pacing")).headers["etag"]
    assert (await client.head("/api/analytics/pacing", headers={"If-None-Match": etag})).status_code == 304


async def test_a_live_stream_ends_after_its_headers(client: httpx.AsyncClient) -> None:
    answer = await client.head("/api/sse/stream")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


async def test_no_byte_of_the_body_is_sent() -> None:
    seen, sent = [], list[Message]()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["method"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"ab", "more_body": True})
        await send({"type": "http.response.body", "body": b"cd"})

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    await HeadAsGet(app)({"type": "http", "method": "HEAD", "path": "/"}, receive, send)
    assert seen == ["GET"]
    assert sent == [
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]},
        {"type": "http.response.body", "body": b""},
    ]
