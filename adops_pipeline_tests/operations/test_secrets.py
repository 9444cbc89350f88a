"""Promises of secrets at rest: readable with the key alone, replaceable keys, nothing shown."""

import pytest

from adops_pipeline.operations.secrets import SecretBox, SecretError, new_key

_SECRET = "https://hooks.slack.com/services/T0/B0/planted-secret"


def test_what_was_encrypted_is_read_with_the_key_alone() -> None:
    key = new_key()
    token = SecretBox([key]).encrypt(_SECRET)
    assert _SECRET not in token
    assert SecretBox([key]).decrypt(token) == _SECRET
    with pytest.raises(SecretError, match="encrypted with another key") as caught:
        SecretBox([new_key()]).decrypt(token)
    assert token not in str(caught.value)


def test_a_key_is_replaced_without_losing_what_the_old_one_encrypted() -> None:
    old, new = new_key(), new_key()
    token = SecretBox([old]).encrypt(_SECRET)
    both = SecretBox([new, old])
    assert both.decrypt(token) == _SECRET
    assert SecretBox([new]).decrypt(both.rotate(token)) == _SECRET


def test_a_missing_or_malformed_key_is_explained_and_not_shown() -> None:
    with pytest.raises(SecretError, match="storing a secret requires a key and none is set"):
        SecretBox([" "]).encrypt(_SECRET)
    with pytest.raises(SecretError, match="malformed") as caught:
        SecretBox(["planted-key"])
    assert "planted-key" not in str(caught.value)


def test_a_box_does_not_show_its_keys() -> None:
    key = new_key()
    assert key not in repr(SecretBox([key])) + str(vars(SecretBox([key])))


def test_a_damaged_secret_is_refused() -> None:
    key = new_key()
    for broken in ("", "gAAAAA", SecretBox([key]).encrypt(_SECRET)[:-4]):
        with pytest.raises(SecretError, match="cannot be read"):
            SecretBox([key]).rotate(broken)
