"""Schemes of verification: GitHub's documented vector, Stripe's scheme, keys, and hostile headers."""

import hashlib
import hmac
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.webhooks.schemes import Headers, call_id, is_ping, key_hash, verify
from adops_pipeline.domain.webhooks.vocabulary import SCHEMES, Scheme
from adops_pipeline_tests.domain.webhooks import test_standard as vector

NOW = 1_700_000_000
STRIPE_SECRET = "whsec_made_up_for_this_test"
# The example that GitHub's documentation gives for checking an implementation.
GITHUB_SECRET = "It's a Secret to Everybody"
GITHUB_SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def _headers(**values: str) -> Headers:
    return Headers([(name.replace("_", "-"), value) for name, value in values.items()])


def _github(signature: str, keys: Sequence[str] = (GITHUB_SECRET,), body: bytes = b"Hello, World!") -> str | None:
    return verify("github", keys, _headers(x_hub_signature_256=signature), body, NOW)


def test_the_documented_vector_of_github_is_accepted() -> None:
    assert _github(GITHUB_SIGNATURE) is None
    assert _github(GITHUB_SIGNATURE, ["another secret", GITHUB_SECRET]) is None


@pytest.mark.parametrize(
    "signature", ["", "sha256=", GITHUB_SIGNATURE[:-1] + "6", GITHUB_SIGNATURE.replace("sha256", "sha1"), "sha256=ü",
                  GITHUB_SIGNATURE.removeprefix("sha256=")],
)  # fmt: skip
def test_another_signature_of_github_is_refused(signature: str) -> None:
    assert _github(signature) is not None


def test_another_body_or_secret_of_github_is_refused() -> None:
    assert _github(GITHUB_SIGNATURE, body=b"Hello, World?") is not None
    assert _github(GITHUB_SIGNATURE, ["It's a Secret to Nobody"]) is not None
    assert _github(GITHUB_SIGNATURE, []) is not None


def _stripe_signature(at: int, body: bytes, secret: str = STRIPE_SECRET) -> str:
    """As Stripe documents it: HMAC-SHA256 with the whole secret over the timestamp, a dot and the body, in hex."""
    return hmac.new(secret.encode(), str(at).encode() + b"." + body, hashlib.sha256).hexdigest()


def _stripe(header: str, body: bytes = b"{}", now: float = NOW) -> str | None:
    return verify("stripe", [STRIPE_SECRET], _headers(stripe_signature=header), body, now)


def test_the_scheme_of_stripe_is_accepted_with_further_signatures_and_schemes() -> None:
    good, bad = _stripe_signature(NOW, b"{}"), _stripe_signature(NOW, b"{}", "an older secret")
    assert _stripe(f"t={NOW},v1={good}") is None
    assert (
        _stripe(f"t={NOW},v1={bad},v1={good},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39")
        is None
    )
    assert _stripe(f"t={NOW},v1={bad}") is not None
    assert _stripe(f"t={NOW},v0={good}") is not None


@pytest.mark.parametrize("seconds", [-301, -300, 300, 301])
def test_a_timestamp_of_stripe_may_differ_by_five_minutes(seconds: int) -> None:
    refused = _stripe(f"t={NOW},v1={_stripe_signature(NOW, b'{}')}", now=NOW + seconds)
    assert (refused is None) == (abs(seconds) <= 300)


def test_the_timestamp_of_stripe_is_signed() -> None:
    good = _stripe_signature(NOW, b"{}")
    for header in (
        f"t={NOW + 1},v1={good}",
        f"v1={good}",
        f"t=,v1={good}",
        f"t={NOW},t={NOW},v1={good}",
        f"t=x,v1={good}",
    ):
        assert _stripe(header) is not None


def test_a_key_is_compared_by_its_hash() -> None:
    hashes = [key_hash("new"), key_hash("old")]
    assert [verify("api-key", hashes, _headers(x_api_key=key), b"", NOW) for key in ("new", "old")] == [None, None]
    assert verify("api-key", hashes, _headers(x_api_key="new "), b"", NOW) == "x-api-key is wrong"
    assert verify("api-key", hashes, _headers(x_api_key=hashes[0]), b"", NOW) == "x-api-key is wrong"
    assert verify("api-key", [key_hash("")], _headers(), b"", NOW) == "x-api-key is missing"


def test_standard_webhooks_are_read_from_their_headers() -> None:
    headers = _headers(webhook_id=vector.ID, webhook_timestamp=str(vector.AT), webhook_signature=vector.SIGNATURE)
    assert verify("standard", [vector.SECRET], headers, vector.BODY, vector.AT) is None


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_that_comes_twice_counts_as_missing(name: str) -> None:
    pairs = [("webhook-id", vector.ID), ("webhook-timestamp", str(vector.AT)), ("webhook-signature", vector.SIGNATURE)]
    twice = Headers([*pairs, *(pair for pair in pairs if pair[0] == name)])
    assert verify("standard", [vector.SECRET], twice, vector.BODY, vector.AT) is not None


@given(st.sampled_from(SCHEMES), st.lists(st.tuples(st.sampled_from(
    ("webhook-id", "webhook-timestamp", "webhook-signature", "x-api-key", "x-hub-signature-256", "stripe-signature")
), st.text() | st.sampled_from(("t=1700000000,v1=", "sha256=", "v1,", str(NOW))))), st.binary())  # fmt: skip
def test_no_headers_raise_an_error_or_are_accepted(scheme: Scheme, pairs: list[tuple[str, str]], body: bytes) -> None:
    keys = ["a secret of somebody"] if scheme == "api-key" else ["a secret of somebody", "\udcff"]  # hashes are ASCII
    assert verify(scheme, keys, Headers(pairs), body, NOW) is not None


@pytest.mark.parametrize(
    ("scheme", "headers", "payload", "expected"),
    [
        ("standard", _headers(webhook_id="msg_1", idempotency_key="k"), {}, "msg_1"),
        ("api-key", _headers(idempotency_key="k", webhook_id="msg_1"), {}, "k"),
        ("api-key", _headers(webhook_id="msg_1"), {}, "msg_1"),
        ("api-key", _headers(), {"id": "evt_1"}, None),
        ("github", _headers(x_github_delivery="d-1"), {}, "d-1"),
        ("stripe", _headers(idempotency_key="k"), {"id": "evt_1"}, "evt_1"),
    ],
)
def test_the_senders_id_of_a_delivery(
    scheme: Scheme, headers: Headers, payload: dict[str, object], expected: str | None
) -> None:
    assert call_id(scheme, headers, payload, b"{}") == expected


def test_a_captured_delivery_without_its_id_is_the_same_each_time() -> None:
    for scheme in ("github", "stripe"):
        first, again, other = (call_id(scheme, _headers(), {"id": 7}, body) for body in (b"a", b"a", b"b"))
        assert first == again != other
        assert first is not None


def test_an_id_that_cannot_be_stored_is_replaced_by_its_digest() -> None:
    for given_id in ("x" * 201, "ü", "a b"):
        found = call_id("api-key", _headers(idempotency_key=given_id), {}, b"")
        assert found is not None
        assert found.startswith("sha256:")


def test_only_githubs_ping_is_a_ping() -> None:
    assert is_ping("github", _headers(x_github_event="ping"))
    assert not is_ping("github", _headers(x_github_event="push"))
    assert not is_ping("api-key", _headers(x_github_event="ping"))


def test_the_log_keeps_no_header_that_proves_anything() -> None:
    names = ("authorization", "cookie", "x-api-key", "webhook-signature", "x-hub-signature-256", "stripe-signature")
    headers = Headers([*((name, "planted") for name in names), ("x-github-event", "push")])
    assert headers.kept() == {"x-github-event": "push"}
