"""Bounds on what a platform may send. Sizes are counted while an answer arrives, so that none is ever held above them.

A body of more than a megabyte arrives in a file and is read into memory once it is whole. What follows (cutting it
into rows and writing them) waits for nothing, so that of all requests under way only one has such a body in memory.
Headers and bodies are bounded by ``BoundedTransport``, below httpx, where answers to requests for tokens pass, too; the
time of a request and the pages of a list where they are known: in the session, and where lists are followed.
"""

import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import SpooledTemporaryFile

import httpx

from adops_pipeline.connectors.errors import BoundError, FailureContext
from adops_pipeline.connectors.links import proxy_of

ENCODINGS = "gzip"
"""The only compression that is asked for and read: others can make gigabytes out of one network packet."""

_KB, _MB = 1 << 10, 1 << 20
_STEP = 1 << 18
_IN_MEMORY = _MB
_COMPRESSED = frozenset({"gzip", "x-gzip"})
_LONGEST_NUMBER = 20
_TOO_LONG_FOR_H11 = "Receive buffer too long"


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds, in the settings block of the same name. Sizes of bodies are those after decompression.

    With the defaults the largest answers take less than 300 MB of memory together, however many accounts are pulled at
    once. ``redirects`` bounds those of one request, ``list_pages`` the pages of one list, ``list_rows`` the rows of
    lists that are held in memory (accounts, ids), ``pull_mb`` the rows of one report of one account together.
    """

    answer_mb: int = 32
    answer_values: int = 1_000_000
    header_kb: int = 64
    request_seconds: float = 300.0
    redirects: int = 0
    list_pages: int = 10_000
    list_rows: int = 500_000
    pull_mb: int = 8_192


class BoundPassed(Exception):  # noqa: N818  never seen outside: the session makes a ConnectorError of it
    """An answer passed a bound; the message says which. ``is_size``: a smaller question may have a smaller answer."""

    def __init__(self, what: str, setting: str, *, is_size: bool = False) -> None:
        super().__init__(f"{what}; the setting limits.{setting} is the bound")
        self.is_size = is_size


class SystemTransport(httpx.AsyncBaseTransport):
    """Connections of this machine, through the proxies that its environment names."""

    def __init__(self) -> None:
        self._direct = httpx.AsyncHTTPTransport()
        self._proxies: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See httpx."""
        proxy = proxy_of(request.url)
        if proxy is None:
            return await self._direct.handle_async_request(request)
        if proxy not in self._proxies:
            self._proxies[proxy] = httpx.AsyncHTTPTransport(proxy=proxy)
        return await self._proxies[proxy].handle_async_request(request)

    async def aclose(self) -> None:
        """Close connections."""
        for transport in (self._direct, *self._proxies.values()):
            await transport.aclose()


class BoundedTransport(httpx.AsyncBaseTransport):
    """Answers of ``inner``, read and decompressed to the end. Raises BoundPassed as soon as one passes a bound.

    ``folder`` is where large bodies arrive, in files without a name that vanish with the process; None: the system's.
    Raises OSError where its disk is full.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, limits: Limits, folder: Path | None = None) -> None:
        self._inner = inner
        self._limits = limits
        self._folder = folder

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response with its whole body."""
        try:
            response = await self._inner.handle_async_request(request)
        except httpx.RemoteProtocolError as error:
            if _TOO_LONG_FOR_H11 in str(error):
                raise self._headers_too_long() from None
            raise
        try:
            self._check_headers(response)
            body = await self._body(response)
        finally:
            await response.aclose()
        gone = {b"content-encoding", b"content-length", b"transfer-encoding"}
        headers = [(name, value) for name, value in response.headers.raw if name.lower() not in gone]
        return httpx.Response(response.status_code, headers=headers, content=body, extensions=response.extensions)

    async def aclose(self) -> None:
        """Close connections."""
        await self._inner.aclose()

    def _check_headers(self, response: httpx.Response) -> None:
        if sum(len(name) + len(value) for name, value in response.headers.raw) > self._limits.header_kb * _KB:
            raise self._headers_too_long()
        told = response.headers.get("content-length", "")
        if told.isdecimal() and len(told) < _LONGEST_NUMBER and int(told) > self._limits.answer_mb * _MB:
            raise self._too_large()

    async def _body(self, response: httpx.Response) -> bytes:
        size, values = 0, 0
        with SpooledTemporaryFile(_IN_MEMORY, dir=None if self._folder is None else str(self._folder)) as held:
            async for part in _decoded(response):
                size += len(part)
                values += part.count(b",")
                if size > self._limits.answer_mb * _MB:
                    raise self._too_large()
                if values > self._limits.answer_values:
                    what = f"the answer has more than {self._limits.answer_values:,} values"
                    raise BoundPassed(what, "answer_values", is_size=True)
                held.write(part)
            # The connection is given back before the body takes memory: no other request runs from here on.
            await response.aclose()
            held.seek(0)
            return held.read(size)

    def _headers_too_long(self) -> BoundPassed:
        return BoundPassed(f"the answer's headers are longer than {self._limits.header_kb} kB", "header_kb")

    def _too_large(self) -> BoundPassed:
        return BoundPassed(f"the answer is larger than {self._limits.answer_mb} MB", "answer_mb", is_size=True)


async def _decoded(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body in parts of at most 256 kB, decompressed. Raises httpx.DecodingError."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the inner transport's responses cannot be read asynchronously")
    if encoding in ("identity", ""):
        async for part in response.stream:
            for start in range(0, len(part), _STEP):
                yield part[start : start + _STEP]
        return
    if encoding not in _COMPRESSED:
        raise httpx.DecodingError(f"the answer is compressed as {encoding[:40]!r}, which was not asked for")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    async for part in response.stream:
        packed, produced = part, _STEP
        # Output may be left inside after the input is used up: then the last part was a full one.
        while (packed or produced == _STEP) and not unpack.eof:
            try:
                unpacked = unpack.decompress(packed, _STEP)
            except zlib.error as error:
                raise httpx.DecodingError(f"the answer is no gzip: {error}") from None
            packed, produced = unpack.unconsumed_tail, len(unpacked)
            yield unpacked


def too_many_redirects(context: FailureContext, limits: Limits) -> BoundError:
    """The error of an answer that leads on to another address once too often."""
    most = "the answer leads to another address" if limits.redirects == 0 else f"more than {limits.redirects} redirects"
    return BoundError(replace(context, message=f"{most}; the setting limits.redirects is the bound"))


def endless_list(context: FailureContext, limits: Limits) -> BoundError:
    """The error of a list with more pages than are followed."""
    message = f"the list has more than {limits.list_pages:,} pages; the setting limits.list_pages is the bound"
    return BoundError(replace(context, message=message))
