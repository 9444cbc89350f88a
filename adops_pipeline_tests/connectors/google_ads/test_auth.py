"""Promises of the tokens: one refresh for all who wait, a new one when the old is refused, none in any error."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from adops_pipeline.connectors.errors import AuthError, ContractError, TransientError
from adops_pipeline.connectors.google_ads import GoogleAdsCredentials
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.domain.vocabulary import Report
from adops_pipeline_tests.connectors.google_ads.conftest import CREDENTIALS, US, account, first_of, once, refusal, stage

STREAM = "googleAds:searchStream"


async def test_the_refresh_grant_is_googles_form_and_the_calls_carry_both_tokens() -> None:
    scene = stage()
    await scene.connector.identity()
    (grant,) = scene.tape.asked("/token")
    assert str(grant.url) == "https://oauth2.sandbox/token"
    assert parse_qs(grant.content.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": [CREDENTIALS.client_id],
        "client_secret": [CREDENTIALS.client_secret],
        "refresh_token": [CREDENTIALS.refresh_token],
    }
    assert "developer-token" not in grant.headers
    for call in scene.tape.requests[1:]:
        assert call.headers["authorization"].startswith("Bearer ya29.")
        assert call.headers["developer-token"] == CREDENTIALS.developer_token


async def test_requests_that_wait_for_a_token_share_one_refresh() -> None:
    scene = stage()
    await asyncio.gather(*(scene.connector.accounts() for _ in range(5)))
    assert len(scene.tape.asked("/token")) == 1


async def test_a_token_is_used_for_its_hour_and_renewed_before_it_ends() -> None:
    scene = stage()
    await scene.connector.accounts()
    scene.clock.now += timedelta(minutes=54)
    await scene.connector.accounts()
    assert len(scene.tape.asked("/token")) == 1
    scene.clock.now += timedelta(minutes=2)
    await scene.connector.accounts()
    assert len(scene.tape.asked("/token")) == 2


@pytest.mark.parametrize("times", [1, 2])
async def test_a_token_that_google_no_longer_takes_mid_way_is_replaced_and_the_call_repeated(times: int) -> None:
    expired = refusal(401, "authenticationError.OAUTH_TOKEN_EXPIRED")
    scene = stage(once(STREAM, expired, times=times))
    assert len(await scene.connector.accounts()) == 4
    assert len(scene.tape.asked("/token")) == 1 + times
    assert scene.naps == []


async def test_concurrent_calls_whose_token_expired_share_one_refresh() -> None:
    scene = stage()
    await scene.connector.accounts()
    former = scene.tape.requests[-1].headers["authorization"]
    scene.clock.now += timedelta(seconds=1)

    def expire_the_former(request: httpx.Request) -> httpx.Response | None:
        is_former = request.headers.get("authorization") == former
        return refusal(401, "authenticationError.OAUTH_TOKEN_EXPIRED") if is_former else None

    scene.tape.instead = expire_the_former
    await asyncio.gather(*(scene.rows(Report.CAMPAIGNS, US) for _ in range(3)))
    assert len(scene.tape.asked("/token")) == 2


async def test_a_token_refused_again_and_again_is_an_auth_error() -> None:
    scene = stage(once(STREAM, refusal(401, "authenticationError.OAUTH_TOKEN_INVALID"), times=99))
    with pytest.raises(AuthError, match="OAUTH_TOKEN_INVALID"):
        _ = [page async for page in scene.connector.pull(Report.CAMPAIGNS, account())]
    assert len(scene.tape.asked(STREAM)) == 3


async def test_a_refused_developer_token_is_not_answered_with_refreshes() -> None:
    scene = stage(credentials=replace(CREDENTIALS, developer_token="guess"))
    with pytest.raises(AuthError, match=r"DEVELOPER_TOKEN_INVALID.*developer token is not valid"):
        await scene.connector.accounts()
    assert len(scene.tape.asked("/token")) == 1


async def test_a_revoked_refresh_token_is_an_auth_error_in_googles_words() -> None:
    scene = stage(credentials=replace(CREDENTIALS, refresh_token="1//revoked"))
    with pytest.raises(AuthError) as caught:
        await scene.connector.accounts()
    assert str(caught.value) == (
        "google-ads: POST /token (HTTP 400, code invalid_grant): "
        "Google gave no access token: Token has been expired or revoked."
    )
    assert scene.naps == []


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(503, content=b"<html>"),
        httpx.Response(429),
        httpx.Response(200, content=b'{"access_token":"ya29'),
        httpx.ReadTimeout("slow"),
    ],
    ids=repr,
)
async def test_a_token_endpoint_that_fails_for_a_moment_is_asked_again(failure: httpx.Response | Exception) -> None:
    scene = stage(once("/token", failure, times=2))
    assert len(await scene.connector.accounts()) == 4
    assert len(scene.naps) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(200, content=b"<html>log in</html>"), ContractError),
        (httpx.Response(200, json={"token": "x"}), ContractError),
        (httpx.Response(403, content=b"<html>no</html>"), AuthError),
        (httpx.Response(500), TransientError),
    ],
)
async def test_a_token_endpoint_that_goes_on_failing_is_told_as_what_it_is(
    answer: httpx.Response, kind: type[Exception]
) -> None:
    scene = stage(once("/token", answer, times=99), retry=RetryPolicy(attempts=2))
    with pytest.raises(kind, match="POST /token"):
        await scene.connector.accounts()


async def test_no_credential_is_in_any_error_log_or_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = ("secret-client", "secret-refresh", "secret-developer", "ya29.secret-access")
    credentials = GoogleAdsCredentials("client", *secrets[:3])
    granted = httpx.Response(200, json={"access_token": secrets[3], "expires_in": 3599, "scope": "s"})
    told = [repr(credentials)]
    for ending, answer in (
        ("/token", httpx.Response(400, json={"error": "invalid_grant", "error_description": "no"})),
        ("/token", httpx.Response(200, json={"access_token": 5, "note": secrets[3]})),
        (":listAccessibleCustomers", refusal(403, "authorizationError.USER_PERMISSION_DENIED", streaming=False)),
        (":listAccessibleCustomers", httpx.Response(200, content=b"<html>")),
    ):
        scene = stage(credentials=credentials)
        scene.tape.instead = first_of(once(ending, answer, times=9), once("/token", granted, times=9))
        with pytest.raises((AuthError, ContractError)) as caught:
            await scene.connector.accounts()
        told.append(f"{caught.value} {caught.value!r} {caught.value.__cause__!r}")
    for secret in secrets:
        assert secret not in " ".join(told) + caplog.text
