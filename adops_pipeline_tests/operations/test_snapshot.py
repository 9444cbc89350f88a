"""Promises of what may be published: every column is public on purpose, and no secret is."""

import json
from datetime import datetime
from decimal import Decimal

import pytest

from adops_pipeline.operations import configs, deliveries, executions, projects, webhooks
from adops_pipeline.operations.configs import NotificationFields
from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.operations.projects import ProjectFields
from adops_pipeline.operations.schema import metadata
from adops_pipeline.operations.secrets import SecretBox, new_key
from adops_pipeline.operations.snapshot import PUBLIC, masked, public_rows
from adops_pipeline.operations.store import Store
from adops_pipeline.operations.webhooks import WebhookFields
from adops_pipeline_tests.operations.conftest import NOW

_PLANTED = "planted-secret"
_NEVER = {
    "target_ref", "target_encrypted", "secret_ref", "secret_encrypted", "message", "extra", "last_error",
}  # fmt: skip


def test_public_columns_exist_and_none_holds_a_secret() -> None:
    for table, columns in PUBLIC.items():
        assert set(columns) <= set(metadata.tables[table].columns.keys())
        assert not set(columns) & _NEVER


def test_a_planted_secret_reaches_no_public_row(store: Store) -> None:
    box = SecretBox([new_key()])
    address = f"https://hooks.slack.com/services/{_PLANTED}"
    with store.writing() as con:
        configs.create(con, NotificationFields("Ops", "slack", target=address), box, NOW)
        webhooks.create(con, WebhookFields("Shop", "pacing-check", secret=_PLANTED), box, NOW)
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


def test_a_table_that_is_not_public_is_refused(store: Store) -> None:
    with store.reading() as con, pytest.raises(NotFoundError, match="public table 'notification_deliveries'"):
        public_rows(con, "notification_deliveries")


def test_only_telling_names_are_masked() -> None:
    document = {"Access-Token": "x", "spend": 3, "deep": [{"password": None, "client_secret": ["y"]}]}
    assert masked(document) == {
        "Access-Token": "***", "spend": 3, "deep": [{"password": None, "client_secret": "***"}],
    }  # fmt: skip
