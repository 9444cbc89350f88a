"""A web server on loopback that plays Slack and Discord: it checks what arrives as they do, and fails when told to."""

import json
import ssl
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from adops_pipeline_tests.notifications.payload_rules import discord_flaws, slack_flaws
from adops_pipeline_tests.patience import patience_seconds

SECRET = "XyZ0planted0secret0token"
"""Part of both addresses: it must turn up nowhere."""


@dataclass(frozen=True)
class Reply:
    """One planned answer. ``takes``: the message counts as arrived all the same. ``hangs``: no answer until the
    receiver closes. ``drops``: the connection is closed without an answer.
    """

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    takes: bool = False
    hangs: bool = False
    drops: bool = False


def rate_limited(seconds: str, body: str = "rate_limited", **headers: str) -> Reply:
    """A 429 with ``Retry-After``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(429, {"Retry-After": seconds, **named}, body)


class Receiver:
    """Slack and Discord in one. ``arrived`` holds what people would see; ``asked`` counts every request."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._scheme = "https" if tls else "http"
        self.arrived: list[dict[str, Any]] = []
        self.asked = 0
        self.paths: list[str] = []
        self._planned: deque[Reply] = deque()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = self._listen(0)
        self.port: int = self._server.server_address[1]

    @property
    def slack_url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/services/T000/B000/{SECRET}"

    @property
    def discord_url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/api/webhooks/1234/{SECRET}"

    def plan(self, *replies: Reply) -> None:
        """Answer the next requests so, one each; then as the service does."""
        with self._lock:
            self._planned.extend(replies)

    def go_down(self) -> None:
        """Stop listening: connections are refused."""
        self._server.shutdown()
        self._server.server_close()

    def come_up(self) -> None:
        """Listen again, on the same port."""
        self._server = self._listen(self.port)

    def close(self) -> None:
        self._closing.set()
        self.go_down()

    def _listen(self, port: int) -> ThreadingHTTPServer:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.answer(self, body)

            def do_GET(self) -> None:
                receiver.answer(self, b"")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Tests read outcomes, not a server's chatter."""

        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        if self._tls:
            server.socket = self._tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """Answer one request: as planned, or as the service would."""
        with self._lock:
            self.asked += 1
            self.paths.append(handler.path)
            reply = self._planned.popleft() if self._planned else self._judge(handler, body)
            if reply.takes:
                self.arrived.append(json.loads(body))
        if reply.hangs:
            self._closing.wait(patience_seconds())
        if reply.hangs or reply.drops:
            handler.close_connection = True
            return
        handler.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body.encode())), **reply.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(reply.body.encode())

    def _judge(self, handler: BaseHTTPRequestHandler, body: bytes) -> Reply:
        is_json = handler.headers["Content-Type"].startswith("application/json")
        payload = json.loads(body) if is_json else None
        if not handler.path.endswith(f"/{SECRET}"):
            return Reply(
                404,
                body="no_service" if "/services/" in handler.path else '{"message": "Unknown Webhook", "code": 10015}',
            )
        if "/services/" in handler.path:
            flaws = slack_flaws(payload)
            return Reply(400, body=f"invalid_blocks {flaws}") if flaws else Reply(200, body="ok", takes=True)
        flaws = discord_flaws(payload)
        if flaws:
            return Reply(400, body=json.dumps({"message": "Invalid Form Body", "code": 50035, "errors": flaws}))
        return Reply(204, {"X-RateLimit-Remaining": "4", "X-RateLimit-Reset-After": "1.0"}, takes=True)


@contextmanager
def running_receiver(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that ends with the block."""
    receiver = Receiver(tls)
    try:
        yield receiver
    finally:
        receiver.close()
