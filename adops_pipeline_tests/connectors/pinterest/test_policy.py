"""What each of Pinterest's answers means."""

import httpx
import pytest

from adops_pipeline.connectors.errors import AuthError, ConnectorError, PermanentError, ThrottledError, TransientError
from adops_pipeline.connectors.pinterest.policy import DownloadPolicy, LinkExpiredError, PinterestPolicy

REQUEST = httpx.Request("GET", "https://api.pinterest.com/v5/ad_accounts/1/campaigns?token=secret")


def response(status: int, content: bytes | str = b"", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, content=content, headers=named, request=REQUEST)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, '{"code":400,"message":"Invalid ad account campaign analytics parameters."}', PermanentError),
        (400, '{"code":1,"message":"Parameter \'page_size\' was not numeric (was 3e)"}', PermanentError),
        (400, '{"code":1,"message":"Retry after 5 seconds"}', ThrottledError),
        (400, '{"code":12,"message":"Something went wrong on our end."}', TransientError),
        (401, '{"code":2,"message":"Authentication failed."}', AuthError),
        (401, '{"code":3,"message":"Your token does not have sufficient permissions"}', AuthError),
        (403, '{"code":29,"message":"You are not permitted to access that resource."}', AuthError),
        (404, '{"code":50,"message":"Not found."}', PermanentError),
        (408, "", TransientError),
        (429, '{"code":8,"message":"This request exceeded a rate limit."}', ThrottledError),
        (429, "not json", ThrottledError),
        (500, "<html>", TransientError),
        (503, '{"code":4197,"message":"The endpoint has been ramped down"}', TransientError),
    ],
)
def test_the_http_status_decides(status: int, body: str, kind: type[ConnectorError]) -> None:
    failure = PinterestPolicy().failure(response(status, body), "1")
    assert type(failure) is kind
    assert failure.context.account_id == "1"
    assert failure.context.status == status


@pytest.mark.parametrize(
    ("status", "body", "headers", "seconds"),
    [
        (429, '{"code":2726,"message":"Reporting query cost limit exceeded. Retry after 12 seconds"}', {}, 12),
        (429, '{"code":8,"message":"slow down"}', {"x_ratelimit_reset": "3"}, 3),
        (429, '{"code":8,"message":"Retry after 1 second"}', {"x_ratelimit_reset": "30"}, 1),
        (429, '{"code":8,"message":"slow down"}', {"x_ratelimit_reset": "soon"}, None),
        (429, '{"code":8,"message":"slow down"}', {}, None),
    ],
)
def test_the_pause_is_read_from_the_words_or_the_headers(
    status: int, body: str, headers: dict[str, str], seconds: float | None
) -> None:
    failure = PinterestPolicy().failure(response(status, body, **headers), None)
    assert isinstance(failure, ThrottledError)
    assert failure.retry_after == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": "9"}, 9.0),
        ({"x_ratelimit_remaining": "1", "x_ratelimit_reset": "9"}, 0.0),
        ({"x_ratelimit_remaining": "0"}, 0.0),
        ({}, 0.0),
        (
            {
                "x_ratelimit_limit": '60, 100;w=1;name="safety_net_app_id_user_id", 60;w=60;name="org_analytics"',
                "x_ratelimit_remaining": "59",
                "x_ratelimit_reset": "1",
            },
            0.0,
        ),
    ],
)
def test_a_used_up_quota_pauses_until_its_reset(headers: dict[str, str], seconds: float) -> None:
    assert PinterestPolicy().pause(response(200, "[]", **headers)) == seconds


def test_a_good_answer_is_no_failure() -> None:
    assert PinterestPolicy().failure(response(200, "[]"), None) is None
    assert DownloadPolicy().failure(response(200, "{}"), None) is None


def test_an_error_line_names_path_code_and_words_but_not_the_query() -> None:
    failure = PinterestPolicy().failure(response(404, '{"code":50,"message":"Gone."}', x_pinterest_rid="77"), "1")
    assert str(failure) == (
        "pinterest account 1: GET /v5/ad_accounts/1/campaigns (HTTP 404, code 50, request id 77): Gone."
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, LinkExpiredError), (403, LinkExpiredError), (404, LinkExpiredError), (503, TransientError)],
)
def test_a_download_link_expires_or_waits(status: int, kind: type[ConnectorError]) -> None:
    assert type(DownloadPolicy().failure(response(status, "<Error/>"), "1")) is kind
