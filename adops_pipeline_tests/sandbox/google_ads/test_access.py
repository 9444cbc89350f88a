"""Promises of the doors: who gets a token, and which account may be read on which way."""

from datetime import timedelta

import pytest

from adops_pipeline_tests.sandbox.google_ads.conftest import DE, EMPTY, JP, MANAGER, US, Caller, reason

QUERY = {"query": "SELECT customer.id FROM customer"}


async def test_a_refresh_grant_gives_an_hour_and_no_new_refresh_token(caller: Caller) -> None:
    granted = await caller.token()
    body = granted.json()
    assert granted.status_code == 200
    assert body["access_token"].startswith("ya29.")
    assert {name: body[name] for name in body if name != "access_token"} == {
        "expires_in": 3599,
        "scope": "https://www.googleapis.com/auth/adwords",
        "token_type": "Bearer",
    }


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"refresh_token": "1//revoked"}, 400, "invalid_grant"),
        ({"client_id": "someone"}, 401, "invalid_client"),
        ({"client_secret": "guess"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"refresh_token": ""}, 400, "invalid_request"),
    ],
)
async def test_a_grant_that_is_refused_says_why(
    caller: Caller, change: dict[str, str], status: int, error: str
) -> None:
    refused = await caller.token(**change)
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert refused.json()["error_description"]


async def test_a_token_is_good_for_its_hour(caller: Caller) -> None:
    caller.clock.now += timedelta(seconds=3598)
    assert (await caller.ask(US, "searchStream", QUERY)).status_code == 200
    caller.clock.now += timedelta(seconds=2)
    assert reason(await caller.ask(US, "searchStream", QUERY)) == "401 authenticationError.OAUTH_TOKEN_INVALID"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"authorization": ""}, "401 authenticationError.OAUTH_TOKEN_INVALID"),
        ({"authorization": "Bearer ya29.sandbox.9999999999.forged"}, "401 authenticationError.OAUTH_TOKEN_INVALID"),
        ({"authorization": "Basic abc"}, "401 authenticationError.OAUTH_TOKEN_INVALID"),
        ({"developer_token": ""}, "400 requestError.DEVELOPER_TOKEN_PARAMETER_MISSING"),
        ({"developer_token": "guess"}, "401 authenticationError.DEVELOPER_TOKEN_INVALID"),
        ({"login_customer_id": "410-000-0018"}, "400 headerError.INVALID_LOGIN_CUSTOMER_ID"),
        ({"login_customer_id": "9999999999"}, "403 authorizationError.USER_PERMISSION_DENIED"),
        ({"version": "v22"}, "400 requestError.UNSUPPORTED_VERSION"),
    ],
)
@pytest.mark.parametrize("method", ["searchStream", "search"])
async def test_a_call_without_the_right_headers_is_refused(
    caller: Caller, changes: dict[str, str], refusal: str, method: str
) -> None:
    answer = await caller.ask(US, method, QUERY, **changes)
    assert reason(answer) == refusal
    assert isinstance(answer.json(), list) == (method == "searchStream")


async def test_listing_needs_a_token_and_shows_only_accounts_the_user_was_invited_to(caller: Caller) -> None:
    path = "/v26/customers:listAccessibleCustomers"
    listed = await caller.get(path, login_customer_id="")
    assert listed.json() == {"resourceNames": [f"customers/{MANAGER}", f"customers/{US}"]}
    assert reason(await caller.get(path, authorization="")) == "401 authenticationError.OAUTH_TOKEN_INVALID"


@pytest.mark.parametrize(
    ("account", "through", "is_open"),
    [
        (US, "", True),
        (US, US, True),
        (US, MANAGER, True),
        (MANAGER, "", True),
        (DE, MANAGER, True),
        (DE, "", False),
        (DE, US, False),
        (JP, DE, False),
        (EMPTY, MANAGER, True),
        ("9999999999", MANAGER, False),
    ],
)
async def test_an_account_below_a_manager_is_read_through_it(
    caller: Caller, account: str, through: str, *, is_open: bool
) -> None:
    answer = await caller.ask(account, "searchStream", QUERY, login_customer_id=through)
    if is_open:
        assert answer.json()[0]["results"][0]["customer"]["id"] == account
    else:
        assert reason(answer) == "403 authorizationError.USER_PERMISSION_DENIED"


async def test_a_customer_id_with_dashes_is_refused(caller: Caller) -> None:
    answer = await caller.ask("420-198-7305", "searchStream", QUERY)
    assert reason(answer) == "400 requestError.INVALID_CUSTOMER_ID"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b'{"query":""}',
        b'{"query":5}',
        b'{"query":"SELECT customer.id FROM customer","pageSize":5}',
    ],
)
async def test_a_body_that_is_not_the_methods_is_refused(caller: Caller, content: bytes) -> None:
    path = f"/v26/customers/{US}/googleAds:searchStream"
    answer = await caller.http.post(path, content=content, headers=caller.headers)
    assert answer.status_code == 400
    assert answer.json()[0]["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize("path", ["/v26/customers/1/labels:mutate", "/", "/v26/customers/1/googleAds:other"])
async def test_other_paths_are_answered_with_a_page(caller: Caller, path: str) -> None:
    answer = await caller.http.post(path, headers=caller.headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_an_answer_is_labelled_as_googles_are(caller: Caller) -> None:
    answer = await caller.ask(US, "searchStream", QUERY)
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
