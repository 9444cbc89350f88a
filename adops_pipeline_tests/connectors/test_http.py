"""Promises of the HTTP session: what is tried again, what is not, how long it waits, and that no credential leaks."""

import asyncio
import gzip
import json
import logging
import random
from collections.abc import Callable

import httpx
import pytest

from adops_pipeline.connectors.errors import (
    AuthError,
    BoundError,
    ConnectorError,
    ContractError,
    FailureContext,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.connectors.http import HttpSession, RateLimiter, RetryPolicy, request_name, web_address
from adops_pipeline.domain.vocabulary import Platform

Handler = Callable[[httpx.Request], httpx.Response]


class PlainPolicy:
    """A made-up platform: 429 throttles, 401 is auth, 400 is permanent, the header x-pause asks to wait."""

    platform = Platform.PINTEREST

    def failure(self, response: httpx.Response, account_id: str | None) -> ConnectorError | None:
        status = response.status_code
        context = FailureContext(self.platform, request_name(response.request), account_id, status)
        if status == 429:
            after = response.headers.get("retry-after")
            return ThrottledError(context, float(after) if after else None)
        if status == 401:
            return AuthError(context)
        return PermanentError(context) if status == 400 else None

    def pause(self, response: httpx.Response) -> float:
        return float(response.headers.get("x-pause", 0))


class BearerAuth(httpx.Auth):
    def auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]  # noqa: ANN201
        request.headers["authorization"] = "Bearer secret-1"
        yield request


class Nap:
    """A sleep that only notes how long it was asked for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


def session(
    handler: Handler,
    nap: Nap | None = None,
    *,
    retry: RetryPolicy | None = None,
    limiter: RateLimiter | None = None,
    base_url: str = "https://ads.example/v1",
    max_concurrency: int = 4,
) -> HttpSession:
    return HttpSession(
        base_url=base_url,
        policy=PlainPolicy(),
        auth=BearerAuth(),
        transport=httpx.MockTransport(handler),
        retry=retry,
        limiter=limiter,
        sleep=nap or Nap(),
        rng=random.Random(1),
        max_concurrency=max_concurrency,
    )


def answers(*responses: httpx.Response | Exception) -> tuple[Handler, list[httpx.Request]]:
    """A handler that gives these in turn, the last one for ever; and the requests it saw."""
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        answer = responses[min(len(seen), len(responses)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle, seen


GOOD = httpx.Response(200, content=b'{"id": 1.10}')


async def test_an_error_without_words_is_named_by_its_kind() -> None:
    handle, _ = answers(httpx.ReadTimeout(""))
    with pytest.raises(TransientError, match=r"ReadTimeout$"):
        await session(handle, retry=RetryPolicy(attempts=1)).request("GET", "/ads")


async def test_what_the_platform_said_is_raised_though_the_last_connection_broke() -> None:
    handle, _ = answers(httpx.Response(503, content=b"busy"), httpx.ReadTimeout("no answer"))
    with pytest.raises(TransientError, match=r"HTTP 503\): busy"):
        await session(handle, retry=RetryPolicy(attempts=3)).request("GET", "/ads")


async def test_a_good_answer_comes_back_byte_for_byte_with_parameters_and_credentials_sent() -> None:
    handle, seen = answers(GOOD)
    body = await session(handle).request("GET", "/ads", params=[("id", "1"), ("id", "2")], headers={"x-who": "me"})
    assert body == b'{"id": 1.10}'
    assert str(seen[0].url) == "https://ads.example/v1/ads?id=1&id=2"
    assert seen[0].headers["authorization"] == "Bearer secret-1"
    assert seen[0].headers["x-who"] == "me"
    assert seen[0].headers["user-agent"].startswith("adops-pipeline/")


async def test_half_a_character_in_one_name_costs_no_answer() -> None:
    handle, _ = answers(httpx.Response(200, content=rb'[{"name": "Sale \ud83d", "id": 1.10}, {"name": "\\ud83d"}]'))
    wanted = rb'[{"name": "Sale \ufffd", "id": 1.10}, {"name": "\\ud83d"}]'
    assert await session(handle).request("GET", "/ads") == wanted
    assert await session(handle).write("POST", "/ads") == wanted


async def test_json_and_form_bodies_are_sent() -> None:
    handle, seen = answers(GOOD)
    talk = session(handle)
    await talk.request("POST", "/json", json={"query": "SELECT"})
    await talk.request("POST", "/form", data={"a": "b c"})
    assert seen[0].content == b'{"query":"SELECT"}'
    assert seen[1].content == b"a=b+c"


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(503, content=b"<html>sorry</html>"),
        httpx.Response(500, content=b"{}"),
        httpx.Response(200, content=b'{"data":[{"a":1},{"b'),
        httpx.Response(200, content=b'{"data":[1.'),
        httpx.Response(200, content=b""),
        httpx.ReadTimeout("timed out"),
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("peer closed connection"),
        httpx.DecodingError("incomplete gzip"),
        httpx.Response(429),
    ],
    ids=repr,
)
async def test_what_passes_by_itself_is_tried_again(failure: httpx.Response | Exception) -> None:
    handle, seen = answers(failure, failure, GOOD)
    nap = Nap()
    assert await session(handle, nap).request("GET", "/ads") == GOOD.content
    assert len(seen) == 3
    assert len(nap.seconds) == 2
    assert 0 <= nap.seconds[0] <= 0.5
    assert 0 <= nap.seconds[1] <= 1.0


async def test_after_the_last_attempt_the_failure_is_raised_with_where_and_why() -> None:
    handle, seen = answers(httpx.ReadTimeout("slow"))
    with pytest.raises(TransientError, match="pinterest account 7: GET /v1/ads: ReadTimeout: slow"):
        await session(handle, retry=RetryPolicy(attempts=3)).request("GET", "/ads", account_id="7")
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(400), PermanentError),
        (httpx.Response(401), AuthError),
        (httpx.Response(404, content=b"<html>no such page</html>"), PermanentError),
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), BoundError),
        (httpx.Response(200, content=b"<!DOCTYPE html><html><body>Log in</body></html>"), ContractError),
        (httpx.Response(200, content=b'{"a": nonsense, "b": 1}'), ContractError),
    ],
)
async def test_what_stays_the_same_is_not_tried_again(answer: httpx.Response, kind: type[ConnectorError]) -> None:
    handle, seen = answers(answer)
    nap = Nap()
    with pytest.raises(kind) as caught:
        await session(handle, nap).request("GET", "/ads")
    assert type(caught.value) is kind
    assert caught.value.context.status == answer.status_code
    assert (len(seen), nap.seconds) == (1, [])


async def test_an_html_page_is_named_by_its_first_words() -> None:
    handle, _ = answers(httpx.Response(200, content=b"<html>\n <body>Scheduled maintenance " + b"x" * 5000))
    with pytest.raises(ContractError) as caught:
        await session(handle).request("GET", "/ads")
    assert "Scheduled maintenance" in str(caught.value)
    assert len(str(caught.value)) < 400


async def test_a_body_that_is_no_json_is_let_through_when_none_is_expected() -> None:
    handle, _ = answers(httpx.Response(200, content=b"a,b\n1,2\n"))
    assert await session(handle).request("GET", "/file", expect_json=False) == b"a,b\n1,2\n"


async def test_a_compressed_answer_is_read() -> None:
    packed = httpx.Response(200, content=gzip.compress(b"[1,2]"), headers={"content-encoding": "gzip"})
    assert await session(answers(packed)[0]).request("GET", "/ads") == b"[1,2]"


async def test_the_pause_a_platform_asks_for_is_kept_in_full() -> None:
    handle, _ = answers(httpx.Response(429, headers={"retry-after": "27"}), GOOD)
    nap = Nap()
    await session(handle, nap).request("GET", "/ads")
    assert len(nap.seconds) == 1
    assert 27 <= nap.seconds[0] <= 27 * 1.5


async def test_a_pause_of_hours_is_handed_to_the_caller_at_once() -> None:
    handle, seen = answers(httpx.Response(429, headers={"retry-after": "7200"}))
    nap = Nap()
    with pytest.raises(ThrottledError) as caught:
        await session(handle, nap).request("GET", "/ads")
    assert caught.value.retry_after == 7200
    assert (len(seen), nap.seconds) == (1, [])


def test_a_pause_is_stretched_by_up_to_a_half_and_waited_for_up_to_five_minutes() -> None:
    context = FailureContext(Platform.PINTEREST, "GET /ads")
    waits = [RetryPolicy().delay(1, ThrottledError(context, 10.0), random.Random(seed)) or 0 for seed in range(50)]
    assert 10 <= min(waits) < 10.5
    assert 14.5 < max(waits) <= 15
    assert RetryPolicy().delay(1, ThrottledError(context, 300.0), random.Random(1)) is not None
    assert RetryPolicy().delay(1, ThrottledError(context, 300.1), random.Random(1)) is None


async def test_a_pause_in_the_usage_headers_is_waited_for_no_longer_than_one_that_is_asked_for() -> None:
    handle, _ = answers(httpx.Response(200, content=b"{}", headers={"x-pause": "9000"}), GOOD)
    nap = Nap()
    talk = session(handle, nap)
    await talk.request("GET", "/ads")
    await talk.request("GET", "/ads")
    assert nap.seconds == [300]


@pytest.mark.parametrize(
    ("link", "is_web"),
    [
        ("https://a.example:65535/x", True),
        ("http://a.example", True),
        ("https://a.example:65536/x", False),
        ("ftp://a.example/x", False),
        ("https:///x", False),
        ("a.example/x", False),
    ],
)
def test_a_link_is_the_address_of_a_host_on_the_web(link: str, is_web: bool) -> None:
    assert web_address(link) == (httpx.URL(link) if is_web else None)


def test_back_off_grows_is_drawn_from_zero_up_and_stops_growing() -> None:
    retry = RetryPolicy(attempts=20, first_delay=1.0, longest_delay=8.0)
    error = TransientError(FailureContext(Platform.PINTEREST, "GET /"))
    draws = [[retry.delay(n, error, random.Random(seed)) or 0.0 for seed in range(300)] for n in (1, 2, 3, 4, 9)]
    for most, drawn in zip((1, 2, 4, 8, 8), draws, strict=True):
        assert max(drawn) <= most
        assert max(drawn) > 0.95 * most
        assert min(drawn) < 0.05 * most
    assert retry.delay(20, error, random.Random(1)) is None


async def test_a_pause_in_the_usage_headers_holds_back_every_next_request_once() -> None:
    handle, _ = answers(httpx.Response(200, content=b"{}", headers={"x-pause": "12"}), GOOD)
    nap = Nap()
    talk = session(handle, nap)
    await talk.request("GET", "/ads")
    assert nap.seconds == []
    await asyncio.gather(*(talk.request("GET", "/ads") for _ in range(3)))
    assert nap.seconds == [12]


async def test_a_later_answer_without_a_pause_does_not_lift_the_pause_that_another_asked_for() -> None:
    both_under_way = asyncio.Barrier(2)
    first_was_read = asyncio.Event()

    async def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("pausing"):
            await both_under_way.wait()
            return httpx.Response(200, content=b"{}", headers={"x-pause": "12"})
        if request.url.path.endswith("late"):
            await both_under_way.wait()
            await first_was_read.wait()
        return GOOD

    nap = Nap()
    talk = session(handle, nap)  # type: ignore[arg-type]

    async def pausing() -> None:
        await talk.request("GET", "/pausing")
        first_was_read.set()

    await asyncio.gather(pausing(), talk.request("GET", "/late"))
    await talk.request("GET", "/next")
    assert nap.seconds == [12]


async def test_no_more_requests_than_allowed_are_under_way_at_once() -> None:
    under_way, most = 0, 0

    async def handle(_: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return GOOD

    talk = session(handle, max_concurrency=2)  # type: ignore[arg-type]
    await asyncio.gather(*(talk.request("GET", "/ads") for _ in range(10)))
    assert most == 2


async def test_every_attempt_goes_through_the_limiter() -> None:
    waits = Nap()
    limiter = RateLimiter(2.0, clock=lambda: 0.0, sleep=waits)
    handle, _ = answers(httpx.ReadTimeout("slow"), GOOD)
    await session(handle, limiter=limiter).request("GET", "/ads")
    assert waits.seconds == [0.5]


async def test_credentials_go_to_the_platforms_own_host_only() -> None:
    handle, seen = answers(GOOD)
    talk = session(handle)
    with pytest.raises(ContractError, match="elsewhere"):
        await talk.request("GET", "https://elsewhere.example/next")
    assert seen == []
    await talk.request("GET", "https://ads.example/v1/next?after=1")
    await talk.request("GET", "https://elsewhere.example/file?Signature=abc", authenticated=False)
    assert "authorization" in seen[0].headers
    assert "authorization" not in seen[1].headers


async def test_neither_errors_nor_logs_show_a_query_or_a_credential(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    handle, _ = answers(httpx.Response(400), GOOD)
    talk = session(handle)
    with pytest.raises(PermanentError) as caught:
        await talk.request("GET", "/ads", params={"access_token": "secret-1", "signature": "secret-1"})
    await talk.request("GET", "/ads", params={"access_token": "secret-1"})
    assert "GET /v1/ads" in str(caught.value)
    assert "https://ads.example/v1/ads" in caplog.text
    assert "secret-1" not in str(caught.value) + caplog.text


async def test_a_closed_session_has_closed_its_transport() -> None:
    closed = []

    class Transport(httpx.MockTransport):
        async def aclose(self) -> None:
            closed.append(True)

    talk = HttpSession(
        base_url="https://a.example", policy=PlainPolicy(), auth=BearerAuth(), transport=Transport(answers(GOOD)[0])
    )
    await talk.aclose()
    assert closed == [True]


async def test_a_name_with_broken_bytes_does_not_cost_its_account_the_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = b'{"data": [{"id": "1", "name": "Caf\xe9"}, {"id": "2", "name": "Rain"}]}'
    handle, _ = answers(httpx.Response(200, content=body))
    read = await session(handle).request("GET", "/ads", account_id="7")
    assert json.loads(read)["data"] == [{"id": "1", "name": "Caf\ufffd"}, {"id": "2", "name": "Rain"}]
    told = "pinterest account 7: GET /v1/ads: bytes that are no UTF-8 stand as U+FFFD in what is stored"
    assert told in caplog.messages
