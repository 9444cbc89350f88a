"""Damages answers of platforms at random: what a field holds, the JSON round it, the bytes, the status, the headers."""

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import httpx

Place = tuple[Any, Any]
"""A container and the key of one of its values."""

DEEP = b"[" * 200_000 + b"]" * 200_000
_RAW = {"@deep@": DEEP, "@huge@": b"1e400", "@digits@": b"9" * 5_000, "@bytes@": b'"\xff\xfe"'}
"""What Python's JSON cannot write: stands as a text until the document is written."""

SPARING = ("@huge@", "@digits@")
"""Those that leave the rest of an answer readable."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 100, 1e15, -1e300, 1.5, "", " ", "0", "-1", "NaN", "x" * 5_000, "é\u2028\x00",
    "\ud7ff",     [], {}, [None], [[]], [{}], {"id": None}, {"": {}}, 2**63, 2**64, 10**30,
    "http://[::1", "https://x:99999999/", "https://graph.facebook.com/\x00", "https:///", "file:///etc/hostname",
    "https://graph.facebook.com/v26.0/me?" + "y" * 70_000, "//evil.example/x", "../../x", "Mars/Olympus", "America",
    "9999-99-99", "1900-01-01 00:00:00", "FINISHED", "Job Completed", "Job Failed", "ACTIVE",
)  # fmt: skip


def places(document: object) -> list[Place]:
    """Every value of a document, by where it stands."""
    return list(_places(document))


def _places(value: object) -> Iterator[Place]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield value, key
            yield from _places(inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value[:50]):
            yield value, index
            yield from _places(inner)


def damage(document: object, rng: random.Random, *, sparing: bool = False) -> None:
    """Change one value somewhere in ``document``; ``sparing``: so that all others can still be read."""
    found = places(document)
    if not found:
        return
    container, key = rng.choice(found)
    kind = rng.randrange(5)
    if kind == 0:
        del container[key]
    elif kind == 1 and isinstance(container, list):
        container.extend([container[int(key)]] * rng.choice((1, 3, 200)))
    elif kind == 2:
        container[key] = _wrapped(container[key], rng)
    elif kind == 3:
        container[key] = rng.choice(SPARING if sparing else tuple(_RAW))
    else:
        container[key] = deepcopy(rng.choice(VALUES))


def _wrapped(value: object, rng: random.Random) -> object:
    """The value in another type."""
    return rng.choice(([value], {"value": value}, str(value), [value, value]))


def written(document: object) -> bytes:
    """A damaged document as JSON text."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    for name, raw in _RAW.items():
        text = text.replace(json.dumps(name).encode(), raw)
    return text


BODIES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    lambda body, rng: body[: rng.randrange(len(body) + 1)],
    lambda body, rng: b"",
    lambda body, rng: b"<html><h1>Service Unavailable</h1></html>",
    lambda body, rng: body + body,
    lambda body, rng: b"\xef\xbb\xbf" + body,
    lambda body, rng: body.replace(b'"', b"'"),
    lambda body, rng: bytes([*body[:40], rng.randrange(128, 256), *body[40:]]),
    lambda body, rng: DEEP,
    lambda body, rng: b"null",
    lambda body, rng: b"[" + body + b"]",
    lambda body, rng: body + b" " * 2_000_000,
    lambda body, rng: b'{"error":' + rng.choice((b"null", b"1", b'"x"', b"[]", b"{}", DEEP)) + b"}",
)
HEADERS = (
    {"retry-after": "1e9"},
    {"content-encoding": "zstd"},
    {"content-encoding": "gzip"},
    {"content-length": "9" * 30},
    {"content-type": "application/json; charset=zlib"},
    {"location": "http://[::1"},
    {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1e300"},
    {"x-ratelimit-remaining": "nan", "x-ratelimit-reset": "inf"},
    {"x-app-usage": '{"call_count":1e308,"estimated_time_to_regain_access":-1}'},
    {"x-business-use-case-usage": '{"1":[{"call_count":"x"}]}'},
    {"x-business-use-case-usage": "[" * 50_000},
    {"x-long": "y" * 70_000},
)
STATUSES = (200, 201, 204, 206, 302, 304, 400, 401, 403, 404, 408, 413, 418, 429, 500, 502, 503, 504, 599)


def damaged(body: bytes, status: int, rng: random.Random) -> httpx.Response:
    """A damaged form of a whole answer."""
    headers = rng.choice(HEADERS) if rng.random() < 0.05 else None
    if rng.random() < 0.1:
        status = rng.choice(STATUSES)
    elif rng.random() < 0.25:
        body = rng.choice(BODIES)(body, rng)
    else:
        body = damaged_inside(body, rng, lambda document: document)
    # A stream, so that what a body claims to be is decided by the client alone.
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


def damaged_inside(
    body: bytes, rng: random.Random, part: Callable[[object], object | None], *, sparing: bool = False
) -> bytes:
    """The answer with one to three values changed in the ``part`` of it that is found; as it was if there is none."""
    document = json.loads(body)
    target = part(document)
    if target is None:
        return body
    for _ in range(rng.randrange(1, 4)):
        damage(target, rng, sparing=sparing)
    return written(document)
