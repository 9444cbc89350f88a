"""Who may call the emulated Graph API."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest

from adops_pipeline.sandbox.meta_ads import SANDBOX_ACCESS_TOKEN, SANDBOX_APP_ID, SANDBOX_APP_SECRET, user_token
from adops_pipeline_tests.sandbox.meta_ads.conftest import NOW, US, Get

APP: dict[str, Any] = {"client_id": SANDBOX_APP_ID, "client_secret": SANDBOX_APP_SECRET}
EXCHANGE: dict[str, Any] = {**APP, "grant_type": "fb_exchange_token", "access_token": ""}
EXPIRED = user_token(NOW - timedelta(seconds=1))
SHORT = user_token(NOW + timedelta(hours=1))


async def test_a_call_without_a_token_is_refused_with_code_104(get: Get) -> None:
    answer = await get("/me", access_token="")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 104


async def test_an_expired_token_is_refused_with_190_463_and_http_400(get: Get) -> None:
    answer = await get("/me/adaccounts", access_token=EXPIRED)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 190, 463)
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"].startswith("A")


async def test_a_token_of_somebody_else_cannot_be_parsed(get: Get) -> None:
    error = (await get("/me", access_token="EAAB")).json()["error"]
    assert (error["code"], "error_subcode" in error) == (190, False)


async def test_a_good_token_is_exchanged_for_one_of_sixty_days(get: Get) -> None:
    answer = (await get("/oauth/access_token", **EXCHANGE, fb_exchange_token=SHORT)).json()
    assert answer["token_type"] == "bearer"
    assert answer["expires_in"] == 5183944
    assert (await get("/me", access_token=answer["access_token"])).status_code == 200


async def test_an_expired_token_cannot_be_exchanged(get: Get) -> None:
    error = (await get("/oauth/access_token", **EXCHANGE, fb_exchange_token=EXPIRED)).json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 463)


async def test_an_exchange_with_a_wrong_secret_is_refused(get: Get) -> None:
    answer = await get("/oauth/access_token", **{**EXCHANGE, "client_secret": "x"}, fb_exchange_token=SHORT)
    assert answer.status_code == 400
    assert "client secret" in answer.json()["error"]["message"]


async def test_the_app_can_ask_when_a_token_expires(get: Get) -> None:
    app_token = f"{SANDBOX_APP_ID}|{SANDBOX_APP_SECRET}"
    facts = (await get("/debug_token", access_token=app_token, input_token=SHORT)).json()["data"]
    assert facts["is_valid"]
    assert facts["expires_at"] == int((NOW + timedelta(hours=1)).timestamp())
    forever = (await get("/debug_token", access_token=app_token, input_token=SANDBOX_ACCESS_TOKEN)).json()["data"]
    assert forever["expires_at"] == 0
    gone = (await get("/debug_token", access_token=app_token, input_token=EXPIRED)).json()["data"]
    assert not gone["is_valid"]
    assert gone["error"]["subcode"] == 463


async def test_a_proof_is_checked_when_it_is_sent(get: Get) -> None:
    proof = hmac.new(SANDBOX_APP_SECRET.encode(), SANDBOX_ACCESS_TOKEN.encode(), hashlib.sha256).hexdigest()
    assert (await get("/me", appsecret_proof=proof)).status_code == 200
    error = (await get("/me", appsecret_proof="0" * 64)).json()["error"]
    assert (error["code"], error["type"]) == (100, "GraphMethodException")


async def test_identity_and_permissions_are_told(get: Get) -> None:
    assert (await get("/me", fields="id,name")).json()["name"]
    granted = (await get("/me/permissions")).json()["data"]
    assert {"permission": "ads_read", "status": "granted"} in granted


@pytest.mark.parametrize("junk", ["é", "²", "", "[", "sandbox-user-token-²", "sandbox-user-token-99999999999999"])
async def test_junk_is_refused_in_metas_own_form(get: Get, junk: str) -> None:
    for params in ({"appsecret_proof": junk}, {"access_token": junk}, {"limit": junk, "after": junk}):
        answer = await get(f"/act_{US}/campaigns", **params)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] in (100, 104, 190)
