"""Meta's words for injected faults."""

import json

from adops_pipeline.sandbox.meta_ads import MetaAdsDialect
from adops_pipeline_tests.sandbox.meta_ads.conftest import GB, US, Get

DIALECT = MetaAdsDialect()


def test_throttling_is_http_400_with_the_code_of_its_kind() -> None:
    for path, code in (
        (f"/v26.0/act_{US}/insights", 80000),
        (f"/v26.0/act_{US}/campaigns", 80004),
        ("/v26.0/me/adaccounts", 17),
    ):
        status, headers, body = DIALECT.throttled(path)
        assert (status, json.loads(body)["error"]["code"]) == (400, code)
        assert json.loads(headers["x-app-usage"])["call_count"] == 100


def test_the_account_is_read_from_the_path() -> None:
    assert DIALECT.account_of(f"/v26.0/act_{GB}/insights") == GB
    assert DIALECT.account_of(f"/v26.0/act_{GB}") == GB
    assert DIALECT.account_of("/v26.0/me/adaccounts") is None


def test_a_revoked_account_is_a_missing_permission_not_an_expired_token() -> None:
    status, _, body = DIALECT.revoked(f"/v26.0/act_{GB}/campaigns", GB)
    assert (status, json.loads(body)["error"]["code"]) == (403, 200)


def test_an_expired_token_is_190_463() -> None:
    status, _, body = DIALECT.expired_token("/v26.0/me")
    error = json.loads(body)["error"]
    assert (status, error["code"], error["error_subcode"]) == (400, 190, 463)
    assert DIALECT.is_token_endpoint("/v26.0/oauth/access_token")
    assert not DIALECT.is_token_endpoint("/v26.0/me")


async def test_a_repeated_page_leads_to_itself_and_then_on(get: Get) -> None:
    path = f"/act_{US}/campaigns"
    first = await get(path, limit="5")
    after = first.json()["paging"]["cursors"]["after"]
    second = await get(path, limit="5", after=after)
    repeated = DIALECT.repeat_page(f"/v26.0{path}?limit=5&after={after}", second.content)
    assert repeated is not None
    assert json.loads(repeated)["data"] == second.json()["data"]
    assert f"after={after.replace('=', '%3D')}" in json.loads(repeated)["paging"]["next"]
    last = await get(path, limit="200")
    assert DIALECT.repeat_page(f"/v26.0{path}", last.content) is None
    assert DIALECT.repeat_page("/v26.0/me", b"[]") is None
