"""Rate limits and the words for faults."""

import json
from typing import Any

import pytest

from adops_pipeline.sandbox.pinterest import PinterestDialect
from adops_pipeline_tests.sandbox.pinterest.conftest import Clock, Pinterest


def test_every_answer_shows_the_quota_as_a_structured_field(pinterest: Pinterest) -> None:
    for answer in (pinterest.get(""), pinterest.get("/campaigns", {"page_size": "x"})):
        assert answer.headers["x-ratelimit-limit"] == (
            '60, 100;w=1;name="safety_net_app_id_user_id", 60;w=60;name="ads_read_app_id_user_id"'
        )
        assert answer.headers["x-ratelimit-remaining"] == "59"
        assert int(answer.headers["x-ratelimit-reset"]) >= 1


def test_a_used_up_quota_comes_back_when_the_minute_is_over(make_pinterest: Any, clock: Clock) -> None:
    api = make_pinterest(requests_per_minute=2)
    assert [api.get("").headers["x-ratelimit-remaining"] for _ in range(2)] == ["1", "0"]
    refused = api.get("")
    assert (refused.status_code, refused.json()["code"]) == (429, 8)
    clock.advance(seconds=float(refused.headers["x-ratelimit-reset"]))
    assert api.get("").status_code == 200


def test_reads_and_writes_have_quotas_of_their_own(make_pinterest: Any) -> None:
    api = make_pinterest(requests_per_minute=1, writes_per_minute=2)
    assert api.get("").status_code == 200
    assert api.get("").status_code == 429
    assert [api.write("POST", "/campaigns", [{}]).status_code for _ in range(3)] == [200, 200, 429]
    assert api.get("/analytics").status_code == 400, "analytics are counted apart from other reads"


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        ("/v5/ad_accounts/1/campaigns/analytics", 429, 2726, "Retry after 1 seconds"),
        ("/v5/ad_accounts/1/ad_groups/analytics", 400, 1, "Retry after 1 seconds"),
        ("/v5/ad_accounts/1/campaigns", 429, 8, "exceeded a rate limit"),
    ],
)
def test_throttling_comes_in_three_forms(path: str, status: int, code: int, words: str) -> None:
    answered, headers, body = PinterestDialect().throttled(path)
    error = json.loads(body)
    assert (answered, error["code"]) == (status, code)
    assert words in error["message"]
    assert headers["content-type"] == "application/json"


def test_a_repeated_page_leads_to_itself(pinterest: Pinterest) -> None:
    dialect = PinterestDialect()
    first = pinterest.get("/campaigns", {"page_size": 5})
    repeated = dialect.repeat_page("/v5/ad_accounts/1/campaigns?page_size=5", first.content)
    assert repeated is not None
    again = pinterest.get("/campaigns", {"page_size": 5, "bookmark": json.loads(repeated)["bookmark"]})
    assert again.json() == first.json()
    second = pinterest.get("/campaigns", {"page_size": 5, "bookmark": first.json()["bookmark"]})
    target = f"/v5/ad_accounts/1/campaigns?page_size=5&bookmark={first.json()['bookmark']}"
    looping = dialect.repeat_page(target, second.content)
    assert looping is not None
    assert json.loads(looping)["bookmark"] == first.json()["bookmark"]


@pytest.mark.parametrize("body", [b"[]", b'{"report_status": "IN_PROGRESS"}', b"<html>"])
def test_what_is_no_page_is_not_repeated(body: bytes) -> None:
    assert PinterestDialect().repeat_page("/v5/ad_accounts/1/campaigns", body) is None


def test_faults_name_the_account_and_spare_the_token_endpoint() -> None:
    dialect = PinterestDialect()
    assert dialect.account_of("/v5/ad_accounts/549755885175/campaigns") == "549755885175"
    assert dialect.account_of("/v5/ad_accounts") is None
    assert dialect.is_token_endpoint("/v5/oauth/token")
    assert not dialect.is_token_endpoint("/v5/ad_accounts")
    assert dialect.revoked("/v5/ad_accounts/1", "1")[0] == 403
    assert dialect.expired_token("/v5/ad_accounts/1")[0] == 401
    assert dialect.expired_token("/report-files/x.json")[0] == 403
