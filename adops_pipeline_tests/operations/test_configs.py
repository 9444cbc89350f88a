"""Promises of notification configs: valid or refused by field, addresses encrypted and never shown."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from adops_pipeline.operations import configs
from adops_pipeline.operations.configs import NotificationFields
from adops_pipeline.operations.errors import InvalidError, NotFoundError
from adops_pipeline.operations.schema import notification_configs
from adops_pipeline.operations.secrets import SecretBox, SecretError, new_key
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations.conftest import NOW

_ADDRESS = "https://hooks.slack.com/services/T0/B0/planted-secret"
_NIGHT = {"timezone": "Europe/Berlin", "start": "22:00", "end": "07:00", "days": ["sun", "mon"]}
_FIELDS = NotificationFields(
    name="Ops",
    channel="slack",
    target_ref="ADOPS_SLACK_OPS",
    event_filter=" alert.* , workflow.failed,alert.*",
    min_severity="warning",
    platforms=("google-ads",),
    quiet_hours=_NIGHT,
)
_BOX = SecretBox([new_key()])


def test_a_config_comes_back_tidied(store: Store) -> None:
    with store.writing() as con:
        made = configs.create(con, _FIELDS, _BOX, NOW, lambda: "c1")
        assert (made.event_filter, made.platforms) == ("alert.*,workflow.failed", ("google-ads",))
        assert made.quiet_hours == {
            "timezone": "Europe/Berlin",
            "start": "22:00",
            "end": "07:00",
            "days": ["mon", "sun"],
        }
        assert configs.every(con) == [made]
        assert not configs.set_active(con, "c1", active=False).active
        assert configs.every(con, active_only=True) == []
        configs.remove(con, "c1")
        with pytest.raises(NotFoundError, match="there is no notification config 'c1'"):
            configs.get(con, "c1")


def test_an_address_is_stored_encrypted_and_stays_when_nothing_is_said_of_it(store: Store) -> None:
    fields = replace(_FIELDS, target_ref=None, target=_ADDRESS)
    with store.writing() as con:
        made = configs.create(con, fields, _BOX, NOW)
        changed = configs.change(con, made.id, replace(fields, name="Renamed", target=None), _BOX)
        kept = str(con.execute(select(notification_configs)).all())
    assert "planted-secret" not in kept + repr(made) + repr(fields)
    assert _BOX.decrypt(changed.target_encrypted or "") == _ADDRESS
    assert (changed.name, changed.target_ref) == ("Renamed", None)


def test_a_new_channel_needs_a_new_address(store: Store) -> None:
    with store.writing() as con:
        made = configs.create(con, _FIELDS, _BOX, NOW)
        with pytest.raises(InvalidError, match=r"^target_ref: or target is required: the old address was one of slack"):
            configs.change(con, made.id, replace(_FIELDS, channel="discord", target_ref=None), _BOX)


def test_stored_addresses_move_to_a_new_key(store: Store) -> None:
    old, new = new_key(), new_key()
    with store.writing() as con:
        configs.create(con, _FIELDS, SecretBox([old]), NOW)
        made = configs.create(con, replace(_FIELDS, target_ref=None, target=_ADDRESS), SecretBox([old]), NOW)
        assert configs.rotate(con, SecretBox([new, old])) == 1
        assert SecretBox([new]).decrypt(configs.get(con, made.id).target_encrypted or "") == _ADDRESS


def test_without_a_key_no_address_is_stored(store: Store) -> None:
    with store.writing() as con, pytest.raises(SecretError, match="none is set"):
        configs.create(con, replace(_FIELDS, target_ref=None, target=_ADDRESS), SecretBox([]), NOW)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (replace(_FIELDS, channel="pager"), "channel: must be one of slack, discord, email, webhook, got 'pager'"),
        (replace(_FIELDS, min_severity="mild"), "min_severity: must be one of info, warning, critical"),
        (replace(_FIELDS, platforms=("bing",)), "platforms: must be one of google-ads"),
        (replace(_FIELDS, event_filter=" , "), "event_filter: must name at least one event"),
        (replace(_FIELDS, event_filter="alert.*;x"), "event_filter: 'alert.*;x' is not a pattern"),
        (replace(_FIELDS, target_ref=_ADDRESS), "target_ref: must be the name of a setting"),
        (replace(_FIELDS, target=_ADDRESS), "target_ref: and target are both given"),
        (replace(_FIELDS, target_ref=None), "target_ref: or target is required"),
        (replace(_FIELDS, quiet_hours=_NIGHT | {"timezone": "Mars/Base"}), "quiet_hours.timezone:"),
        (replace(_FIELDS, quiet_hours=_NIGHT | {"end": "24:61"}), "quiet_hours.end: must be a time such as"),
        (replace(_FIELDS, quiet_hours=_NIGHT | {"end": "22:00"}), "quiet_hours.end: must differ from start"),
        (replace(_FIELDS, quiet_hours=_NIGHT | {"days": ["someday"]}), "quiet_hours.days:"),
        (replace(_FIELDS, quiet_hours={"from": "22:00"}), "quiet_hours.from: unknown field"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_field_and_no_address_is_repeated(
    store: Store, fields: NotificationFields, said: str
) -> None:
    with store.writing() as con, pytest.raises(InvalidError) as caught:
        configs.create(con, fields, _BOX, NOW)
    assert str(caught.value).startswith(said)
    assert "planted-secret" not in str(caught.value)
