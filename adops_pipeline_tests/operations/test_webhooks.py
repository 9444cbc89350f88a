"""Promises of stored inbound webhooks: each delivery is taken once, keys rotate with an overlap and are never shown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adops_pipeline.operations import webhook_deliveries, webhooks
from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.operations.webhook_deliveries import WebhookDelivery
from adops_pipeline.operations.webhooks import StoredKey, Webhook, WebhookFields
from adops_pipeline_tests.operations.conftest import NOW

_FIELDS = WebhookFields("Shop", "pacing-check", "quick-pacing-check", {"lookbackDays": "$.days"})
_KEY = StoredKey("encrypted", "planted")
LATER = NOW + timedelta(minutes=5)


def _made(con: Connection, webhook_id: str = "h1") -> Webhook:
    return webhooks.create(con, _FIELDS, "standard", _KEY, NOW, lambda: webhook_id)


def _call(con: Connection, name: str, call_id: str | None, webhook_id: str = "h1") -> str | None:
    """Take a delivery called ``name``, received at LATER, that starts the execution ``e-name``."""
    return webhook_deliveries.take(
        con, WebhookDelivery(name, webhook_id, "triggered", LATER, {}, "{}", call_id, execution_id=f"e-{name}")
    )


def test_a_delivery_that_comes_again_names_the_execution_of_the_first(store: Store) -> None:
    with store.writing() as con:
        _made(con)
        assert _call(con, "a", "msg_1") is None
        assert _call(con, "b", "msg_1") == "e-a"
        assert _call(con, "c", "msg_2") is None
        assert [_call(con, name, None) for name in ("d", "e")] == [None, None], "no id: each is new"
        hook = webhooks.get(con, "h1")
        assert (hook.trigger_count, hook.last_triggered_at) == (4, LATER)
        assert webhook_deliveries.get(con, "a").repeats == 1
        with pytest.raises(NotFoundError, match="there is no webhook 'h9'"):
            _call(con, "f", "msg_1", "h9")


def test_one_webhook_cannot_use_up_the_ids_of_another(store: Store) -> None:
    with store.writing() as con:
        for name in ("h1", "h2"):
            _made(con, name)
        assert (_call(con, "a", "msg_1"), _call(con, "b", "msg_1", "h2")) == (None, None)


def test_a_delivery_that_started_nothing_does_not_use_up_its_id(store: Store) -> None:
    with store.writing() as con:
        _made(con)
        for name in ("a", "b"):
            webhook_deliveries.record(con, WebhookDelivery(name, "h1", "unmapped", NOW, {}, "{}", "msg_1", "wrong"))
        assert webhook_deliveries.started_by(con, "h1", "msg_1") is None
        assert _call(con, "c", "msg_1") is None
        assert webhook_deliveries.started_by(con, "h1", "msg_1") == "e-c"
        assert _call(con, "d", None) is None
        assert webhook_deliveries.started_by(con, "h1", None) is None


def test_old_deliveries_are_forgotten_and_go_with_their_webhook(store: Store) -> None:
    with store.writing() as con:
        _made(con)
        webhook_deliveries.record(con, WebhookDelivery("old", "h1", "paused", NOW, {}))
        _call(con, "a", "msg_1")
        assert webhook_deliveries.forget(con, LATER) == 1
        webhooks.remove(con, "h1")
        webhook_deliveries.record(con, WebhookDelivery("late", "h1", "rejected", NOW, {}))
        assert (webhooks.every(con), webhook_deliveries.forget(con, LATER + timedelta(1))) == ([], 0)


def test_deliveries_are_listed_newest_first_and_the_newest_payload_is_found(store: Store) -> None:
    with store.writing() as con:
        _made(con)
        assert webhook_deliveries.newest_body(con, "h1") is None
        for minute, body in enumerate(["{}", '{"a": 1}', None]):
            at = NOW + timedelta(minutes=minute)
            webhook_deliveries.record(con, WebhookDelivery(f"d{minute}", "h1", "paused", at, {"a": "b"}, body))
        assert [one.id for one in webhook_deliveries.newest(con, "h1", 2)] == ["d2", "d1"]
        assert [one.id for one in webhook_deliveries.newest(con, "h1", 2, offset=2)] == ["d0"]
        webhook_deliveries.record(con, WebhookDelivery("other", "h1", "rejected", LATER, {}))
        assert [one.id for one in webhook_deliveries.newest(con, "h1", 9, status="rejected")] == ["other"]
        assert len(webhook_deliveries.newest(con, "h1", 9)) == 4
        assert webhook_deliveries.newest_body(con, "h1") == '{"a": 1}'


def test_after_a_rotation_the_key_before_is_accepted_until_the_overlap_ends(store: Store) -> None:
    new, newest = StoredKey("encrypted", "new"), StoredKey("hash", "newest")
    with store.writing() as con:
        assert _made(con).keys_at(NOW) == [_KEY]
        rotated = webhooks.rotate(con, "h1", new, LATER)
        assert rotated.keys_at(LATER - timedelta(seconds=1)) == [new, _KEY]
        assert rotated.keys_at(LATER) == [new]
        assert webhooks.rotate(con, "h1", newest, LATER).keys_at(NOW) == [newest, new]


def test_a_changed_webhook_keeps_its_key_its_count_and_whether_it_is_paused(store: Store) -> None:
    with store.writing() as con:
        _made(con)
        _call(con, "a", "msg_1")
        webhooks.set_active(con, "h1", active=False)
        changed = webhooks.change(con, "h1", replace(_FIELDS, name=" Store ", params_mapping={}))
        assert (changed.name, changed.key, changed.trigger_count, changed.active) == ("Store", _KEY, 1, False)
        with pytest.raises(NotFoundError):
            webhooks.change(con, "h9", _FIELDS)
        with pytest.raises(InvalidError, match="name: must not be empty"):
            webhooks.change(con, "h1", replace(_FIELDS, name=" "))


def test_an_unknown_webhook_is_read_as_its_decoy_with_every_field(store: Store) -> None:
    with store.writing() as con:
        decoy = replace(_made(con), id="decoy", template_id=None, params_mapping={"a": ["ü"]}, last_triggered_at=LATER)
        rotated = replace(decoy, previous_key=StoredKey("hash", "h"), previous_key_until=LATER)
        assert webhooks.find_or(con, "h1", decoy) == (webhooks.get(con, "h1"), True)
        assert webhooks.find_or(con, "h9", decoy) == (decoy, False)
        assert webhooks.find_or(con, "h9", rotated) == (rotated, False)


def test_no_repr_shows_a_key_or_a_payload(store: Store) -> None:
    with store.writing() as con:
        made = webhooks.rotate(con, _made(con).id, StoredKey("hash", "planted"), LATER)
        delivery = WebhookDelivery("d", "h1", "paused", NOW, {}, "planted")
    assert "planted" not in repr(made) + repr(delivery)
