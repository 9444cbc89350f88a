"""Downloads from links that a platform's answer names: to public addresses only.

A name is resolved once, what it resolves to is checked, and the connection goes to the address that was checked: a name
that resolves to another one a moment later changes nothing. TLS verifies the name all the same. Where redirects are
followed (`limits.redirects`), each address is checked in the same way.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias
from urllib.request import getproxies, proxy_bypass

import httpx

from adops_pipeline.domain.addresses import is_loopback, refusal

Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]


class BlockedLinkError(Exception):
    """A link leads to an address that is not public. The message does not contain the address."""


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the system's resolver. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PublicTransport(httpx.AsyncBaseTransport):
    """Sends requests to public addresses, to this machine only with ``allow_loopback``. Raises BlockedLinkError.

    Where the environment names a proxy, the proxy resolves the name: then only hosts that are addresses are checked.
    """

    def __init__(self, *, allow_loopback: bool = False, resolve: Resolve = resolved) -> None:
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        # A kept connection was verified for one name, and another name may lead to the same address.
        self._limits = httpx.Limits(max_keepalive_connections=0)
        self._direct = httpx.AsyncHTTPTransport(limits=self._limits)
        self._proxies: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response of the first of the host's addresses that accepts a connection."""
        host = request.url.host
        if (proxy := proxy_of(request.url)) is not None:
            self._check(["127.0.0.1"] if is_loopback(host) else _numeric(host))
            return await self._through(proxy).handle_async_request(request)
        try:
            addresses = await self._resolve(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the name cannot be resolved", request=request) from error
        self._check(addresses)
        failure: httpx.TransportError = httpx.ConnectError("the name has no address", request=request)
        for address in addresses:
            try:
                return await self._direct.handle_async_request(_at(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure

    async def aclose(self) -> None:
        """Close connections."""
        for transport in (self._direct, *self._proxies.values()):
            await transport.aclose()

    def _check(self, addresses: Sequence[str]) -> None:
        for address in addresses:
            reason = refusal(address, allow_loopback=self._allow_loopback)
            if reason is not None:
                raise BlockedLinkError(f"it leads to {reason}, where no platform keeps its files")

    def _through(self, proxy: str) -> httpx.AsyncHTTPTransport:
        if proxy not in self._proxies:
            self._proxies[proxy] = httpx.AsyncHTTPTransport(proxy=proxy, limits=self._limits)
        return self._proxies[proxy]


def _at(request: httpx.Request, address: str) -> httpx.Request:
    """The request to one address of its host: the header ``Host`` and TLS keep the name."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def proxy_of(url: httpx.URL) -> str | None:
    """Address of the proxy that the environment names for ``url``; None for none."""
    if proxy_bypass(url.host):
        return None
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def _numeric(host: str) -> Sequence[str]:
    """The address of a host that is one, in any of its spellings (``2130706433``); nothing for a name."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]
