"""Promises of the error tree: a person can act on the line, and no credential is in it."""

import pytest

from adops_pipeline.connectors.errors import AuthError, FailureContext, PermanentError, redact
from adops_pipeline.domain.vocabulary import Platform


@pytest.mark.parametrize(
    "text",
    [
        "https://graph.facebook.com/v26.0/me?access_token=EAAB-secret-1&limit=5",
        '{"refresh_token":"secret-1","scope":"ads"}',
        "Authorization: Bearer secret-1",
        "authorization: basic c2VjcmV0LTE=secret-1",
        "client_secret=secret-1&grant_type=refresh_token",
        "developer-token: secret-1",
        "{'access_token': 'secret-1'}",
        "Malformed access token EAABsbCS1iHgBAKZC-secret-1",
        "the token ya29.a0AfB_byC-secret-1 has expired",
        "1//0gDq3xT9-secret-1 was revoked",
        "client GOCSPX-4fT8z-secret-1 is disabled",
        "pina_AMA5QIAWAB4Q-secret-1, pinr_AMA5QIAWAB4Q-secret-1",
    ],
)
def test_a_credential_is_replaced_wherever_it_stands(text: str) -> None:
    assert "secret-1" not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize(
    "text", ["ratio 1//2", "EAA is a union", "campaign pina_colada", "ya29.", "act_1234567890123456"]
)
def test_words_that_only_begin_like_tokens_stay(text: str) -> None:
    assert redact(text) == text


def test_a_line_says_who_where_and_what_the_platform_said() -> None:
    context = FailureContext(
        Platform.META_ADS, "GET /act_1/insights", "1", 400, "190/463", "Session expired\n on Friday", "AbC"
    )
    error = AuthError(context)
    assert str(error) == (
        "meta-ads account 1: GET /act_1/insights (HTTP 400, code 190/463, request id AbC): Session expired on Friday"
    )
    assert isinstance(error, PermanentError)


def test_a_platforms_message_that_repeats_the_token_is_redacted() -> None:
    error = AuthError(FailureContext(Platform.META_ADS, "GET /me", message="bad access_token=EAAB-secret-1"))
    assert "EAAB" not in str(error)
