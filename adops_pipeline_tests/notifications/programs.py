"""A web server on loopback that plays a program's webhook: it keeps what arrives, and answers as planned."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adops_pipeline_tests.patience import patience_seconds


@dataclass(frozen=True)
class Arrival:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True)
class Reply:
    """One planned answer. ``hangs``: none until the server closes. ``drips``: a byte of the body each 20 ms, no end."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs: bool = False
    drips: bool = False


class Program:
    """The server. ``arrived`` holds every request in order."""

    def __init__(self) -> None:
        self.arrived: list[Arrival] = []
        self._planned: deque[Reply] = deque()
        self._closing = threading.Event()
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                program.arrived.append(Arrival(self.path, headers, body))
                program.answer(self, program._planned.popleft() if program._planned else Reply())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Tests read outcomes, not a server's log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/events?team=data"

    def plan(self, *replies: Reply) -> None:
        """Answer the next requests so, one each; then with 204."""
        self._planned.extend(replies)

    def answer(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        if reply.hangs:
            self._closing.wait(patience_seconds())
            return
        handler.send_response(reply.status)
        for name, value in (
            {} if reply.drips else {"Content-Length": str(len(reply.body))} | {**reply.headers}
        ).items():
            handler.send_header(name, value)
        handler.end_headers()
        try:
            handler.wfile.write(reply.body)
            while reply.drips and not self._closing.wait(0.02):
                handler.wfile.write(b".")
        except OSError:
            handler.close_connection = True

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def running_program() -> Iterator[Program]:
    """A program's webhook that ends with the block."""
    program = Program()
    try:
        yield program
    finally:
        program.close()
