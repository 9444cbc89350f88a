"""Keys of webhooks: what is stored and shown of each kind, which are refused, and which verify."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from adops_pipeline.domain.webhooks.schemes import key_hash
from adops_pipeline.domain.webhooks.standard import new_key_pair, new_secret
from adops_pipeline.domain.webhooks.vocabulary import Scheme
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.secrets import SecretBox, new_key
from adops_pipeline.operations.webhooks import StoredKey, Webhook
from adops_pipeline.services.webhooks.keys import WebhookKeys

NOW = datetime(2026, 3, 2, tzinfo=UTC)
BOX = SecretBox([new_key()])
KEYS = WebhookKeys(lambda: BOX, True, {"SHOP_SECRET": SecretStr("from the environment")}.get)


def webhook(scheme: Scheme, key: StoredKey) -> Webhook:
    return Webhook("h", "Shop", "pacing-check", None, scheme, {}, True, 0, NOW, None, key)


@pytest.mark.parametrize("scheme", ["standard", "github", "stripe"])
def test_a_shared_secret_is_stored_encrypted_and_shown_only_where_it_was_made_here(scheme: Scheme) -> None:
    made = KEYS.issue(scheme)
    assert made.stored.kind == "encrypted"
    assert made.shown is not None
    assert made.shown not in made.stored.value
    assert made.shown.startswith("whsec_") is (scheme == "standard")
    assert made.shown not in repr(made)
    assert KEYS.accepted(webhook(scheme, made.stored), NOW) == ([made.shown], [])
    secret = new_secret()
    given = KEYS.issue(scheme, secret=f" {secret} ".strip())
    assert (given.shown, KEYS.plain(given.stored)) == (None, secret)


def test_a_key_for_a_header_is_stored_as_its_hash_also_where_a_variable_holds_it() -> None:
    made = KEYS.issue("api-key")
    assert made.shown is not None
    assert made.stored == StoredKey("hash", key_hash(made.shown))
    named = KEYS.issue("api-key", secret_ref="SHOP_SECRET")
    assert (named.stored, named.shown) == (StoredKey("reference", "SHOP_SECRET"), None)
    assert KEYS.accepted(webhook("api-key", named.stored), NOW) == ([key_hash("from the environment")], [])
    assert KEYS.accepted(webhook("github", named.stored), NOW) == (["from the environment"], [])


def test_of_a_pair_the_private_key_is_shown_and_the_public_one_stored() -> None:
    made = KEYS.issue("standard-ed25519")
    assert made.shown is not None
    assert made.shown.startswith("whsk_")
    public = new_key_pair()[1]
    given = KEYS.issue("standard-ed25519", secret=public)
    assert (given.stored, given.shown) == (StoredKey("public-key", public), None)


@pytest.mark.parametrize(("length", "is_accepted"), [(15, False), (16, True), (500, True), (501, False)])
def test_a_given_secret_has_16_to_500_characters(length: int, is_accepted: bool) -> None:
    if is_accepted:
        stored = KEYS.issue("github", secret=f" {'x' * length} ").stored
        assert KEYS.plain(stored) == "x" * length
    else:
        with pytest.raises(InvalidError, match="must have 16 to 500 characters"):
            KEYS.issue("github", secret=f" {'x' * length} ")


@pytest.mark.parametrize(
    ("scheme", "given", "message"),
    [
        ("github", {"secret": "x" * 20, "secret_ref": "SHOP_SECRET"}, "give only one of them"),
        ("api-key", {"secret": "x" * 20}, "always generated"),
        ("standard-ed25519", {"secret_ref": "SHOP_SECRET"}, "a public key is not secret"),
        ("standard-ed25519", {"secret": new_secret()}, "must be the sender's public key"),
        ("standard", {"secret": new_key_pair()[1]}, "is a key of verification 'standard-ed25519'"),
        ("standard", {"secret": "whsec_c2hvcnQ="}, "24 to 64 bytes"),
        ("github", {"secret_ref": "adops_api__token"}, "reserved for settings"),
    ],
)
def test_what_cannot_be_a_key_is_refused_without_showing_it(
    scheme: Scheme, given: dict[str, str], message: str
) -> None:
    with pytest.raises(InvalidError, match=message) as caught:
        KEYS.issue(scheme, **given)
    assert given.get("secret", "nothing") not in str(caught.value)


def test_without_a_key_to_encrypt_with_only_what_needs_none_is_issued() -> None:
    bare = replace(KEYS, can_encrypt=False)
    with pytest.raises(InvalidError, match="ADOPS_SECRET_KEYS"):
        bare.issue("stripe")
    assert bare.issue("stripe", secret_ref="SHOP_SECRET").stored.kind == "reference"
    assert bare.issue("api-key").stored.kind == "hash"


def test_keys_that_cannot_be_read_are_named_and_the_others_still_verify() -> None:
    lost, kept = StoredKey("reference", "LOST"), KEYS.issue("github", secret="x" * 20).stored
    rotated = replace(webhook("github", lost), previous_key=kept, previous_key_until=NOW + timedelta(hours=1))
    found, problems = KEYS.accepted(rotated, NOW)
    assert found == ["x" * 20]
    assert problems == ["LOST is not set; put the webhook's secret there"]
