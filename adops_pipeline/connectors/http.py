"""The HTTP session of every connector: limits, retries, and checks that responses are complete JSON.

A ``PlatformPolicy`` interprets a platform's errors; its client interprets the contents.
"""

import asyncio
import logging
import random
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import httpx

from adops_pipeline.connectors.base import Sleep
from adops_pipeline.connectors.bounds import (
    ENCODINGS,
    BoundedTransport,
    BoundPassed,
    Limits,
    SystemTransport,
    too_many_redirects,
)
from adops_pipeline.connectors.errors import (
    AskForLessError,
    BoundError,
    ConnectorError,
    ContractError,
    FailureContext,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.connectors.json_body import json_flaw
from adops_pipeline.connectors.limiter import RateLimiter
from adops_pipeline.connectors.tools import UncertainWriteError
from adops_pipeline.domain.half_characters import is_utf8, readable
from adops_pipeline.domain.text import one_line
from adops_pipeline.domain.vocabulary import Platform

__all__ = ["HttpSession", "PlatformPolicy", "RateLimiter", "RetryPolicy", "first_words", "request_name"]

Params = Mapping[str, str] | Sequence[tuple[str, str]]

_USER_AGENT = "adops-pipeline/0.1"
_FIRST_WORDS = 120
_PORTS = 65_536
_RATE_LIMIT_HEADER = re.compile(r"rate-?limit|usage|throttle|retry-after", re.IGNORECASE)
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class _WithoutQuery(logging.Filter):
    """httpx logs full URLs, and some platforms take tokens and signatures in the query."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args)
        return True


_LOG = logging.getLogger(__name__)
_HTTPX_LOG = logging.getLogger("httpx")
_HTTPX_LOG.addFilter(_WithoutQuery())


class PlatformPolicy(Protocol):
    """Interprets a platform's errors and rate limits."""

    @property
    def platform(self) -> Platform:
        """The platform."""
        ...

    def failure(self, response: httpx.Response, account_id: str | None) -> ConnectorError | None:
        """The error of a response (body read); None if it is good. Must handle any body."""
        ...

    def pause(self, response: httpx.Response) -> float:
        """Seconds to wait before the next request, from the platform's usage headers; 0 for none."""
        ...


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Number and delays of retries. Delays in seconds.

    The delay after n failed tries is drawn between 0 and ``first_delay`` * 2**(n-1), at most ``longest_delay`` (full
    jitter, https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). A pause that the platform asks
    for is kept in full and stretched by up to the share ``jitter``, so that those who wait do not come back at one
    moment; a pause beyond ``longest_retry_after`` is not waited for.
    """

    attempts: int = 6
    first_delay: float = 0.5
    longest_delay: float = 60.0
    longest_retry_after: float = 300.0
    jitter: float = 0.5

    def delay(self, failed_attempts: int, error: TransientError, rng: random.Random) -> float | None:
        """Seconds to wait after ``failed_attempts`` (1 or more) attempts; None: give up."""
        if failed_attempts >= self.attempts:
            return None
        backoff = rng.uniform(0, min(self.longest_delay, self.first_delay * 2 ** (failed_attempts - 1)))
        retry_after = error.retry_after if isinstance(error, ThrottledError) else None
        if retry_after is None:
            return backoff
        if retry_after > self.longest_retry_after:
            return None
        return max(backoff, retry_after * (1 + rng.uniform(0, self.jitter)))


def web_address(link: str) -> httpx.URL | None:
    """A link from an answer, if it is the address of a host on the web."""
    try:
        url = httpx.URL(link)
        is_web = url.scheme in ("https", "http") and bool(url.host) and (url.port or 1) < _PORTS
    except (httpx.InvalidURL, ValueError):
        return None
    return url if is_web else None


def request_name(request: httpx.Request) -> str:
    """Method and path, for error messages. The query is left out because it may contain tokens."""
    return f"{request.method} {request.url.path}"


class HttpSession:
    """Sends requests to one platform. For use in one event loop; close it with ``aclose``.

    ``limiter`` and ``max_concurrency`` limit requests; ``auth`` adds credentials and refreshes them. Credentials
    only ever go to the host of ``base_url``.
    """

    def __init__(
        self,
        *,
        base_url: str,
        policy: PlatformPolicy,
        auth: httpx.Auth,
        transport: httpx.AsyncBaseTransport | None = None,
        limiter: RateLimiter | None = None,
        retry: RetryPolicy | None = None,
        sleep: Sleep = asyncio.sleep,
        rng: random.Random | None = None,
        timeout: float = 60.0,
        headers: Mapping[str, str] | None = None,
        max_concurrency: int = 4,
        limits: Limits | None = None,
        folder: Path | None = None,
    ) -> None:
        self.limits = limits or Limits()
        """Bounds of the platform's answers."""
        self._policy = policy
        self._auth = auth
        self._limiter = limiter
        self._retry = retry or RetryPolicy()
        self._sleep = sleep
        self._rng = rng or random.Random()  # noqa: S311  jitter, not cryptography
        self._client = httpx.AsyncClient(
            base_url=base_url,
            transport=BoundedTransport(transport or SystemTransport(), self.limits, folder),
            timeout=timeout,
            headers={"user-agent": _USER_AGENT, "accept-encoding": ENCODINGS, **(headers or {})},
        )
        self._slots = asyncio.Semaphore(max_concurrency)
        self._gate = asyncio.Lock()
        self._pause = 0.0
        self.rate_limit: Mapping[str, str] = {}
        """The platform's rate-limit headers of the last response, by header name in lower case."""

    async def request(
        self,
        method: str,
        path_or_url: str,
        *,
        account_id: str | None = None,
        params: Params | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        authenticated: bool = True,
        expect_json: bool = True,
    ) -> bytes:
        """Body of a good response; transient failures are retried according to ``RetryPolicy``.

        ``path_or_url``: a path below ``base_url``, or a whole URL (on another host only with ``authenticated=False``).
        Raises ConnectorErrors only.
        """

        async def send() -> bytes:
            request = self._request(
                method, path_or_url, account_id, params=params, json=json, data=data, headers=headers
            )
            return await self._once(request, account_id, authenticated=authenticated, expect_json=expect_json)

        return await self._retried(send)

    async def write(
        self,
        method: str,
        path: str,
        *,
        account_id: str | None = None,
        params: Params | None = None,
        json: object = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Body of the good response to a change. The change is sent again only if the platform surely did not act.

        That is where it could not be reached, or rejected the request because of its rate limit or the token. Raises
        UncertainWriteError where it may have acted: no response, a server error, or a response that was cut off; other
        ConnectorErrors where it did not act.
        """

        async def send() -> bytes:
            request = self._request(method, path, account_id, params=params, json=json, data=data, headers=headers)
            return await self._write_once(request, account_id)

        return await self._retried(send)

    def _request(
        self,
        method: str,
        path_or_url: str,
        account_id: str | None,
        *,
        params: Params | None,
        json: object,
        data: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> httpx.Request:
        """The request. Raises ContractError where ids, cursors or links of answers make no address."""
        try:
            return self._client.build_request(
                method, path_or_url, params=_params(params), json=json, data=data, headers=headers
            )
        except (httpx.InvalidURL, ValueError) as error:
            message = f"what the platform answered makes no address ({error})"
            context = FailureContext(self._policy.platform, f"{method} request", account_id, message=message)
            raise ContractError(context) from None

    async def _retried(self, send: Callable[[], Awaitable[bytes]]) -> bytes:
        failed_attempts = 0
        told: TransientError | None = None
        while True:
            try:
                return await send()
            except TransientError as error:
                failed_attempts += 1
                told = error if error.context.status is not None else told
                delay = self._retry.delay(failed_attempts, error, self._rng)
                if delay is None:
                    # What the platform said last tells more than a connection that broke after it.
                    raise (told or error) from None
            await self._sleep(delay)

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _once(
        self, request: httpx.Request, account_id: str | None, *, authenticated: bool, expect_json: bool
    ) -> bytes:
        try:
            response = await self._response(
                request, account_id, authenticated=authenticated, redirects=self.limits.redirects
            )
        except httpx.RequestError as error:
            raise TransientError(self._context(request, account_id, _words_of(error))) from None
        except BoundPassed as passed:
            kind = AskForLessError if passed.is_size else BoundError
            raise kind(self._context(request, account_id, str(passed))) from None
        self._check(response, account_id, expect_json=expect_json)
        return self._readable(response, account_id) if expect_json else response.content

    async def _write_once(self, request: httpx.Request, account_id: str | None) -> bytes:
        try:
            response = await self._response(request, account_id, authenticated=True, redirects=0)
        except httpx.RequestError as error:
            context = self._context(request, account_id, _words_of(error))
            # The request that failed may be that for a token: then the change was not sent, or was rejected before.
            if isinstance(error, _NOT_SENT) or error.request is not request:
                raise TransientError(context) from None
            raise _uncertain(context) from None
        except BoundPassed as passed:
            raise _uncertain(self._context(request, account_id, str(passed))) from None
        try:
            self._check(response, account_id, expect_json=True)
        except (TransientError, ContractError) as error:
            if isinstance(error, ThrottledError) and not response.is_server_error:
                raise
            raise _uncertain(error.context) from None
        return self._readable(response, account_id)

    def _readable(self, response: httpx.Response, account_id: str | None) -> bytes:
        """The body as JSON that can be read; a name with broken bytes is told, and costs nothing else."""
        if not is_utf8(response.content):
            message = "bytes that are no UTF-8 stand as U+FFFD in what is stored"
            _LOG.warning("%s", ConnectorError(self._context(response.request, account_id, message)))
        return readable(response.content)

    async def _response(
        self, request: httpx.Request, account_id: str | None, *, authenticated: bool, redirects: int
    ) -> httpx.Response:
        """The response, good or not. Raises httpx's errors, and ConnectorErrors of the request for a token."""
        self._check_address(request, account_id, authenticated=authenticated)
        await self._hold_back()
        async with self._slots:
            response = await self._bounded(request, account_id, authenticated=authenticated, redirects=redirects)
        self._pause = min(max(self._pause, self._policy.pause(response)), self._retry.longest_retry_after)
        self.rate_limit = {k: v for k, v in response.headers.items() if _RATE_LIMIT_HEADER.search(k)}
        return response

    async def _bounded(
        self, request: httpx.Request, account_id: str | None, *, authenticated: bool, redirects: int
    ) -> httpx.Response:
        """The response within the time of a request as a whole, tokens and redirects included. Raises BoundPassed.

        A redirect is followed where the method stays the same.
        """
        seconds = self.limits.request_seconds
        auth = self._auth if authenticated else None
        try:
            async with asyncio.timeout(seconds):
                response = await self._client.send(request, auth=auth)
                while redirects and (following := response.next_request) and following.method == request.method:
                    self._check_address(following, account_id, authenticated=authenticated)
                    response = await self._client.send(following, auth=auth)
                    redirects -= 1
                # httpx makes a cycle of response and stream: the body would stay until a collection of garbage.
                response.stream = httpx.ByteStream(b"")
                return response
        except TimeoutError:
            raise BoundPassed(f"the answer took longer than {seconds:g} s", "request_seconds") from None

    def _check_address(self, request: httpx.Request, account_id: str | None, *, authenticated: bool) -> None:
        """Raise ContractError where credentials would leave the platform's host."""
        if authenticated and _origin(request.url) != _origin(self._client.base_url):
            message = f"credentials are not sent to another host than {self._client.base_url.host}: {request.url.host}"
            raise ContractError(self._context(request, account_id, message))

    async def _hold_back(self) -> None:
        """Wait as the platform's usage headers ask, for all requests alike, then for the client's own limit."""
        async with self._gate:
            if self._pause > 0:
                pause, self._pause = self._pause, 0.0
                await self._sleep(pause)
        if self._limiter is not None:
            await self._limiter.acquire()

    def _check(self, response: httpx.Response, account_id: str | None, *, expect_json: bool) -> None:
        """Raise the error of a response, if there is one. The platform's policy is asked first."""
        if response.is_redirect:
            context = self._context(response.request, account_id, "", response.status_code)
            raise too_many_redirects(context, self.limits)
        failure = self._policy.failure(response, account_id)
        if failure is not None:
            raise failure
        if not response.is_success:
            context = self._context(response.request, account_id, first_words(response), response.status_code)
            raise TransientError(context) if response.status_code >= 500 else PermanentError(context)
        if expect_json and (flaw := json_flaw(readable(response.content))):
            message = f"{flaw.reason}; it begins: {first_words(response)!r}"
            context = self._context(response.request, account_id, message, response.status_code)
            raise TransientError(context) if flaw.is_truncated else ContractError(context)

    def _context(
        self, request: httpx.Request, account_id: str | None, message: str, status: int | None = None
    ) -> FailureContext:
        return FailureContext(self._policy.platform, request_name(request), account_id, status, message=message)


def _words_of(error: httpx.RequestError) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _uncertain(context: FailureContext) -> UncertainWriteError:
    message = f"the platform may have applied the change; look before trying again ({context.message})"
    return UncertainWriteError(replace(context, message=message))


def first_words(response: httpx.Response, most: int = _FIRST_WORDS) -> str:
    """The beginning of a body on one line, read as UTF-8 whatever encoding the answer names."""
    return one_line(response.content[: 4 * most].decode(errors="replace"))[:most]


def _params(params: Params | None) -> httpx.QueryParams | None:
    if params is None:
        return None
    return httpx.QueryParams(dict(params) if isinstance(params, Mapping) else list(params))


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
