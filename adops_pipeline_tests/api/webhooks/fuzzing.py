"""Malformed deliveries for fuzz tests, sent to the application as the server hands requests over: bytes, repeated
headers, bodies in pieces. Each case says whether it is a proper delivery, which alone may start anything.
"""

import base64
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.types import ASGIApp, Message

from adops_pipeline_tests.api.webhooks.senders import Sender

RawHeaders = list[tuple[bytes, bytes]]
_ODD_TEXT = (
    b"", b" ", b",", b"v1,", b"v1", b"v1a,", b"v1,====", b"v1,\xff\xfe", b"sha256=", b"sha1=00", b"t=,v1=", b"t=1,v1=",
    b"t=99999999999999999999,v1=00", b"0", b"-1", b"1e9", b"1.5", b"NaN", b"9" * 400, b"\x00", b"a" * 5000,
    "ünï".encode(), b"v1," + b"A" * 44, b" ".join([b"v1,AAAA"] * 500), b"t=1,t=2,v1=a,v1=b", b"=,=,=", b"%00", b"{}",
)  # fmt: skip
_ODD_BODIES = (
    b"", b"null", b"[]", b'"text"', b"0", b"{", b"}", b'{"days":', b'{"days": }', b'{"days": 1,}', b"{'days': 1}",
    b'{"days": NaN}', b'{"days": Infinity}', b'{"days": 1e999}', b'{"days": ' + b"9" * 6000 + b"}",
    b'{"days": 1, "days": 2}', b'{"a": {"b": 1, "b": 2}}', b'{"a":' * 3000, b"[" * 100_000,
    b'{"a":' * 100 + b"1" + b"}" * 100, b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b"\xff\xfe{}", b"\xef\xbb\xbf{}",
    '{"ü": "🎯"}'.encode("utf-16"), b"days=1&a=2", b"<xml/>", b'{"days": 1} trailing', b"\x00" * 100,
    b"\x1f\x8b\x08\x00" + b"\x00" * 50, b"x" * 300_000, b'{"a": "' + b"x" * 262_144 + b'"}',
)  # fmt: skip
_UNMAPPED = (
    b'{"days": "soon"}', b'{"days": -1}', b'{"days": 1e300}', b'{"days": {}}', b'{"days": [[[[]]]]}', b'{"days": true}',
    b'{"days": 99999999999999999999}', b'{"campaigns": [{"id": {}}]}', b'{"campaigns": [{"id": [1]}]}',
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One delivery. ``is_proper``: correctly signed, acceptable and mapping."""

    path: str
    headers: RawHeaders
    body: bytes
    is_proper: bool


class Fuzzer:
    """Makes cases for webhooks and their senders; the same seed makes the same cases."""

    def __init__(self, senders: Sequence[tuple[str, Sender]], at: datetime, seed: int) -> None:
        self._senders, self._at, self._random, self._number = senders, at, random.Random(seed), 0

    def case(self) -> Case:
        """The next case."""
        self._number += 1
        webhook_id, sender = self._random.choice(self._senders)
        body = json.dumps({"id": f"evt_{self._number}", "days": self._random.randint(1, 400)}).encode()
        make: Callable[[str, Sender, bytes], Case] = self._random.choice(
            (self._wrong_headers, self._wrong_headers, self._wrong_signature, self._wrong_body, self._unmapped,
             self._elsewhere, self._proper)
        )  # fmt: skip
        return make(webhook_id, sender, body)

    def _signed(self, sender: Sender, body: bytes) -> RawHeaders:
        try:
            found = sender.headers(body, f"m{self._number}", self._at)
        except UnicodeDecodeError:  # the package signs text only
            found = Sender("api-key", "none").headers(body, "m", self._at)
        return [(name.encode(), value.encode()) for name, value in found.items()]

    def _proper(self, webhook_id: str, sender: Sender, body: bytes) -> Case:
        return Case(f"/api/webhooks/{webhook_id}", self._signed(sender, body), body, is_proper=True)

    def _wrong_body(self, webhook_id: str, sender: Sender, _: bytes) -> Case:
        body = self._random.choice(_ODD_BODIES)
        return Case(f"/api/webhooks/{webhook_id}", self._signed(sender, body), body, is_proper=False)

    def _unmapped(self, webhook_id: str, sender: Sender, _: bytes) -> Case:
        body = self._random.choice(_UNMAPPED)
        return Case(f"/api/webhooks/{webhook_id}", self._signed(sender, body), body, is_proper=False)

    def _wrong_headers(self, webhook_id: str, sender: Sender, body: bytes) -> Case:
        """A header that proves the sender is left out, repeated or replaced by nonsense."""
        proofs = {"webhook-id", "webhook-timestamp", "webhook-signature", "x-api-key", "x-hub-signature-256",
                  "stripe-signature"}  # fmt: skip
        headers = self._signed(sender, body)
        place = self._random.choice([n for n, (name, _) in enumerate(headers) if name.decode() in proofs])
        name, value = headers.pop(place)
        odd = self._random.choice(_ODD_TEXT)
        headers += self._random.choice(
            ([], [(name, odd)], [(name, value), (name, value)], [(name, value), (name, odd)])
        )
        return Case(f"/api/webhooks/{webhook_id}", headers, body, is_proper=False)

    def _wrong_signature(self, webhook_id: str, sender: Sender, body: bytes) -> Case:
        """Signed with another key, for another body, or too early."""
        other = base64.b64encode(self._random.randbytes(32)).decode()
        stranger = Sender(sender.scheme, {"standard": f"whsec_{other}", "standard-ed25519": f"whsk_{other}"}.get(
            sender.scheme, other))  # fmt: skip
        return Case(f"/api/webhooks/{webhook_id}", self._signed(stranger, body), body, is_proper=False)

    def _elsewhere(self, webhook_id: str, sender: Sender, body: bytes) -> Case:
        paths = (
            "0" * 32,
            webhook_id[:-1],
            webhook_id.upper() + "x",
            "\x00",
            "ü" * 40,
            "'; DROP TABLE webhooks; --",
            "a" * 4000,
        )
        return Case(f"/api/webhooks/{self._random.choice(paths)}", self._signed(sender, body), body, is_proper=False)


async def send(app: ASGIApp, case: Case) -> tuple[int, bytes]:
    """Hand a request to the application; the status and the body of its answer."""
    pieces = [case.body[at : at + 65_536] for at in range(0, len(case.body), 65_536)] or [b""]
    answer: list[Message] = []

    async def receive() -> Message:
        if not pieces:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def collect(message: Message) -> None:
        answer.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": case.path, "raw_path": case.path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), *case.headers], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "state": {},
    }  # fmt: skip
    await app(scope, receive, collect)
    body = b"".join(message.get("body", b"") for message in answer[1:])
    return answer[0]["status"], body
