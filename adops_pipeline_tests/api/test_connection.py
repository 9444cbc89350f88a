"""The head of a request is bounded in size and in time."""

import asyncio
from pathlib import Path
from unittest.mock import Mock

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from adops_pipeline.api import connection, server
from adops_pipeline.api.app import create_app
from adops_pipeline.api.connection import LARGEST_HEAD_BYTES, BoundedConnection
from adops_pipeline_tests.api.conftest import services_over

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


class Requests:
    """The requests that reach the application."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def app(self, scope: Scope, _: Receive, send: Send) -> None:
        self.paths.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Client:
    """A client of one connection, without a socket."""

    def __init__(self, requests: Requests) -> None:
        config = Config(
            requests.app, interface="asgi3", ws="none", log_config=None, lifespan="off", proxy_headers=False
        )
        config.load()
        self.transport = Mock(spec=asyncio.Transport)
        self.transport.is_closing.return_value = False
        self.transport.get_extra_info.return_value = None
        self.connection = BoundedConnection(config, ServerState(), {})
        self.connection.connection_made(self.transport)

    @property
    def said(self) -> bytes:
        return b"".join(call.args[0] for call in self.transport.write.call_args_list)

    async def send(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.connection.data_received(chunk)
        await asyncio.gather(*self.connection.tasks)


@pytest.mark.parametrize("proxies", [(), ("10.0.0.7",)])
def test_addresses_in_headers_are_believed_from_trusted_proxies_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, proxies: tuple[str, ...]
) -> None:
    monkeypatch.setattr(server, "log_config", lambda _: None)  # the logging of the tests stays as it is
    services = services_over(tmp_path, api={"trusted_proxies": proxies})
    config = server.server_config(create_app(services), services.settings)
    assert config.http is BoundedConnection
    assert (config.proxy_headers, config.access_log) == (bool(proxies), False)
    assert config.forwarded_allow_ips == list(proxies)


async def test_a_usual_head_is_read_in_any_number_of_parts() -> None:
    requests = Requests()
    client = Client(requests)
    head = HEAD + b"X: " + b"a" * (LARGEST_HEAD_BYTES - 100) + b"\r\n\r\n"
    await client.send(head)
    await client.send(*(head[start : start + 1000] for start in range(0, len(head), 1000)))
    assert requests.paths == ["/", "/"]


@pytest.mark.parametrize("size", [LARGEST_HEAD_BYTES, 3 * LARGEST_HEAD_BYTES])
@pytest.mark.parametrize("part", [1000, 1 << 20])
async def test_a_head_that_is_too_large_ends_the_connection(size: int, part: int) -> None:
    requests = Requests()
    client = Client(requests)
    head = HEAD + b"X: " + b"a" * size + b"\r\n\r\n"
    client.transport.close.side_effect = lambda: client.transport.is_closing.configure_mock(return_value=True)
    await client.send(*(head[start : start + part] for start in range(0, len(head), part)))
    assert client.said.startswith(b"HTTP/1.1 400 ")
    assert client.transport.close.called
    assert requests.paths == []


@pytest.mark.parametrize("sent", [(), (b"GET /slow",), (HEAD + b"\r\n", b"GET /second")])
async def test_a_head_that_does_not_arrive_is_not_waited_for(
    sent: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LONGEST_HEAD_SECONDS", 0.02)
    client, is_closed = Client(Requests()), asyncio.Event()
    client.transport.close.side_effect = is_closed.set
    await client.send(*sent)
    await is_closed.wait()


async def test_an_answer_may_take_longer_than_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LONGEST_HEAD_SECONDS", 0.0)
    client = Client(Requests())
    await client.send(HEAD + b"\r\n")
    for _ in range(3):
        await asyncio.sleep(0)
    assert not client.transport.close.called
