"""Promises of inbound webhooks: signed always, each call taken once, secrets never shown."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from adops_pipeline.operations import webhooks
from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.operations.schema import webhooks as table
from adops_pipeline.operations.secrets import SecretBox, new_key
from adops_pipeline.operations.store import Store
from adops_pipeline.operations.webhooks import WebhookFields
from adops_pipeline_tests.operations.conftest import NOW

_BOX = SecretBox([new_key()])
_FIELDS = WebhookFields("Shop", "pacing-check", "quick-pacing-check", secret="whsec_planted")
LATER = NOW + timedelta(minutes=5)


def test_a_call_that_comes_again_names_the_execution_of_the_first(store: Store) -> None:
    with store.writing() as con:
        hook = webhooks.create(con, _FIELDS, _BOX, NOW, lambda: "h1")
        assert webhooks.take_call(con, hook.id, "msg_1", NOW, "e1") is None
        assert webhooks.take_call(con, hook.id, "msg_1", LATER, "e2") == "e1"
        assert webhooks.take_call(con, hook.id, "msg_2", LATER, "e2") is None
        assert webhooks.get(con, "h1").last_called_at == LATER
        with pytest.raises(NotFoundError, match="there is no webhook 'h9'"):
            webhooks.take_call(con, "h9", "msg_1", NOW, "e1")


def test_one_webhook_cannot_use_up_the_ids_of_another(store: Store) -> None:
    with store.writing() as con:
        for name in ("h1", "h2"):
            webhooks.create(con, _FIELDS, _BOX, NOW, lambda name=name: name)  # type: ignore[misc]
        assert webhooks.take_call(con, "h1", "msg_1", NOW, "e1") is None
        assert webhooks.take_call(con, "h2", "msg_1", NOW, "e2") is None


def test_old_calls_are_forgotten_and_go_with_their_webhook(store: Store) -> None:
    with store.writing() as con:
        webhooks.create(con, _FIELDS, _BOX, NOW, lambda: "h1")
        webhooks.take_call(con, "h1", "msg_1", NOW, "e1")
        webhooks.take_call(con, "h1", "msg_2", LATER, "e2")
        assert webhooks.forget_calls(con, LATER) == 1
        webhooks.remove(con, "h1")
        assert (webhooks.every(con), webhooks.forget_calls(con, LATER + timedelta(1))) == ([], 0)


def test_the_secret_is_encrypted_and_stays_when_nothing_is_said_of_it(store: Store) -> None:
    with store.writing() as con:
        made = webhooks.create(con, _FIELDS, _BOX, NOW)
        changed = webhooks.change(con, made.id, replace(_FIELDS, secret=None, active=False), _BOX)
        kept = str(con.execute(select(table)).all())
    assert "whsec_planted" not in kept + repr(made) + repr(_FIELDS)
    assert (_BOX.decrypt(changed.secret_encrypted or ""), changed.active) == ("whsec_planted", False)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (replace(_FIELDS, secret=None), "secret_ref: or secret is required"),
        (replace(_FIELDS, secret_ref="SHOP_SECRET"), "secret_ref: and secret are both given"),
        (replace(_FIELDS, secret=None, secret_ref="whsec_planted/+="), "secret_ref: must be the name of a setting"),
        (replace(_FIELDS, workflow_id=" "), "workflow_id: must not be empty"),
    ],
)
def test_what_cannot_be_is_refused_by_field(store: Store, fields: WebhookFields, said: str) -> None:
    with store.writing() as con, pytest.raises(InvalidError) as caught:
        webhooks.create(con, fields, _BOX, NOW)
    assert str(caught.value).startswith(said)
    assert "planted" not in str(caught.value)
