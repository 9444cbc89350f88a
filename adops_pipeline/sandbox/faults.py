"""Fault injection on a seeded plan. Each platform's dialect has its own error responses.

``FaultMiddleware`` spoils responses of an emulated platform; ``FaultTransport`` adds time-outs without a network.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Protocol

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers (without content-length) and body."""

_RawAnswer = tuple[int, list[tuple[bytes, bytes]], bytes]

_LONGEST_STREAK = 2
_HTML = b"<html><head><title>503</title></head><body><h1>503 Service Unavailable</h1></body></html>"


class FaultKind(StrEnum):
    """Kinds of faults."""

    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the name of a fault, not a token
    DUPLICATE_PAGE = "duplicate_page"
    TOO_MUCH = "too_much"


_DRAWN = frozenset(FaultKind) - {FaultKind.TOO_MUCH}
_TOKEN_ENDPOINT_FAULTS = frozenset({FaultKind.SERVER_ERROR, FaultKind.TIMEOUT})


class Dialect(Protocol):
    """A platform's error responses. Paths have neither host nor query string."""

    def throttled(self, path: str) -> Answer:
        """Too many requests."""
        ...

    def expired_token(self, path: str) -> Answer:
        """The access token is invalid."""
        ...

    def is_token_endpoint(self, path: str) -> bool:
        """Whether the path is the token endpoint."""
        ...

    def account_of(self, path: str) -> str | None:
        """The ad account in a path, if there is one."""
        ...

    def revoked(self, path: str, account: str) -> Answer:
        """Access to this account was revoked."""
        ...

    def too_much(self, target: str, body: bytes) -> Answer | None:
        """The report asked for is too large for one answer; None for one of a single day and for other requests."""
        ...

    def repeat_page(self, path_and_query: str, body: bytes) -> bytes | None:
        """The page, changed so that it repeats itself once; None if the response is not a page."""
        ...


class FaultPlan:
    """Decides for each request whether a fault is injected, and which.

    The n-th time that a request is made the decision is always the same, whatever other requests run beside it. After
    two faults in a row a request goes through. ``rates`` are shares of all requests; ``limit`` bounds the faults in
    all. Share one plan between a transport and the middleware behind it: they count together.
    """

    def __init__(
        self,
        seed: int,
        rates: Mapping[FaultKind, float],
        revoked_accounts: frozenset[str] = frozenset(),
        limit: int | None = None,
    ) -> None:
        if any(not 0.0 <= rate <= 1.0 for rate in rates.values()) or sum(rates.values()) > 1.0:
            raise ValueError(f"fault rates must be between 0 and 1, and at most 1 together: {dict(rates)}")
        self.seed = seed
        self.rates = dict(rates)
        self.revoked_accounts = revoked_accounts
        self.limit = limit
        self.injected: Counter[FaultKind] = Counter()
        self._asked: Counter[tuple[str, str]] = Counter()
        self._streaks: Counter[str] = Counter()
        self._streak_before: dict[tuple[str, FaultKind], int] = {}

    @classmethod
    def parse(cls, text: str) -> "FaultPlan":
        """Read ``throttled=0.05,truncated=0.02;seed=3;limit=40;revoked=123,456``; ValueError names what is wrong."""
        rates: dict[FaultKind, float] = {}
        options: dict[str, str] = {}
        for section in filter(None, (part.strip() for part in text.split(";"))):
            name, _, value = (word.strip() for word in section.partition("="))
            if name in ("seed", "limit", "revoked"):
                options[name] = value
            else:
                rates |= dict(_rate(item) for item in section.split(",") if item.strip())
        revoked = frozenset(a.strip() for a in options.get("revoked", "").split(",") if a.strip())
        limit = _whole(options, "limit")
        return cls(_whole(options, "seed") or 0, rates, revoked, limit)

    def draw(self, request: str, among: Iterable[FaultKind]) -> FaultKind | None:
        """The fault for this request, if any, out of ``among``. ``request`` names it: see ``request_key``.

        A drawn fault counts only once it is made: the caller says so with ``hit`` or ``miss``.
        """
        kinds = [kind for kind in FaultKind if kind in _DRAWN.intersection(among)]
        source = ",".join(kinds)
        self._asked[request, source] += 1
        if self._streaks[request] >= _LONGEST_STREAK or self._is_spent:
            return None
        chance = _uniform(self.seed, source, request, self._asked[request, source])
        for kind in kinds:
            chance -= self.rates.get(kind, 0.0)
            if chance < 0.0:
                self._streak_before[request, kind] = self._streaks[request]
                return kind
        return None

    def is_too_much(self, request: str) -> bool:
        """Whether this request is too large for the platform: asked again, it still is. Counts as injected."""
        rate = self.rates.get(FaultKind.TOO_MUCH, 0.0)
        if self._is_spent or _uniform(self.seed, FaultKind.TOO_MUCH, request) >= rate:
            return False
        self.injected[FaultKind.TOO_MUCH] += 1
        return True

    def hit(self, request: str, kind: FaultKind) -> None:
        """Record that ``kind`` was injected."""
        # A time-out after the app answered lies round a hit or miss of the middleware: one attempt, one fault.
        before = self._streak_before.pop((request, kind), 0)
        self._streaks[request] = max(self._streaks[request], before + 1)
        self.injected[kind] += 1

    def miss(self, request: str) -> None:
        """Record that the request had no fault."""
        self._streaks.pop(request, None)

    @property
    def _is_spent(self) -> bool:
        return self.limit is not None and self.injected.total() >= self.limit


def _rate(item: str) -> tuple[FaultKind, float]:
    name, _, value = (word.strip() for word in item.partition("="))
    if name not in set(FaultKind):
        raise ValueError(f"unknown fault {name!r}; known: {', '.join(FaultKind)}")
    try:
        return FaultKind(name), float(value)
    except ValueError:
        raise ValueError(f"the rate of {name} is {value!r}; write it like {name}=0.05") from None


def _whole(options: Mapping[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise ValueError(f"the fault plan's {name} is {text!r}; write it like {name}=3")
    return int(text)


def _uniform(*parts: object) -> float:
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def request_key(method: str, target: str, body: bytes) -> str:
    """Identity of a request: method, path with query, and body, but not headers."""
    return f"{method} {target} {hashlib.blake2b(body, digest_size=8).hexdigest()}"


class FaultTransport(httpx.AsyncBaseTransport):
    """Time-outs for clients that reach an app in-process: half before the app saw the request, half after it did."""

    def __init__(self, inner: httpx.AsyncBaseTransport, plan: FaultPlan) -> None:
        self._inner = inner
        self._plan = plan

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, or raise ``httpx.ReadTimeout``."""
        key = request_key(request.method, request.url.raw_path.decode("ascii"), await request.aread())
        if self._plan.draw(key, {FaultKind.TIMEOUT}) is None:
            return await self._inner.handle_async_request(request)
        if _uniform(self._plan.seed, "side of the time-out", key) < 0.5:
            answer = await self._inner.handle_async_request(request)
            await answer.aread()
            await answer.aclose()
        self._plan.hit(key, FaultKind.TIMEOUT)
        raise httpx.ReadTimeout("the emulated platform did not respond in time", request=request)

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self._inner.aclose()


class FaultMiddleware:
    """Spoils the responses of an ASGI app according to the plan; revoked accounts are always rejected.

    ``on_loopback``: the app is behind a real server, so time-outs are made here, as connections that break off.
    """

    def __init__(self, app: ASGIApp, plan: FaultPlan, dialect: Dialect, *, on_loopback: bool = False) -> None:
        self._app = app
        self._plan = plan
        self._dialect = dialect
        self._kinds = _DRAWN - (frozenset() if on_loopback else {FaultKind.TIMEOUT})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        account = self._dialect.account_of(scope["path"])
        if account is not None and account in self._plan.revoked_accounts:
            await _answer(send, *_raw(self._dialect.revoked(scope["path"], account)))
            return
        body = await _read(receive)
        target = _target(scope)
        key = request_key(scope["method"], target, body)
        refusal = self._dialect.too_much(target, body) if self._plan.rates.get(FaultKind.TOO_MUCH) else None
        if refusal is not None and self._plan.is_too_much(key):
            await _answer(send, *_raw(refusal))
            return
        kind = self._plan.draw(key, self._possible(scope["path"]))
        if kind is FaultKind.TIMEOUT:
            self._plan.hit(key, kind)
            await _break_off(send)
        else:
            await _answer(send, *await self._spoilt_or_good(scope, body, key, kind))

    async def _spoilt_or_good(self, scope: Scope, body: bytes, key: str, kind: FaultKind | None) -> _RawAnswer:
        instead = self._instead(kind, scope["path"])
        if instead is not None and kind is not None:
            self._plan.hit(key, kind)
            return _raw(instead)
        status, headers, content = await _ask(self._app, scope, body)
        spoilt = self._spoil(kind, _target(scope), content) if httpx.codes.is_success(status) else None
        if kind is None or spoilt is None:
            self._plan.miss(key)
            return status, headers, content
        self._plan.hit(key, kind)
        return status, headers, spoilt

    def _possible(self, path: str) -> frozenset[FaultKind]:
        return self._kinds & _TOKEN_ENDPOINT_FAULTS if self._dialect.is_token_endpoint(path) else self._kinds

    def _instead(self, kind: FaultKind | None, path: str) -> Answer | None:
        """The response that is sent without calling the app."""
        if kind is FaultKind.THROTTLED:
            return self._dialect.throttled(path)
        if kind is FaultKind.EXPIRED_TOKEN:
            return self._dialect.expired_token(path)
        if kind is FaultKind.SERVER_ERROR:
            return 503, {"content-type": "text/html; charset=utf-8"}, _HTML
        return None

    def _spoil(self, kind: FaultKind | None, target: str, content: bytes) -> bytes | None:
        """The app's response, spoiled; None if this kind of fault does not apply to it."""
        if kind is FaultKind.TRUNCATED and len(content) > 1:
            return content[: len(content) // 2]
        if kind is FaultKind.DUPLICATE_PAGE:
            return self._dialect.repeat_page(target, content)
        return None


def _raw(answer: Answer) -> _RawAnswer:
    status, headers, body = answer
    return status, [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()], body


def _target(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return (raw + b"?" + query if query else raw).decode("ascii")


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _ask(app: ASGIApp, scope: Scope, body: bytes) -> _RawAnswer:
    """The app's full response to a request whose body has been read already."""
    status, headers, parts = 0, list[tuple[bytes, bytes]](), list[bytes]()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message.get("headers", []))
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, [(k, v) for k, v in headers if k != b"content-length"], b"".join(parts)


async def _answer(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> None:
    sized = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": sized})
    await send({"type": "http.response.body", "body": body})


async def _break_off(send: Send) -> None:
    """Announce a body and never send it: the server then closes the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
