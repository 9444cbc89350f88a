"""Meta's access tokens: where they travel, when they are exchanged, and that nobody sees them."""

import logging
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from adops_pipeline.connectors.errors import AuthError, ConnectorError
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.connectors.meta_ads import MetaAdsCredentials
from adops_pipeline.connectors.tokens import FileTokenStore, MemoryTokenStore
from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline.sandbox.faults import FaultPlan
from adops_pipeline.sandbox.meta_ads import SANDBOX_ACCESS_TOKEN, SANDBOX_APP_ID, SANDBOX_APP_SECRET, user_token
from adops_pipeline_tests.connectors.meta_ads.conftest import CREDENTIALS, NOW, US, Bench, account_of, rows_of


def user(lives: timedelta) -> MetaAdsCredentials:
    return MetaAdsCredentials(user_token(NOW + lives), SANDBOX_APP_ID, SANDBOX_APP_SECRET)


def bearers(bench: Bench) -> list[str]:
    return [
        r.headers["authorization"].removeprefix("Bearer ") for r in bench.tap.requests if "authorization" in r.headers
    ]


async def test_no_url_ever_holds_a_token_and_every_call_is_proven(bench: Bench) -> None:
    connector = bench.connector(user(timedelta(days=2)), page_size=5)
    account = await account_of(connector, US)
    await rows_of(connector, Report.CAMPAIGNS, account)
    await rows_of(connector, Report.AD_GROUP_DAILY, account, DateRange(NOW.date() - timedelta(days=60), NOW.date()))
    for request in bench.tap.requests:
        url = str(request.url)
        assert "sandbox-user-token" not in url
        assert SANDBOX_APP_SECRET not in url
        is_about_tokens = request.url.path.endswith(("/debug_token", "/oauth/access_token"))
        assert is_about_tokens or len(request.url.params["appsecret_proof"]) == 64


async def test_without_the_apps_secret_a_bare_token_does(bench: Bench) -> None:
    connector = bench.connector(MetaAdsCredentials(SANDBOX_ACCESS_TOKEN))
    assert len(await connector.accounts()) == 3
    assert all("appsecret_proof" not in request.url.params for request in bench.tap.requests)
    assert len(bench.tap.requests) == 1


async def test_a_token_that_never_expires_is_not_exchanged(bench: Bench) -> None:
    await bench.connector(CREDENTIALS).accounts()
    assert not bench.tap.asked("POST", "/oauth/access_token")
    assert set(bearers(bench)) == {SANDBOX_ACCESS_TOKEN}


async def test_a_token_about_to_expire_is_exchanged_once_and_kept(bench: Bench, tmp_path: Path) -> None:
    credentials, store = user(timedelta(days=6)), FileTokenStore(tmp_path / "tokens.json")
    await bench.connector(credentials, token_store=store).identity()
    assert len(bench.tap.asked("POST", "/oauth/access_token")) == 1
    renewed = user_token(NOW + timedelta(seconds=5_183_944))
    assert set(bearers(bench)) == {renewed}
    await bench.connector(credentials, token_store=store).accounts()
    assert set(bearers(bench)) == {renewed}
    assert not bench.tap.asked("POST", "/oauth/access_token")
    assert not bench.tap.asked("POST", "/debug_token")


async def test_a_token_with_time_left_is_not_exchanged(bench: Bench) -> None:
    await bench.connector(user(timedelta(days=8))).accounts()
    assert not bench.tap.asked("POST", "/oauth/access_token")


async def test_a_new_token_in_the_settings_outranks_a_kept_one(bench: Bench) -> None:
    store = MemoryTokenStore()
    await bench.connector(user(timedelta(days=6)), token_store=store).accounts()
    fresh = user(timedelta(days=50))
    await bench.connector(fresh, token_store=store).accounts()
    assert set(bearers(bench)) == {fresh.access_token}


async def test_what_the_store_holds_in_another_form_is_ignored(bench: Bench) -> None:
    store = MemoryTokenStore()
    store.save(Platform.META_ADS, "not ours")
    assert len(await bench.connector(token_store=store).accounts()) == 3


async def test_a_kept_token_that_was_revoked_gives_way_to_the_settings_own(bench: Bench) -> None:
    credentials, store = user(timedelta(days=6)), MemoryTokenStore()
    await bench.connector(credentials, token_store=store).accounts()
    kept = user_token(NOW + timedelta(seconds=5_183_944))

    def revoke(request: httpx.Request) -> httpx.Response | None:
        is_kept = kept in request.headers.get("authorization", "") or kept.encode() in request.content
        body = {"error": {"message": "The session has been invalidated", "code": 190, "error_subcode": 460}}
        return httpx.Response(400, json=body) if is_kept else None

    assert len(await bench.connector(credentials, token_store=store, answer=revoke).accounts()) == 3
    assert bearers(bench)[-1] == credentials.access_token


async def test_a_refused_token_is_exchanged_and_the_call_repeated(bench: Bench) -> None:
    connector = bench.connector(plan=FaultPlan.parse("expired_token=1;seed=1;limit=1"))
    assert len(await connector.accounts()) == 3
    assert len(bench.tap.asked("POST", "/oauth/access_token")) == 1
    assert not bench.slept


async def test_an_expired_token_cannot_be_exchanged_and_is_a_platform_wide_auth_error(bench: Bench) -> None:
    connector = bench.connector(user(timedelta(days=-1)), account_ids=(US,))
    with pytest.raises(AuthError, match=r"log in again.*Session has expired") as caught:
        await connector.accounts()
    assert caught.value.context.account_id is None
    assert caught.value.context.code == "190/463"


async def test_without_app_credentials_an_expired_token_is_told_at_once(bench: Bench) -> None:
    connector = bench.connector(MetaAdsCredentials(user_token(NOW - timedelta(days=1))), account_ids=(US,))
    with pytest.raises(AuthError, match="190/463"):
        await connector.accounts()
    assert len(bench.tap.requests) == 1


async def test_a_refused_exchange_of_a_good_token_is_a_warning(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(request: httpx.Request) -> httpx.Response | None:
        body = {"error": {"message": "Error validating client secret.", "code": 1}}
        return httpx.Response(400, json=body) if request.url.path.endswith("/oauth/access_token") else None

    connector = bench.connector(user(timedelta(days=6)), answer=refuse)
    assert len(await connector.accounts()) == 3
    assert len((await connector.identity()).account_ids) == 3
    assert len(bench.tap.asked("POST", "/oauth/access_token")) == 1
    assert "could not be exchanged" in caplog.text


async def test_a_token_endpoint_that_stumbles_is_asked_again(bench: Bench) -> None:
    stumbles = iter([httpx.Response(503, html="<html>"), httpx.Response(200, text='{"data":{"is_va')])

    def stumble(request: httpx.Request) -> httpx.Response | None:
        return next(stumbles, None) if request.url.path.endswith("/debug_token") else None

    assert len(await bench.connector(answer=stumble).accounts()) == 3
    assert len(bench.tap.asked("POST", "/debug_token")) == 3


async def test_no_token_shows_in_errors_logs_or_reprs(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    credentials = user(timedelta(days=6))
    kept = user_token(NOW + timedelta(seconds=5_183_944))
    texts = [repr(credentials)]
    for plan in ("revoked=" + US, "throttled=1;seed=1", "server_error=1;seed=1", "truncated=1", "expired_token=1"):
        connector = bench.connector(
            credentials, plan=FaultPlan.parse(plan), page_size=5, account_ids=(US,), retry=RetryPolicy(attempts=1)
        )
        try:
            for account in await connector.accounts():
                await rows_of(connector, Report.CAMPAIGNS, account)
            texts += [str(error) for error in connector.failures.values()]
        except ConnectorError as error:
            texts += [str(error), repr(error), repr(error.context)]
    account = await account_of(connector := bench.connector(credentials, page_size=5), US)
    await rows_of(connector, Report.CAMPAIGNS, account)
    assert len(texts) >= 5
    everything = "\n".join([*texts, caplog.text])
    assert "HTTP Request: GET" in caplog.text
    for secret in (credentials.access_token, kept, SANDBOX_APP_SECRET, "appsecret_proof="):
        assert secret not in everything
