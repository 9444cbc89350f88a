"""Tokens: what is handed out, for how long it is good, and who is refused."""

import httpx
import pytest

from adops_pipeline.sandbox.market import Market
from adops_pipeline.sandbox.pinterest import SANDBOX_APP_ID, SANDBOX_REFRESH_TOKEN, oauth
from adops_pipeline_tests.sandbox.pinterest.conftest import Clock, Pinterest


def test_every_grant_hands_out_a_new_refresh_token(pinterest: Pinterest) -> None:
    first = pinterest.grant().json()
    second = pinterest.grant(first["refresh_token"]).json()
    assert len({SANDBOX_REFRESH_TOKEN, first["refresh_token"], second["refresh_token"]}) == 3
    assert first["response_type"] == "refresh_token"
    assert first["expires_in"] == 30 * 86400
    assert first["refresh_token_expires_at"] == pinterest.clock.now.timestamp() + 60 * 86400


def test_the_former_refresh_token_stays_good_for_a_day_and_no_longer(pinterest: Pinterest, clock: Clock) -> None:
    former = pinterest.grant().json()["refresh_token"]
    assert pinterest.grant(former).status_code == 200
    clock.advance(hours=23)
    assert pinterest.grant(former).status_code == 200
    clock.advance(hours=2)
    refused = pinterest.grant(former)
    assert (refused.status_code, refused.json()["code"]) == (401, 283)


def test_the_token_that_everybody_starts_with_never_retires(pinterest: Pinterest, clock: Clock) -> None:
    clock.advance(days=400)
    assert pinterest.grant().status_code == 200


def test_a_refresh_token_of_another_process_is_good(pinterest: Pinterest, market: Market, clock: Clock) -> None:
    kept = pinterest.grant().json()["refresh_token"]
    clock.advance(days=59)
    assert Pinterest(market, clock).grant(kept).status_code == 200
    clock.advance(days=2)
    assert Pinterest(market, clock).grant(kept).status_code == 401


def test_an_access_token_expires_after_thirty_days(pinterest: Pinterest, clock: Clock) -> None:
    assert pinterest.get("").status_code == 200
    clock.advance(days=30, seconds=1)
    refused = pinterest.get("")
    assert (refused.status_code, refused.json()) == (401, {"code": 2, "message": "Authentication failed."})


@pytest.mark.parametrize("token", ["", "pina_made.up", "pina_1795435200.1.00000000000000000000000000000000"])
def test_a_token_that_was_not_handed_out_is_refused(pinterest: Pinterest, token: str) -> None:
    pinterest.http.headers["authorization"] = f"Bearer {token}"
    assert pinterest.get("").status_code == 401


def test_a_refresh_token_is_no_access_token(pinterest: Pinterest) -> None:
    pinterest.http.headers["authorization"] = f"Bearer {pinterest.grant().json()['refresh_token']}"
    assert pinterest.get("").status_code == 401


def test_wrong_app_credentials_are_refused(pinterest: Pinterest) -> None:
    assert pinterest.grant(app=(SANDBOX_APP_ID, "wrong")).json() == {"code": 2, "message": "Authentication failed."}


def test_only_the_refresh_grant_is_served(pinterest: Pinterest) -> None:
    answer = pinterest.http.post("/v5/oauth/token", auth=("sandbox-app-id", "sandbox-app-secret"), data={})
    assert answer.status_code == 400


def grant_of(pinterest: Pinterest, scope: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": SANDBOX_REFRESH_TOKEN, "scope": scope}
    answer: httpx.Response = pinterest.http.post(
        "/v5/oauth/token", auth=("sandbox-app-id", "sandbox-app-secret"), data=form
    )
    return answer


def test_a_token_without_the_scope_of_a_call_is_refused_with_the_name_of_the_scope(pinterest: Pinterest) -> None:
    granted = grant_of(pinterest, "ads:read").json()
    assert granted["scope"] == "ads:read"
    pinterest.http.headers["authorization"] = f"Bearer {granted['access_token']}"
    assert pinterest.get("/campaigns").status_code == 200
    for refused in (pinterest.write("POST", "/campaigns", [{}]), pinterest.http.get("/v5/pins")):
        assert (refused.status_code, refused.json()["code"]) == (401, 3)
    assert "ads:write" in pinterest.write("POST", "/campaigns", [{}]).json()["message"]


def test_a_refresh_keeps_the_scopes_and_cannot_widen_them(pinterest: Pinterest) -> None:
    kept = grant_of(pinterest, "ads:read pins:read").json()["refresh_token"]
    assert pinterest.grant(kept).json()["scope"] == "ads:read pins:read"
    form = {"grant_type": "refresh_token", "refresh_token": kept, "scope": "ads:write"}
    answer = pinterest.http.post("/v5/oauth/token", auth=("sandbox-app-id", "sandbox-app-secret"), data=form)
    assert (answer.status_code, answer.json()["code"]) == (400, 1)


def test_a_stored_token_of_a_former_version_is_good_for_everything(pinterest: Pinterest) -> None:
    payload = f"{int(pinterest.clock.now.timestamp())}.1.0123abcd"
    kept = f"pinr_{payload}.{oauth._signature('pinr', payload)}"
    assert pinterest.grant(kept).json()["scope"] == " ".join(oauth.SCOPES)
