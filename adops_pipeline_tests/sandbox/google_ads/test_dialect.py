"""Promises of Google's words for faults: shaped as the API shapes them, on every path."""

import json

import httpx
import pytest

from adops_pipeline.sandbox.google_ads import GoogleAdsDialect
from adops_pipeline_tests.sandbox.google_ads.conftest import US, Caller, reason

DIALECT = GoogleAdsDialect()
STREAM = f"/v26/customers/{US}/googleAds:searchStream"
SEARCH = f"/v26/customers/{US}/googleAds:search"
LIST = "/v26/customers:listAccessibleCustomers"


@pytest.mark.parametrize("path", [STREAM, SEARCH, LIST])
def test_faults_are_told_in_googles_form(path: str) -> None:
    told = {
        "429 quotaError.RESOURCE_TEMPORARILY_EXHAUSTED": DIALECT.throttled(path),
        "401 authenticationError.OAUTH_TOKEN_INVALID": DIALECT.expired_token(path),
        "403 authorizationError.USER_PERMISSION_DENIED": DIALECT.revoked(path, US),
    }
    for refusal, (status, headers, body) in told.items():
        assert reason(httpx.Response(status, headers=dict(headers), content=body)) == refusal
        assert isinstance(json.loads(body), list) == (path == STREAM)


def test_paths_tell_their_account_and_where_tokens_come_from() -> None:
    assert [DIALECT.account_of(path) for path in (STREAM, SEARCH, LIST, "/token")] == [US, US, None, None]
    assert [DIALECT.is_token_endpoint(path) for path in (STREAM, LIST, "/token")] == [False, False, True]


async def test_a_repeated_page_is_a_chunk_that_comes_twice(caller: Caller) -> None:
    body = (await caller.ask(US, "searchStream", {"query": "SELECT campaign.id FROM campaign"})).content
    chunks = json.loads(DIALECT.repeat_page(STREAM, body) or b"")
    assert chunks == [*json.loads(body), json.loads(body)[-1]]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (SEARCH, b'{"results":[{}],"nextPageToken":"x"}'),
        (STREAM, b'[{"fieldMask":"a"}]'),
        (STREAM, b"[]"),
        (STREAM, b"<"),
    ],
)
def test_what_has_no_rows_or_no_pages_is_not_repeated(path: str, body: bytes) -> None:
    assert DIALECT.repeat_page(path, body) is None
