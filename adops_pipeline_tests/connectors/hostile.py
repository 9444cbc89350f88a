"""A platform that answers so as to exhaust its client, on loopback in a process of its own: ``python -m … <case>``.

Prints its port. Each connection gets answers of the case for ever; tokens and accounts are granted to all.
"""

import asyncio
import itertools
import json
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Iterable

KB, MB = 1 << 10, 1 << 20
ACCOUNT = {
    "google-ads": [{"results": [{"customerClient": {"id": "17", "currencyCode": "EUR", "timeZone": "UTC"}}]}],
    "meta-ads": {"data": [{"account_id": "17", "currency": "EUR", "timezone_name": "UTC"}]},
    "pinterest": {"items": [{"id": "17", "currency": "EUR"}]},
}
Body = Iterable[bytes]


def around(platform: str) -> tuple[bytes, bytes]:
    """What stands before and after the rows of a page."""
    name = {"google-ads": b"results", "meta-ads": b"data", "pinterest": b"items"}[platform]
    before, after = b'{"' + name + b'":[', b"]}"
    return (b"[" + before, after + b"]") if platform == "google-ads" else (before, after)


def many(platform: str, row: bytes, count: int) -> Body:
    """A page of ``count`` equal rows."""
    before, after = around(platform)
    step = 10_000
    yield before + row
    for _ in range((count - 1) // step):
        yield (b"," + row) * step
    yield (b"," + row) * ((count - 1) % step) + after


def zipped(parts: Body) -> Body:
    pack = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for part in parts:
        yield pack.compress(part)
    yield pack.flush()


def one_text(letter: str) -> Body:
    """A row that is one long text."""
    yield b'{"data":["'
    for _ in range(30):
        yield letter.encode() * (MB // len(letter.encode()))
    yield b'"]}'


def keys(_: str) -> Body:
    yield b'{"data":[],"k":0'
    for first in range(0, 950_000, 10_000):
        yield b"".join(b',"%d":0' % number for number in range(first, first + 10_000))
    yield b"}"


ENDLESS: Callable[[str], Body] = lambda platform: itertools.repeat(b"[" * 64 * KB)  # noqa: E731
CASES: dict[str, tuple[dict[str, str], Callable[[str], Body]]] = {
    "endless": ({}, ENDLESS),
    "endless error": ({}, lambda platform: itertools.repeat(b'{"error":{"message":"' + b"x" * 64 * KB)),
    "gzip bomb": ({"content-encoding": "gzip"}, lambda platform: zipped(itertools.repeat(b" " * MB, 3_000))),
    "zstd": ({"content-encoding": "zstd"}, ENDLESS),
    "tiny rows": ({}, lambda platform: many(platform, b"0", 20_000_000)),
    "as many rows as allowed": ({}, lambda platform: many(platform, b"0", 999_900)),
    "as many objects as allowed": ({}, lambda platform: many(platform, b'{"id":"1"}', 999_900)),
    "as large as allowed": ({}, lambda platform: many(platform, b'{"id":"' + b"x" * 22 + b'"}', 999_900)),
    "one text": ({}, lambda platform: one_text("x")),
    "one wide text": ({}, lambda platform: one_text("😀")),
    "nested": ({}, lambda platform: [b"[" * 30 * MB]),
    "keys": ({}, keys),
    "long headers": ({f"x-{n}": "y" * 60 * KB for n in range(1_000)}, lambda platform: [b"{}"]),
}


SETUP = {"token": b'{"access_token":"a","expires_in":3600}', "listAccessible": b'{"resourceNames":["customers/17"]}'}


def one_more_page(platform: str, host: str, number: int) -> bytes:
    """A page of a list without an end, with a long cursor of its own."""
    cursor = f"{number}-" + "x" * 30 * KB
    following = {"paging": {"next": f"http://{host}/v26.0/next?after={cursor}"}, "bookmark": cursor}
    before, after = around(platform)
    rows = before + b'{"id":"1"},' * 100 + b"{}" + after
    return rows[:-1] + b"," + json.dumps(following).encode()[1:]


class Hostile:
    """Tokens and the first list of accounts are good, all else is hostile."""

    def __init__(self, platform: str, case: str) -> None:
        self._platform = platform
        self._case = case
        self._asked = itertools.count()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends."""
        try:
            while True:
                path, given = await asked_for(reader)
                number = 0 if any(name in path for name in SETUP) else next(self._asked)
                headers = CASES[self._case][0] if self._case in CASES and number else {}
                lines = [f"{name}: {value}" for name, value in {**headers, "transfer-encoding": "chunked"}.items()]
                writer.write(("HTTP/1.1 200 OK\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode())
                async for part in self._body(path, given.get("host", ""), number):
                    writer.write(b"%x\r\n%b\r\n" % (len(part), part) if part else b"")
                    await writer.drain()
                writer.write(b"0\r\n\r\n")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    async def _body(self, path: str, host: str, number: int) -> AsyncIterator[bytes]:
        good = next((good for name, good in SETUP.items() if name in path), None)
        if good is not None:
            yield good
        elif number == 0:
            yield json.dumps(ACCOUNT[self._platform]).encode()
        elif self._case == "pages":
            yield one_more_page(self._platform, host, number)
        elif self._case == "drip":
            while True:
                yield b" "
                await asyncio.sleep(0.2)
        else:
            for part in CASES[self._case][1](self._platform):
                yield part


async def serve(platform: str, case: str) -> None:
    """Answer until the process is ended."""
    server = await asyncio.start_server(Hostile(platform, case).handle, "127.0.0.1", 0, limit=256 * KB)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def asked_for(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]]:
    """Path and headers of the next request, its body read."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    await reader.readexactly(int(headers.get("content-length", 0)))
    return first.split()[1], headers


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2]))
