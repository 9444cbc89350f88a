"""Tokens that rotate: kept before they are used, shared by those who wait, and never lost both."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from adops_pipeline.connectors.errors import AuthError, ContractError
from adops_pipeline.connectors.pinterest import PinterestCredentials
from adops_pipeline.connectors.tokens import FileTokenStore, MemoryTokenStore
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.sandbox.pinterest import SANDBOX_APP_ID, SANDBOX_APP_SECRET, SANDBOX_REFRESH_TOKEN
from adops_pipeline_tests.connectors.pinterest.conftest import Stage, error

MakeStage = Callable[..., Stage]


def spent_tokens(stage: Stage) -> list[str]:
    """Refresh tokens that were sent, in order."""
    return [parse_qs(r.content.decode())["refresh_token"][0] for r in stage.tape.asked("/oauth/token", "POST")]


class FailingStore(MemoryTokenStore):
    """A disk that is full until somebody clears it."""

    is_full = False

    def save(self, platform: Platform, refresh_token: str) -> None:
        if self.is_full:
            raise OSError(28, "No space left on device", "/secret/place")
        super().save(platform, refresh_token)


async def test_the_new_refresh_token_is_kept_before_anything_is_asked_with_it(make_stage: MakeStage) -> None:
    kept_when_asked: list[str | None] = []
    stage = make_stage()

    def note(request: httpx.Request) -> None:
        if request.url.path.endswith("/ad_accounts"):
            kept_when_asked.append(stage.store.load(Platform.PINTEREST))

    stage.tape.instead = note
    await stage.connector.accounts()
    assert kept_when_asked[0] is not None
    assert kept_when_asked[0] not in {"", SANDBOX_REFRESH_TOKEN}


async def test_the_next_run_starts_from_the_kept_token(make_stage: MakeStage, tmp_path: Path) -> None:
    store = FileTokenStore(tmp_path / "tokens.json")
    await make_stage(token_store=store).connector.accounts()
    kept = store.load(Platform.PINTEREST)
    second = make_stage(token_store=store)
    await second.connector.accounts()
    assert spent_tokens(second) == [kept]
    assert store.load(Platform.PINTEREST) != kept


async def test_a_failure_while_keeping_the_new_token_leaves_the_former_one_good(make_stage: MakeStage) -> None:
    store = FailingStore()
    stage = make_stage(token_store=store)
    await stage.connector.accounts()
    former = store.load(Platform.PINTEREST)
    asked = len(stage.tape.asked("/ad_accounts"))
    stage.now += timedelta(days=31)
    store.is_full = True
    with pytest.raises(AuthError, match=r"could not be stored \(No space left on device\)") as caught:
        await stage.connector.accounts()
    assert "/secret/place" not in str(caught.value)
    assert len(stage.tape.asked("/ad_accounts")) == asked
    assert store.load(Platform.PINTEREST) == former
    store.is_full = False
    assert await stage.connector.accounts()
    assert spent_tokens(stage)[-2:] == [former, former]
    assert store.load(Platform.PINTEREST) != former


async def test_a_kept_token_gone_stale_gives_way_to_the_one_in_the_settings(make_stage: MakeStage) -> None:
    store = MemoryTokenStore()
    store.save(Platform.PINTEREST, "pinr_stale")
    stage = make_stage(token_store=store)
    assert await stage.connector.accounts()
    assert spent_tokens(stage) == ["pinr_stale", SANDBOX_REFRESH_TOKEN]
    assert store.load(Platform.PINTEREST) not in {"pinr_stale", SANDBOX_REFRESH_TOKEN}


async def test_credentials_that_are_refused_say_so_in_pinterests_words(make_stage: MakeStage) -> None:
    wrong = PinterestCredentials(SANDBOX_APP_ID, SANDBOX_APP_SECRET, "pinr_revoked_token")
    with pytest.raises(AuthError, match="refresh token refused: The authorization grant is invalid") as caught:
        await make_stage(credentials=wrong).connector.accounts()
    assert "pinr_revoked_token" not in str(caught.value)
    assert "pinr_revoked_token" not in repr(wrong)


async def test_requests_that_wait_share_one_refresh(stage: Stage) -> None:
    await asyncio.gather(*(stage.connector.accounts() for _ in range(10)))
    assert len(spent_tokens(stage)) == 1
    stage.now += timedelta(days=31)
    await asyncio.gather(*(stage.connector.accounts() for _ in range(10)))
    assert len(spent_tokens(stage)) == 2


async def test_requests_rejected_together_share_one_refresh(stage: Stage) -> None:
    await stage.connector.accounts()
    revoked = stage.tape.requests[-1].headers["authorization"]

    def instead(request: httpx.Request) -> httpx.Response | None:
        rejected = request.headers["authorization"] == revoked
        return error(401, 2, "Authentication failed.") if rejected else None

    stage.tape.instead = instead
    await asyncio.gather(*(stage.connector.accounts() for _ in range(4)))
    assert len(spent_tokens(stage)) == 2


async def test_a_token_is_renewed_before_it_expires(stage: Stage) -> None:
    await stage.connector.accounts()
    stage.now += timedelta(days=30) - timedelta(minutes=4)
    await stage.connector.accounts()
    answers = stage.tape.asked("/ad_accounts")
    assert len(spent_tokens(stage)) == 2
    assert len(answers) == 2
    assert answers[0].headers["authorization"] != answers[1].headers["authorization"]


async def test_a_missing_scope_is_not_answered_with_a_refresh(stage: Stage) -> None:
    stage.answer_once("/ad_accounts", error(401, 3, "Your token does not have sufficient permissions"))
    with pytest.raises(AuthError, match="sufficient permissions"):
        await stage.connector.accounts()
    assert len(spent_tokens(stage)) == 1


async def test_a_token_that_is_always_rejected_is_given_up(stage: Stage) -> None:
    stage.answer_once("/ad_accounts", *[error(401, 2, "Authentication failed.") for _ in range(50)])
    with pytest.raises(AuthError, match="Authentication failed"):
        await stage.connector.accounts()
    assert len(stage.tape.asked("/ad_accounts")) == 3


@pytest.mark.parametrize(
    "passing",
    [
        error(503, 4197, "The endpoint has been ramped down"),
        error(429, 8, "This request exceeded a rate limit.", x_ratelimit_reset="2"),
        httpx.Response(200, content=b'{"access_token": "pina_cut'),
    ],
)
async def test_a_token_endpoint_in_trouble_is_asked_again(stage: Stage, passing: httpx.Response) -> None:
    stage.answer_once("/oauth/token", passing)
    assert await stage.connector.accounts()
    assert len(spent_tokens(stage)) == 2


async def test_a_grant_of_another_form_is_a_contract_error(stage: Stage) -> None:
    stage.answer_once("/oauth/token", httpx.Response(200, html="<html>Log in</html>"))
    with pytest.raises(ContractError, match="POST /v5/oauth/token"):
        await stage.connector.accounts()


async def test_a_grant_without_a_new_refresh_token_keeps_the_former(stage: Stage) -> None:
    stage.store.save(Platform.PINTEREST, "pinr_legacy")
    grant = {"access_token": "pina_x", "token_type": "bearer", "expires_in": 60, "scope": "ads:read"}
    stage.answer_once("/oauth/token", httpx.Response(200, json=grant))
    stage.tape.inner = httpx.MockTransport(lambda _: httpx.Response(200, json={"items": []}))
    assert await stage.connector.accounts() == []
    assert stage.store.load(Platform.PINTEREST) == "pinr_legacy"
