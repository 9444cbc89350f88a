"""What Meta's answers mean."""

import json

import httpx
import pytest

from adops_pipeline.connectors.errors import (
    AskForLessError,
    AuthError,
    ConnectorError,
    PermanentError,
    ThrottledError,
    TransientError,
)
from adops_pipeline.connectors.meta_ads.policy import MetaAdsPolicy

POLICY = MetaAdsPolicy()
REQUEST = httpx.Request("GET", "https://graph.facebook.com/v26.0/act_1/insights?access_token=secret")


def answer(status: int, body: object = None, headers: dict[str, object] | None = None) -> httpx.Response:
    sent = {name: value if isinstance(value, str) else json.dumps(value) for name, value in (headers or {}).items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, content=content, headers=sent, request=REQUEST)


def refusal(code: int, message: str = "words", status: int = 400, **facts: object) -> httpx.Response:
    return answer(status, {"error": {"message": message, "code": code, "fbtrace_id": "Axyz", **facts}})


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (refusal(190, error_subcode=463), AuthError),
        (refusal(102), AuthError),
        (refusal(10, status=403), AuthError),
        (refusal(200, status=403), AuthError),
        (refusal(294), AuthError),
        (refusal(100, "(#100) Missing permissions"), AuthError),
        (refusal(100, "Object with ID '1' does not exist … missing permissions", error_subcode=33), PermanentError),
        (refusal(100, "(#100) Tried accessing nonexisting field (foo)"), PermanentError),
        (refusal(3018), PermanentError),
        (refusal(4), ThrottledError),
        (refusal(17), ThrottledError),
        (refusal(32), ThrottledError),
        (refusal(613), ThrottledError),
        (refusal(80000), ThrottledError),
        (refusal(80006), ThrottledError),
        (refusal(80008), ThrottledError),
        (refusal(2), TransientError),
        (refusal(960), TransientError),
        (refusal(1, "An unknown error occurred", status=500), TransientError),
        (refusal(99, status=500), TransientError),
        (refusal(-3, is_transient=True), TransientError),
        (refusal(1, "Error validating client secret."), PermanentError),
        (refusal(1, "Please reduce the amount of data you're asking for", status=500), AskForLessError),
        (refusal(2, "Service temporarily unavailable", status=500, error_subcode=1504018), AskForLessError),
        (refusal(190, status=200), AuthError),
        (answer(429, b"slow down"), ThrottledError),
    ],
)
def test_the_code_decides_what_an_answer_means(response: httpx.Response, kind: type[ConnectorError]) -> None:
    assert type(POLICY.failure(response, "1")) is kind


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"error":"words"}', b"\xff", b'{"error":{"code":"x"}}'])
def test_an_answer_in_another_form_is_left_to_the_session(body: bytes) -> None:
    assert POLICY.failure(answer(500, body), None) is None
    assert POLICY.failure(answer(200, body), None) is None


def test_a_failure_carries_code_words_trace_and_account_but_no_query() -> None:
    failure = POLICY.failure(refusal(100, "words", error_subcode=33, error_user_msg="more"), "1")
    assert failure is not None
    line = str(failure)
    for part in ("meta-ads account 1", "GET /v26.0/act_1/insights", "100/33", "words more", "Axyz", "HTTP 400"):
        assert part in line
    assert "secret" not in line


def test_a_refused_token_is_nobodys_own() -> None:
    failure = POLICY.failure(refusal(190), "1")
    assert failure is not None
    assert failure.context.account_id is None


def test_regain_time_is_minutes() -> None:
    usage = {"1": [{"estimated_time_to_regain_access": 3}, {"estimated_time_to_regain_access": 0}]}
    body = {"error": {"message": "", "code": 80000}}
    failure = POLICY.failure(answer(400, body, {"x-business-use-case-usage": usage}), "1")
    assert isinstance(failure, ThrottledError)
    assert failure.retry_after == 180


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"x-app-usage": {"call_count": 89, "total_time": 12}}, 0),
        ({"x-app-usage": {"call_count": 5, "total_time": 91}}, 15),
        ({"x-business-use-case-usage": {"1": [{"total_cputime": 96}], "2": [{"call_count": 1}]}}, 60),
        ({"x-fb-ads-insights-throttle": {"app_id_util_pct": 1.5, "acc_id_util_pct": 97.2}}, 60),
        ({"x-ad-account-usage": {"acc_id_util_pct": 92.67}}, 15),
        ({"x-business-use-case-usage": {"1": [{"call_count": 10, "estimated_time_to_regain_access": 600}]}}, 300),
        ({"x-app-usage": "not JSON", "x-business-use-case-usage": "[1]"}, 0),
    ],
)
def test_the_usage_headers_slow_us_down_within_bounds(headers: dict[str, object], seconds: float) -> None:
    assert POLICY.pause(answer(200, {"data": []}, headers)) == seconds


def test_a_refusal_pauses_by_its_own_error_not_by_its_headers() -> None:
    assert POLICY.pause(answer(400, {}, {"x-app-usage": {"call_count": 100}})) == 0
