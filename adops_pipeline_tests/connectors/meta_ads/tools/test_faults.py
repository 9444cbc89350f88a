"""Promises under faults: no change is made twice, a lost answer is called uncertain, what was made is found again."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from adops_pipeline.connectors.errors import AuthError, ConnectorError, ThrottledError
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.connectors.meta_ads import MetaAdsConnector, MetaAdsCredentials
from adops_pipeline.connectors.tools import UncertainWriteError
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.meta_ads import SANDBOX_ACCESS_TOKEN, MetaAdsDialect
from adops_pipeline_tests.connectors.meta_ads.conftest import NOW, US, Bench
from adops_pipeline_tests.connectors.meta_ads.tools.calls import BY_NAME, GOOD, WRITES, made, read, writing

KINDS = ("campaign", "ad_group", "ad", "creative", "audience")
DIALECT = MetaAdsDialect()

Answer = Callable[[httpx.Request, httpx.Response | None], httpx.Response]
"""A fault's answer to a request; the platform's own is given where the platform acted."""


def _refused(refusal: tuple[int, Any, bytes]) -> Answer:
    status, headers, body = refusal
    return lambda request, _: httpx.Response(status, headers=headers, content=body, request=request)


def _unreachable(request: httpx.Request, _: httpx.Response | None) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


def _lost(request: httpx.Request, _: httpx.Response | None) -> httpx.Response:
    raise httpx.ReadTimeout("nothing came", request=request)


def _broken(request: httpx.Request, _: httpx.Response | None) -> httpx.Response:
    raise httpx.RemoteProtocolError("connection closed", request=request)


def _gateway(request: httpx.Request, _: httpx.Response | None) -> httpx.Response:
    return httpx.Response(503, html="<h1>503</h1>", request=request)


def _cut(request: httpx.Request, answer: httpx.Response | None) -> httpx.Response:
    assert answer is not None
    return httpx.Response(200, content=answer.content[: len(answer.content) // 2], request=request)


def _graph_failure(code: int, status: int) -> Answer:
    error = {"message": "An unknown error occurred", "type": "OAuthException", "code": code}
    return lambda request, _: httpx.Response(status, json={"error": error}, request=request)


NOT_ACTED: dict[str, Answer] = {
    "throttled": _refused(DIALECT.throttled(f"/v26.0/act_{US}/campaigns")),
    "expired token": _refused(DIALECT.expired_token("/")),
    "unreachable": _unreachable,
}
"""Faults after which the platform surely did not act."""
UNCERTAIN: dict[str, tuple[Answer, bool]] = {
    "time-out before the platform acted": (_lost, False),
    "time-out after the platform acted": (_lost, True),
    "connection broken after the platform acted": (_broken, True),
    "server error": (_gateway, False),
    "server error after the platform acted": (_gateway, True),
    "unknown error, code 1": (_graph_failure(1, 500), False),
    "temporary error, code 2": (_graph_failure(2, 400), True),
    "answer cut off": (_cut, True),
}
"""Faults after which it is not known, and whether it acted."""


class _Spoiled(httpx.AsyncBaseTransport):
    """Spoils the first request that ``is_meant``."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        is_meant: Callable[[httpx.Request], bool],
        answer: Answer,
        *,
        acts: bool,
        times: int = 1,
    ) -> None:
        self._inner, self._is_meant, self._answer, self._acts = inner, is_meant, answer, acts
        self.left = times

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        if not self.left or not self._is_meant(request):
            return await self._inner.handle_async_request(request)
        self.left -= 1
        answer = None
        if self._acts:
            answer = await self._inner.handle_async_request(request)
            await answer.aread()
        return self._answer(request, answer)


def is_change(request: httpx.Request) -> bool:
    return (
        request.method == "POST"
        and b"execution_options" not in request.content
        and not request.url.path.endswith(("/debug_token", "/oauth/access_token"))
    )


def is_read(request: httpx.Request) -> bool:
    return request.method == "GET"


def spoiled(
    bench: Bench, is_meant: Callable[[httpx.Request], bool], answer: Answer, *, acts: bool = False, times: int = 1
) -> tuple[MetaAdsConnector, _Spoiled]:
    client = bench.connector(retry=RetryPolicy(attempts=3))
    transport = _Spoiled(bench.tap, is_meant, answer, acts=acts, times=times)
    client.session._client._transport = transport
    return client, transport


def writes(bench: Bench) -> int:
    """Number of changes that the platform made."""
    found = [one for kind in KINDS for one in bench.written.objects(Platform.META_ADS, US, kind, bench.now)]
    return sum(len(one.entries) for one in found)


@pytest.mark.parametrize("fault", NOT_ACTED)
@pytest.mark.parametrize("name", WRITES)
async def test_a_change_that_surely_was_not_made_is_sent_again_and_made_once(
    bench: Bench, name: str, fault: str
) -> None:
    client, spoiler = spoiled(bench, is_change, NOT_ACTED[fault])
    tool = writing(name)
    object_id = await tool.apply(client, made(tool, **GOOD[name]))
    assert spoiler.left == 0
    assert writes(bench) == 1
    assert await tool.read_back(client, US, object_id) is not None


@pytest.mark.parametrize("fault", UNCERTAIN)
@pytest.mark.parametrize("name", WRITES)
async def test_a_change_with_a_lost_answer_is_uncertain_and_looking_tells(bench: Bench, name: str, fault: str) -> None:
    answer, acts = UNCERTAIN[fault]
    client, spoiler = spoiled(bench, is_change, answer, acts=acts, times=9)
    tool = writing(name)
    given = made(tool, **GOOD[name])
    before = await tool.before(client, given)
    intended = await tool.intended(client, given, before)
    with pytest.raises(UncertainWriteError, match="may have applied the change") as caught:
        await tool.apply(client, given)
    assert "appsecret_proof" not in str(caught.value)
    assert SANDBOX_ACCESS_TOKEN not in str(caught.value)
    assert spoiler.left == 8, "a change is not sent again"
    assert writes(bench) == int(acts)
    looking = bench.connector()
    if before is None:
        found = await tool.find(looking, given, NOW)
        assert len(found) == int(acts)
        return
    now = await tool.read_back(looking, US, str(before.object_id))
    assert now == (intended if acts else before)


@pytest.mark.parametrize("fault", [*NOT_ACTED, "server error", "answer cut off", "time-out before the platform acted"])
@pytest.mark.parametrize("name", BY_NAME)
async def test_reads_are_repeated_and_changes_behind_them_made_once(bench: Bench, name: str, fault: str) -> None:
    answer = NOT_ACTED[fault] if fault in NOT_ACTED else UNCERTAIN[fault][0]
    client, spoiler = spoiled(bench, is_read, answer, acts=fault == "answer cut off")
    if name in WRITES:
        tool = writing(name)
        given = made(tool, **GOOD[name])
        await tool.intended(client, given, await tool.before(client, given))
        await tool.apply(client, given)
    else:
        page = await read(client, name, **GOOD[name])
        assert page.rows == (await read(bench.connector(), name, **GOOD[name])).rows
    assert spoiler.left == 0
    assert writes(bench) == (1 if name in WRITES else 0)


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize(
    ("fault", "error"), [("throttled", ThrottledError), ("expired token", AuthError), ("unreachable", ConnectorError)]
)
async def test_a_lasting_fault_is_named_and_nothing_was_changed(
    bench: Bench, name: str, fault: str, error: type[ConnectorError]
) -> None:
    client = bench.connector(MetaAdsCredentials(SANDBOX_ACCESS_TOKEN), retry=RetryPolicy(attempts=3))
    client.session._client._transport = _Spoiled(bench.tap, is_change, NOT_ACTED[fault], acts=False, times=99)
    tool = writing(name)
    with pytest.raises(error) as caught:
        await tool.apply(client, made(tool, **GOOD[name]))
    assert not isinstance(caught.value, UncertainWriteError)
    assert writes(bench) == 0
    assert SANDBOX_ACCESS_TOKEN not in str(caught.value)
