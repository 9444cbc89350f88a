"""Promises of what may be published: every column is public on purpose, and no secret is."""

import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from adops_pipeline.domain.tables.operations import EVENTS, TABLES
from adops_pipeline.operations import configs, deliveries, events, executions, projects, webhook_deliveries, webhooks
from adops_pipeline.operations.configs import NotificationFields
from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.operations.projects import ProjectFields
from adops_pipeline.operations.schema import metadata
from adops_pipeline.operations.secrets import SecretBox, new_key
from adops_pipeline.operations.snapshot import PUBLIC, masked, public_rows
from adops_pipeline.operations.store import Store
from adops_pipeline.operations.webhook_deliveries import WebhookDelivery
from adops_pipeline.operations.webhooks import StoredKey, WebhookFields
from adops_pipeline_tests.operations.conftest import NOW

_PLANTED = "planted-secret"
_PRIVATE = {
    "activity": {"extra"},
    "agent_learnings": set(),
    "agent_memory": {"digest", "version"},
    "alerts": set(),
    "events": {"extra"},
    "notification_configs": {"target_ref", "target_encrypted", "signing_ref", "signing_encrypted"},
    "projects": {"extra"},
    "proposals": {"source", "sent_at", "known_objects", "acknowledged_at"},
    "silences": set(),
    "webhooks": {
        "params_mapping",
        "key_kind",
        "key",
        "previous_key_kind",
        "previous_key",
        "previous_key_until",
    },
    "workflow_executions": {"extra"},
}
"""By published table, the columns of the store that are not."""


def test_exactly_the_columns_of_the_registry_are_published_and_no_secret_is_one() -> None:
    assert PUBLIC.keys() == _PRIVATE.keys() == {table.name for table in TABLES}
    for entry in TABLES:
        columns = PUBLIC[entry.name].columns
        public = tuple(column.info["published_as"] for column in columns if "published_as" in column.info)
        assert public == entry.column_names
        assert {column.name for column in columns if "published_as" not in column.info} == _PRIVATE[entry.name]


def test_no_table_that_holds_messages_callers_ids_or_import_digests_is_published() -> None:
    assert metadata.tables.keys() - {table.name for table in PUBLIC.values()} == {
        "ab_tests", "agent_memory_feedback", "alert_groups",
        "api_sessions", "api_tokens", "cursors", "disabled_receivers", "imported_campaigns",
        "imports",
        "notification_deliveries", "project_campaigns", "saved_workflows", "webhook_deliveries",
    }  # fmt: skip


def test_no_column_of_the_registry_is_named_like_a_secret() -> None:
    telling = ("secret", "encrypted", "token", "password", "target", "address", "_ref")
    assert [c.name for table in TABLES for c in table.columns if any(word in c.name for word in telling)] == []


def test_a_row_is_read_under_the_registrys_names(store: Store) -> None:
    with store.writing() as con:
        events.append(con, "sync.completed", at=NOW, subject="meta-ads")
    with store.reading() as con:
        (row,) = public_rows(con, "events")
    assert tuple(row) == EVENTS.column_names
    assert row["happened_at"] == NOW


def test_a_planted_secret_reaches_no_public_row(store: Store) -> None:
    box = SecretBox([new_key()])
    address = f"https://hooks.slack.com/services/{_PLANTED}"
    with store.writing() as con:
        configs.create(con, NotificationFields("Ops", "slack", target=address), box, NOW)
        fields = WebhookFields("Shop", "pacing-check", None, {"projectId": {"value": _PLANTED}})
        hook = webhooks.create(con, fields, "standard", StoredKey("encrypted", _PLANTED), NOW)
        webhook_deliveries.record(
            con, WebhookDelivery("d", hook.id, "unmapped", NOW, {"user-agent": _PLANTED}, _PLANTED, reason=_PLANTED)
        )
        deliveries.enqueue(con, key="d", config_id="c", channel="slack", message={"to": _PLANTED}, at=NOW)
        executions.enqueue(
            con, workflow_id="old", requested_by="import", at=NOW,
            parameters={"notify": [{"webhookUrl": address, "apiKey": _PLANTED}], "lookbackDays": 7},
        )  # fmt: skip
    with store.reading() as con:
        published = {table: public_rows(con, table) for table in PUBLIC}
    assert _PLANTED not in json.dumps(published, default=str)
    assert len(published["notification_configs"]) == len(published["webhooks"]) == 1
    (row,) = published["workflow_executions"]
    assert row["parameters"] == {"notify": [{"webhookUrl": "***", "apiKey": "***"}], "lookbackDays": 7}


def test_amounts_and_instants_keep_their_types(store: Store) -> None:
    with store.writing() as con:
        projects.create(con, ProjectFields("Spring", currency="EUR", monthly_budget=Decimal("0.10")), NOW, lambda: "p1")
    with store.reading() as con:
        (row,) = public_rows(con, "projects")
    assert (row["monthly_budget"], row["created_at"], row["rules"]) == (Decimal("0.100000"), NOW, [])
    assert isinstance(row["created_at"], datetime)


def test_since_an_instant_there_are_newer_rows_and_executions_that_have_not_ended(store: Store) -> None:
    with store.writing() as con:
        for name, at in (("old", NOW - timedelta(days=9)), ("waits", NOW - timedelta(days=9)), ("new", NOW)):
            executions.enqueue(
                con, workflow_id="w", requested_by="api", at=at, parameters={}, new_id=iter([name]).__next__
            )
        executions.cancel(con, "old", NOW - timedelta(days=8), "api")
        projects.create(con, ProjectFields("Spring"), NOW - timedelta(days=9), lambda: "p1")
    with store.reading() as con:
        assert [row["id"] for row in public_rows(con, "workflow_executions", NOW)] == ["new", "waits"]
        assert {row["happened_at"] for row in public_rows(con, "events", NOW)} == {NOW}
        assert len(public_rows(con, "workflow_executions")) == 3
        assert len(public_rows(con, "projects", NOW)) == 1, "projects do not grow without end"


def test_a_table_that_is_not_public_is_refused(store: Store) -> None:
    with store.reading() as con, pytest.raises(NotFoundError, match="public table 'notification_deliveries'"):
        public_rows(con, "notification_deliveries")


def test_only_telling_names_are_masked() -> None:
    document = {"Access-Token": "x", "spend": 3, "deep": [{"password": None, "client_secret": ["y"]}]}
    assert masked(document) == {
        "Access-Token": "***", "spend": 3, "deep": [{"password": None, "client_secret": "***"}],
    }  # fmt: skip
