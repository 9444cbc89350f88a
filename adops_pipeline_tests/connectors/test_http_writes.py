"""Promises of `HttpSession.write`: a change is never sent again once the platform may have acted on it."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from adops_pipeline.connectors.errors import (
    AuthError,
    ConnectorError,
    FailureContext,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.connectors.http import HttpSession, RetryPolicy
from adops_pipeline.connectors.tools import UncertainWriteError
from adops_pipeline_tests.connectors.test_http import GOOD, Nap, PlainPolicy, answers, session

MAYBE_APPLIED = [
    httpx.ReadTimeout("timed out"),
    httpx.WriteTimeout("timed out"),
    httpx.RemoteProtocolError("server disconnected"),
    httpx.ReadError("reset"),
    httpx.Response(500, content=b"{}"),
    httpx.Response(503, content=b"<html>sorry</html>"),
    httpx.Response(200, content=b'{"id": 1'),
    httpx.Response(200, content=b"<html>welcome</html>"),
]
SURELY_NOT_APPLIED = [httpx.ConnectError("refused"), httpx.ConnectTimeout("timed out"), httpx.Response(429)]
REFUSED: list[tuple[int, type[ConnectorError]]] = [(400, PermanentError), (401, AuthError), (404, PermanentError)]


@pytest.mark.parametrize("failure", MAYBE_APPLIED, ids=repr)
async def test_a_change_that_may_have_been_applied_is_not_sent_again(failure: httpx.Response | Exception) -> None:
    handle, seen = answers(failure, GOOD)
    with pytest.raises(UncertainWriteError, match="may have applied the change; look before trying again"):
        await session(handle).write("POST", "/campaigns", json=[{"name": "New"}])
    assert len(seen) == 1


@pytest.mark.parametrize("failure", SURELY_NOT_APPLIED, ids=repr)
async def test_a_change_that_surely_was_not_applied_is_sent_again(failure: httpx.Response | Exception) -> None:
    handle, seen = answers(failure, GOOD)
    assert await session(handle).write("POST", "/campaigns", json=[{"name": "New"}]) == GOOD.content
    assert [request.content for request in seen] == [b'[{"name":"New"}]'] * 2


async def test_a_change_is_sent_with_its_parameters_and_headers_and_asks_for_gzip_alone() -> None:
    handle, seen = answers(GOOD)
    await session(handle).write("POST", "/campaigns", params={"login": "7"}, headers={"x-who": "me"})
    assert str(seen[0].url) == "https://ads.example/v1/campaigns?login=7"
    assert (seen[0].headers["x-who"], seen[0].headers["accept-encoding"]) == ("me", "gzip")


@pytest.mark.parametrize(("status", "kind"), REFUSED)
async def test_a_refused_change_is_named_and_not_sent_again(status: int, kind: type[ConnectorError]) -> None:
    handle, seen = answers(httpx.Response(status, content=b"{}"), GOOD)
    with pytest.raises(kind):
        await session(handle).write("PATCH", "/campaigns", json=[])
    assert len(seen) == 1


class Busy(PlainPolicy):
    """Throttles with 503, too, as a server does that may have begun."""

    def failure(self, response: httpx.Response, account_id: str | None) -> ConnectorError | None:
        if response.status_code == 503:
            return ThrottledError(FailureContext(self.platform, "POST /campaigns", account_id, 503), 1.0)
        return super().failure(response, account_id)


async def test_throttling_by_a_server_error_may_have_come_after_the_change() -> None:
    handle, seen = answers(httpx.Response(503), GOOD)
    talk = session(handle)
    talk._policy = Busy()
    with pytest.raises(UncertainWriteError):
        await talk.write("POST", "/campaigns")
    assert len(seen) == 1


async def test_throttling_beyond_all_tries_stays_throttling() -> None:
    handle, seen = answers(httpx.Response(429))
    with pytest.raises(ThrottledError):
        await session(handle, retry=RetryPolicy(attempts=3)).write("POST", "/campaigns")
    assert len(seen) == 3


class TokenAuth(httpx.Auth):
    """Asks for a token before each request."""

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        yield httpx.Request("POST", "https://ads.example/token")
        yield request


async def test_a_token_that_could_not_be_had_leaves_the_change_unsent_and_is_asked_for_again() -> None:
    handle, seen = answers(httpx.ReadTimeout("timed out"), GOOD)
    talk = HttpSession(
        base_url="https://ads.example/v1",
        policy=PlainPolicy(),
        auth=TokenAuth(),
        transport=httpx.MockTransport(handle),
        sleep=Nap(),
    )
    assert await talk.write("POST", "/campaigns") == GOOD.content
    assert [request.url.path for request in seen] == ["/token", "/token", "/v1/campaigns"]


async def test_a_change_is_not_sent_with_credentials_to_another_host() -> None:
    handle, seen = answers(GOOD)
    with pytest.raises(ConnectorError, match="another host"):
        await session(handle).write("POST", "https://elsewhere.example/campaigns")
    assert not seen


async def test_the_rate_limit_headers_of_the_last_response_are_kept() -> None:
    kept = {"x-ratelimit-remaining": "59", "x-app-usage": '{"call_count":28}', "x-fb-ads-insights-throttle": "{}",
            "retry-after": "3"}  # fmt: skip
    headers = {name.title(): value for name, value in kept.items()} | {"date": "today"}
    handle, _ = answers(httpx.Response(200, headers=headers, content=b"{}"))
    talk = session(handle)
    await talk.write("POST", "/campaigns")
    assert talk.rate_limit == kept


def test_an_uncertain_change_is_not_a_failure_that_is_worth_another_try() -> None:
    assert not issubclass(UncertainWriteError, TransientError)
