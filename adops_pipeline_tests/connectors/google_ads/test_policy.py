"""Promises of the reading of failures: what passes, what stops the day, what a person has to act on."""

import httpx
import pytest

from adops_pipeline.connectors.errors import (
    AuthError,
    ConnectorError,
    ContractError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.connectors.google_ads.policy import GoogleAdsPolicy
from adops_pipeline.connectors.http import RetryPolicy
from adops_pipeline.domain.vocabulary import Report
from adops_pipeline_tests.connectors.google_ads.conftest import account, once, refusal, stage

STREAM = "googleAds:searchStream"
REQUEST = httpx.Request("POST", "https://googleads.sandbox/v26/customers/1/googleAds:searchStream")


def read(answer: httpx.Response) -> ConnectorError | None:
    answer.request = REQUEST
    return GoogleAdsPolicy().failure(answer, "1")


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "queryError.UNRECOGNIZED_FIELD", PermanentError),
        (400, "requestError.INVALID_CUSTOMER_ID", PermanentError),
        (401, "authenticationError.NOT_ADS_USER", AuthError),
        (403, "authorizationError.USER_PERMISSION_DENIED", AuthError),
        (403, "authorizationError.CUSTOMER_NOT_ENABLED", AuthError),
        (400, "authorizationError.DEVELOPER_TOKEN_NOT_APPROVED", AuthError),
        (429, "quotaError.ACCESS_PROHIBITED", AuthError),
        (429, "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED", ThrottledError),
        (429, "quotaError.EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION", ThrottledError),
        (500, "internalError.INTERNAL_ERROR", TransientError),
        (400, "internalError.TRANSIENT_ERROR", TransientError),
        (400, "someNewError.SOMETHING", PermanentError),
    ],
)
def test_the_reason_decides_in_an_array_or_out_of_it(
    status: int, code: str, kind: type[ConnectorError], *, streaming: bool
) -> None:
    error = read(refusal(status, code, "Google's words", streaming=streaming))
    assert type(error) is kind
    assert str(error) == (
        f"google-ads account 1: POST /v26/customers/1/googleAds:searchStream"
        f" (HTTP {status}, code {code}, request id request-1): Google's words"
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, PermanentError),
        (401, AuthError),
        (403, AuthError),
        (404, PermanentError),
        (408, TransientError),
        (429, ThrottledError),
        (500, TransientError),
        (503, TransientError),
    ],
)
def test_without_a_reason_the_status_decides(status: int, kind: type[ConnectorError]) -> None:
    error = read(httpx.Response(status, content=b"<html><body>Error</body></html>"))
    assert type(error) is kind
    assert "Error" in str(error)


def test_several_reasons_are_all_told() -> None:
    reasons = [{"errorCode": {"queryError": name}, "message": f"about {name}"} for name in ("BAD_VALUE", "BAD_SYMBOL")]
    error = read(httpx.Response(400, json={"error": {"code": 400, "details": [{"errors": reasons}]}}))
    assert error is not None
    assert error.context.code == "queryError.BAD_VALUE"
    assert error.context.message == "about BAD_VALUE; about BAD_SYMBOL"


def test_an_error_without_details_tells_its_status_word() -> None:
    body = {"error": {"code": 503, "message": "The service is currently unavailable.", "status": "UNAVAILABLE"}}
    error = read(httpx.Response(503, json=body))
    assert type(error) is TransientError
    assert (error.context.code, error.context.message) == ("UNAVAILABLE", "The service is currently unavailable.")


def test_the_pause_google_tells_is_read_from_the_quotas_details() -> None:
    quota = {"rateScope": "DEVELOPER", "rateName": "Number of operations for basic access", "retryDelay": "27s"}
    error = read(refusal(429, "quotaError.RESOURCE_EXHAUSTED", quotaErrorDetails=quota))
    assert isinstance(error, ThrottledError)
    assert error.retry_after == 27


def test_the_pause_google_tells_is_read_from_a_retry_info() -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.5s"}
    error = read(httpx.Response(429, json={"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": [info]}}))
    assert isinstance(error, ThrottledError)
    assert error.retry_after == 1.5


def test_an_error_behind_streamed_chunks_is_found_although_the_status_was_good() -> None:
    failure = refusal(500, "internalError.INTERNAL_ERROR").json()
    error = read(httpx.Response(200, json=[{"results": [{"campaign": {"id": "1"}}]}, *failure]))
    assert type(error) is TransientError
    assert error.context.status == 500


@pytest.mark.parametrize("content", [b"[]", b'[{"fieldMask":"a"}]', b'{"resourceNames":[]}', b'[{"results":[{"error"'])
def test_a_good_or_unreadable_answer_is_left_to_whoever_reads_it(content: bytes) -> None:
    assert read(httpx.Response(200, content=content)) is None


async def test_too_many_requests_a_second_are_followed_by_a_short_back_off() -> None:
    scene = stage(once(STREAM, refusal(429, "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED"), times=2))
    assert len(await scene.connector.accounts()) == 4
    assert len(scene.naps) == 2
    assert max(scene.naps) <= 1


async def test_a_quota_that_is_free_again_soon_is_waited_for() -> None:
    quota = {"rateScope": "DEVELOPER", "rateName": "Number of operations", "retryDelay": "27s"}
    scene = stage(once(STREAM, refusal(429, "quotaError.RESOURCE_EXHAUSTED", quotaErrorDetails=quota)))
    assert len(await scene.connector.accounts()) == 4
    assert len(scene.naps) == 1
    assert 27 <= scene.naps[0] <= 41


@pytest.mark.parametrize(("told", "seconds"), [({"retryDelay": "7200s"}, 7200), ({}, 86_400)])
async def test_a_days_quota_used_up_stops_at_once_and_says_for_how_long(told: dict[str, str], seconds: float) -> None:
    quota = {"rateScope": "DEVELOPER", "rateName": "Number of operations for basic access", **told}
    used_up = refusal(429, "quotaError.RESOURCE_EXHAUSTED", "Too many requests.", quotaErrorDetails=quota)
    scene = stage(once(STREAM, used_up, times=99))
    with pytest.raises(ThrottledError, match="Too many requests") as caught:
        _ = [page async for page in scene.connector.pull(Report.CAMPAIGNS, account())]
    assert caught.value.retry_after == seconds
    assert (len(scene.tape.asked(STREAM)), scene.naps) == (1, [])


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(200, content=b'[{"results":[{"campaign":{"resourceName":"customers/1/camp'),
        httpx.Response(200, json=[{"results": []}, *refusal(500, "internalError.INTERNAL_ERROR").json()]),
        httpx.Response(502, content=b"<html>Bad Gateway</html>"),
        httpx.ReadTimeout("slow"),
    ],
    ids=["truncated", "error in the stream", "5xx page", "time-out"],
)
async def test_a_stream_that_fails_is_asked_again_and_no_row_comes_twice(failure: httpx.Response | Exception) -> None:
    whole = await stage().rows(Report.CAMPAIGNS, "4302654871")
    scene = stage()
    wanted = await scene.account("4302654871")
    scene.tape.instead = once(STREAM, failure, times=2)
    pages = [page async for page in scene.connector.pull(Report.CAMPAIGNS, wanted)]
    assert sum(len(page.rows) for page in pages) == len(whole)
    assert len(scene.naps) == 2


@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><html><body>Sign in</body></html>", b'{"results":[]}', b'[{"results":{}}]', b'["x"]', b"[5]"],
)
async def test_an_answer_of_unknown_form_is_a_contract_error_and_not_asked_again(content: bytes) -> None:
    scene = stage(once(STREAM, httpx.Response(200, content=content), times=99), retry=RetryPolicy(attempts=3))
    with pytest.raises(ContractError, match="searchStream"):
        _ = [page async for page in scene.connector.pull(Report.CAMPAIGNS, account())]
    assert len(scene.tape.asked(STREAM)) == 1
