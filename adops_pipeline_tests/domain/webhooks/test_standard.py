"""Standard Webhooks: the published vector, the official package as the sender, rotation, v1a, and hostile headers."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from adops_pipeline.domain.webhooks.standard import (
    KeyFormatError,
    check_key,
    new_key_pair,
    new_secret,
    sign,
    verify,
)

# The vector that the libraries of the Standard Webhooks project test themselves with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_vector_is_signed_and_accepted() -> None:
    assert sign(SECRET, ID, AT, BODY) == SIGNATURE
    assert verify([SECRET], ID, str(AT), SIGNATURE, BODY, AT) is None


def test_messages_of_the_official_package_are_accepted_and_ours_by_it() -> None:
    secret, now = new_secret(), datetime.now(UTC)
    theirs = Webhook(secret).sign("msg_1", now, '{"a": "ü"}')
    assert verify([secret], "msg_1", str(int(now.timestamp())), theirs, '{"a": "ü"}'.encode(), now.timestamp()) is None
    headers = {"webhook-id": "msg_2", "webhook-timestamp": str(int(now.timestamp()))}
    ours = sign(secret, "msg_2", int(now.timestamp()), b'{"b": 1}')
    assert Webhook(secret).verify(b'{"b": 1}', {**headers, "webhook-signature": ours}) == {"b": 1}


@pytest.mark.parametrize("seconds", [-301, -300, 0, 300, 301])
def test_the_timestamp_may_differ_by_five_minutes(seconds: int) -> None:
    refused = verify([SECRET], ID, str(AT), SIGNATURE, BODY, AT + seconds)
    assert (refused is None) == (abs(seconds) <= 300)
    assert refused is None or "5 minutes" in refused


@pytest.mark.parametrize(
    ("message_id", "timestamp", "signatures", "body"),
    [
        (ID + "x", str(AT), SIGNATURE, BODY),
        (ID, str(AT + 1), SIGNATURE, BODY),
        (ID, str(AT), SIGNATURE, BODY + b" "),
        (ID, str(AT), SIGNATURE.replace("v1,", "v1a,"), BODY),
        (ID, str(AT), SIGNATURE.replace("v1,", "v2,"), BODY),
        (ID, str(AT), "v1,", BODY),
    ],
)
def test_a_message_that_differs_from_the_signed_one_is_refused(
    message_id: str, timestamp: str, signatures: str, body: bytes
) -> None:
    assert verify([SECRET], message_id, timestamp, signatures, body, AT) == "no signature in webhook-signature matches"


def test_during_a_rotation_either_key_and_any_of_several_signatures_will_do() -> None:
    old, new = new_secret(), new_secret()
    both = f"{sign(old, ID, AT, BODY)} {sign(new, ID, AT, BODY)}"
    assert verify([new], ID, str(AT), both, BODY, AT) is None
    assert verify([new, old], ID, str(AT), sign(old, ID, AT, BODY), BODY, AT) is None
    assert verify([new], ID, str(AT), sign(old, ID, AT, BODY), BODY, AT) is not None


def test_v1a_is_verified_with_the_public_key() -> None:
    raw = Ed25519PrivateKey.generate()
    public = "whpk_" + base64.b64encode(raw.public_key().public_bytes_raw()).decode()
    signed = raw.sign(f"{ID}.{AT}.".encode() + BODY)
    header = "v1a," + base64.b64encode(signed).decode()
    assert verify([public], ID, str(AT), header, BODY, AT) is None
    assert verify([public], ID, str(AT), header, BODY + b"x", AT) is not None
    assert verify([new_key_pair()[1]], ID, str(AT), header, BODY, AT) is not None
    assert verify([public], ID, str(AT), header.replace("v1a,", "v1,"), BODY, AT) is not None


def test_a_new_key_pair_signs_what_it_verifies() -> None:
    private, public = new_key_pair()
    assert verify([public], ID, str(AT), sign(private, ID, AT, BODY), BODY, AT) is None


def test_a_private_key_may_have_the_public_one_appended() -> None:
    private, public = new_key_pair()
    both = base64.b64decode(private.removeprefix("whsk_")) + base64.b64decode(public.removeprefix("whpk_"))
    appended = "whsk_" + base64.b64encode(both).decode()
    assert sign(appended, ID, AT, BODY) == sign(private, ID, AT, BODY)


@given(st.text(), st.text(), st.text(), st.binary())
def test_no_header_raises_an_error(message_id: str, timestamp: str, signatures: str, body: bytes) -> None:
    keys = [SECRET, new_key_pair()[1], "whsec_", "whpk_broken", "\udcff"]
    assert verify(keys, message_id, timestamp, signatures, body, AT) is not None
    assert verify(keys, ID, str(AT), f"v1,{signatures} v1a,{signatures}", body, AT) is not None


@pytest.mark.parametrize("key", ["", "whsec_", "whsec_c2hvcnQ=", "whsk_c2hvcnQ=", "whpk_c2hvcnQ=", "whsec_ü" * 30])
def test_a_malformed_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(KeyFormatError) as caught:
        check_key(key)
    assert "c2hvcnQ" not in str(caught.value)


def test_well_formed_keys_are_accepted() -> None:
    for key in (SECRET, SECRET.removeprefix("whsec_"), new_secret(), *new_key_pair()):
        check_key(key)
