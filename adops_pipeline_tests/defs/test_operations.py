"""Promises of the operational tables in the published snapshot: the store's rows, their types, and no secret."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from adops_pipeline.defs.operations import operations, table_checks
from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.memory.draft import Draft
from adops_pipeline.domain.projects import AssignmentRule, ProjectStatus
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.operations import (
    alerts,
    configs,
    executions,
    projects,
    proposals,
    webhook_deliveries,
    webhooks,
)
from adops_pipeline.operations.configs import NotificationFields
from adops_pipeline.operations.projects import ProjectFields
from adops_pipeline.operations.secrets import SecretBox, new_key
from adops_pipeline.operations.snapshot import public_rows
from adops_pipeline.operations.webhook_deliveries import WebhookDelivery
from adops_pipeline.operations.webhooks import StoredKey, WebhookFields
from adops_pipeline.services.store_copy import COPIED_PERIOD, COPIED_TABLES
from adops_pipeline.settings import load_settings
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.wiring import Services, build_services
from adops_pipeline_tests.operations.proposals.samples import new_proposal

NOW = datetime(2026, 11, 16, 9, 30, 0, 123456, tzinfo=UTC)
_PLANTED = "planted-secret"
_ADDRESS = f"https://hooks.slack.com/services/{_PLANTED}"


@pytest.fixture
def services(data_dir: Path) -> Services:
    return build_services(load_settings(data_dir=data_dir), clock=lambda: NOW)


def _fill(services: Services) -> None:
    """A row or more of everything that the store publishes and that can be made today."""
    box = SecretBox([new_key()])
    found = Alert("overpacing", "pacing", Severity.CRITICAL, {"platform": "meta-ads"}, "120 % of budget", NOW)
    with services.store.writing() as con:
        fields = ProjectFields("Frühling", currency="EUR", monthly_budget=Decimal("1234.5"))
        projects.create(con, fields, NOW, lambda: "p1")
        configs.create(con, NotificationFields("Ops", "slack", target=_ADDRESS, platforms=("pinterest",)), box, NOW)
        shop = WebhookFields("Shop", "pacing-check", None, {"projectId": {"value": _PLANTED}})
        hook = webhooks.create(con, shop, "standard", StoredKey("encrypted", _PLANTED), NOW)
        webhook_deliveries.record(
            con, WebhookDelivery("d", hook.id, "unmapped", NOW, {"user-agent": _PLANTED}, _PLANTED, reason=_PLANTED)
        )
        told = {"lookbackDays": 7, "notify": {"webhookUrl": _ADDRESS}}
        executions.enqueue(con, workflow_id="pacing-check", requested_by="api", at=NOW, parameters=told)
        alerts.add_silence(
            con, ["platform=meta-ads"], starts_at=NOW, ends_at=NOW + timedelta(hours=1), author="Kim", comment="Known",
        )  # fmt: skip
        proposals.insert(con, new_proposal(NOW), decided=proposals.Decision("kim", NOW))
    services.alerting.set_firing([found], ["pacing"])
    _remember(services)


def _remember(services: Services) -> None:
    """A memory with an outcome, and what it teaches."""
    draft = Draft(
        "trader", "campaign_outcome", {"platform": "meta-ads", "campaign": "1"}, {"kind": "pause"},
        {"metric": "cpa", "verdict": "helped"}, 0.2, ("cpa",),
    )  # fmt: skip
    services.memories.remember(draft)
    services.learnings.refresh()


def _campaigns(services: Services, *rows: tuple[str, str, str]) -> None:
    """Campaigns: id, name, objective."""
    with services.warehouse.writing() as con:
        con.executemany(
            "INSERT INTO campaigns (id, platform, name, objective, status)"
            " VALUES ($id, split_part($id, ':', 1), $name, $objective, 'active')",
            [{"id": row[0], "name": row[1], "objective": row[2]} for row in rows],
        )


def _stored(services: Services) -> dict[str, list[tuple[object, ...]]]:
    with services.warehouse.reading() as con:
        return {name: con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in COPIED_TABLES}


def test_the_copies_are_the_stores_rows_with_their_types(services: Services) -> None:
    _fill(services)
    services.store_copy.refresh()
    with services.store.reading() as store, services.warehouse.reading() as con:
        for name in COPIED_TABLES:
            wanted = public_rows(store, name)
            assert wanted, name
            query = con.execute(f"SELECT * FROM {name} ORDER BY {', '.join(TABLES[name].key)}")
            columns = [column[0] for column in query.description]
            found = [dict(zip(columns, row, strict=True)) for row in query.fetchall()]
            assert found == [_as_duckdb(name, row) for row in wanted], name


def _as_duckdb(name: str, row: dict[str, object]) -> dict[str, object]:
    """A row of the store as DuckDB gives it back: instants without their zone, documents as text."""
    types = {column.name: column.type for column in TABLES[name].columns}
    plain: dict[str, object] = {}
    for column, value in row.items():
        if types[column] == "JSON" and value is not None:
            value = json.dumps(value, ensure_ascii=False)  # noqa: PLW2901 - as it is stored
        elif isinstance(value, datetime):
            value = value.replace(tzinfo=None)  # noqa: PLW2901
        plain[column] = value
    return plain


def test_a_store_that_was_emptied_or_replaced_since_the_last_copy_is_said_once(services: Services) -> None:
    assert services.store_copy.refresh() is None, "nothing was ever copied"
    _fill(services)
    assert [services.store_copy.refresh() for _ in range(2)] == [None, None]
    for left in services.settings.data_dir.glob("operations.db*"):
        left.unlink()
    anew = build_services(services.settings, clock=services.clock)
    with anew.store.writing() as con:
        executions.enqueue(con, workflow_id="pacing-check", requested_by="api", at=NOW, parameters={})
    said = anew.store_copy.refresh()
    assert said is not None
    assert "operations.db is empty or not that of 2026-11-16 09:30 UTC: it has not got the 1 executions and " in said
    assert "restore it from a backup" in said
    assert anew.store_copy.refresh() is None


def test_documents_can_be_asked_with_sql(services: Services) -> None:
    _fill(services)
    services.store_copy.refresh()
    with services.warehouse.reading() as con:
        days = con.execute("SELECT (parameters->>'$.lookbackDays')::INT FROM workflow_executions").fetchall()
        label = con.execute("SELECT record->>'$.alert.labels.platform' FROM alerts WHERE status = 'firing'").fetchall()
    assert days == [(7,)]
    assert label == [("meta-ads",)]


def test_the_published_file_has_the_rows_and_no_planted_secret_in_its_bytes(services: Services) -> None:
    _fill(services)
    services.store_copy.refresh()
    services.publish()
    with open_snapshot(services.snapshot_path) as con:
        columns = {name for (name,) in con.execute("SELECT DISTINCT column_name FROM duckdb_columns()").fetchall()}
        rows = {name: con.execute(f"SELECT * FROM {name}").fetchall() for name in COPIED_TABLES}
    assert not columns & {"target_ref", "target_encrypted", "params_mapping", "key", "previous_key"}
    assert len(rows["webhooks"]) == len(rows["notification_configs"]) == 1
    assert _PLANTED not in str(rows)
    assert _PLANTED.encode() not in services.snapshot_path.read_bytes()
    assert _PLANTED.encode() not in services.warehouse.path.read_bytes()


def test_an_empty_store_gives_empty_tables_and_what_is_gone_from_the_store_goes(services: Services) -> None:
    _fill(services)
    services.store_copy.refresh()
    with services.store.writing() as con:
        projects.remove(con, "p1", NOW)
    services.store_copy.refresh()
    assert _stored(services)["projects"] == []
    empty = build_services(load_settings(data_dir=services.settings.data_dir / "other"), clock=lambda: NOW)
    empty.store_copy.refresh()
    assert all(rows == [] for rows in _stored(empty).values())


def test_what_is_older_than_ninety_days_stays_in_the_store_alone_unless_it_is_still_open(services: Services) -> None:
    old, newer = NOW - COPIED_PERIOD - timedelta(seconds=1), NOW - COPIED_PERIOD
    with services.store.writing() as con:
        for at in (old, newer):
            done = executions.enqueue(con, workflow_id="anomaly-scan", requested_by="api", at=at, parameters={})
            executions.cancel(con, done.id, at, by="a test")
        executions.enqueue(con, workflow_id="pacing-check", requested_by="api", at=old, parameters={})
    services.store_copy.refresh()
    with services.warehouse.reading() as con:
        kept = con.execute("SELECT status, requested_at FROM workflow_executions ORDER BY ALL").fetchall()
        events = con.execute("SELECT min(happened_at), count(*) FROM events").fetchall()
    assert kept == [("cancelled", newer.replace(tzinfo=None)), ("pending", old.replace(tzinfo=None))]
    assert events == [(newer.replace(tzinfo=None), 2)]


def test_campaigns_get_their_project_by_rule_or_by_hand_and_lose_it_again(services: Services) -> None:
    _campaigns(
        services,
        ("meta-ads:1", "Brand | DE", "SALES"),
        ("meta-ads:2", "Generic", "SALES"),
        ("pinterest:3", "Generic", "AWARENESS"),
        ("pinterest:4", "Brand too", "AWARENESS"),
    )
    with services.store.writing() as con:
        brand = ProjectFields("Brand", rules=(AssignmentRule(name_pattern="brand*"),))
        projects.create(con, brand, NOW, lambda: "brand")
        projects.create(con, ProjectFields("Spring"), NOW, lambda: "spring")
        projects.assign_by_hand(con, "pinterest:3", "spring", NOW)
        projects.assign_by_hand(con, "pinterest:4", "spring", NOW)
    services.store_copy.refresh()
    assert _projects(services) == ["brand", None, "spring", "spring"]
    with services.store.writing() as con:
        projects.assign_by_hand(con, "pinterest:4", None, NOW)
        projects.change(con, "spring", ProjectFields("Spring", status=ProjectStatus.ARCHIVED), NOW)
    services.store_copy.refresh()
    assert _projects(services) == ["brand", None, None, "brand"]


def _projects(services: Services) -> list[str | None]:
    with services.warehouse.reading() as con:
        return [project for (project,) in con.execute("SELECT project_id FROM campaigns ORDER BY id").fetchall()]


def _materialize(services: Services) -> dg.ExecuteInProcessResult:
    return dg.materialize([operations, table_checks], resources={"services": services}, raise_on_error=False)


def test_the_asset_shows_every_table_and_all_its_checks_pass(services: Services) -> None:
    _fill(services)
    result = _materialize(services)
    assert result.success
    materialized = {
        event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key
    }
    assert materialized == set(COPIED_TABLES)
    (alerts_shown,) = result.asset_materializations_for_node("operations")[COPIED_TABLES.index("alerts") :][:1]
    assert str(alerts_shown.metadata["preview"].value).startswith("| summary | severity | status |")
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) == 2 * len(COPIED_TABLES) + 1
    assert all(evaluation.passed for evaluation in evaluations)


def test_the_copied_alerts_are_those_of_the_tables_as_they_are_with_the_projects_of_this_run(
    services: Services,
) -> None:
    _campaigns(services, ("meta-ads:1", "Brand", "SALES"))
    with services.store.writing() as con:
        rules = (AssignmentRule(name_pattern="brand*"),)
        projects.create(con, ProjectFields("Brand", rules=rules), NOW, lambda: "brand")
    with services.warehouse.writing() as con:
        con.execute(
            "INSERT INTO analytics_budgets (platform, account_id, campaign_id, campaign_name, campaign_status, as_of,"
            " currency, budget, spent_to_date, seasonal_ratio, verdict, severity, money_at_stake, recommendation)"
            " VALUES ('meta-ads', '1', '1', 'Brand', 'active', ?, 'EUR', 1000, 1310, 1.6, 'overpacing', 'critical',"
            " 310, 'Set it.')",
            [NOW.date() - timedelta(days=1)],
        )
        con.execute("UPDATE campaigns SET account_id = '1', external_id = '1'")
    assert _materialize_operations(services) == [("overpacing", "firing", "brand")]
    with services.warehouse.writing() as con:
        con.execute("UPDATE analytics_budgets SET verdict = 'on-track', severity = NULL")
    assert _materialize_operations(services) == [("overpacing", "resolved", "brand")]


def _materialize_operations(services: Services) -> list[tuple[object, ...]]:
    """The alerts of the warehouse after the asset has run: name, status, project."""
    assert dg.materialize([operations], resources={"services": services}).success
    query = "SELECT name, status, record ->> '$.alert.labels.project_id' FROM alerts ORDER BY ALL"
    with services.warehouse.reading() as con:
        return con.execute(query).fetchall()


def test_a_row_that_breaks_a_promise_fails_a_blocking_check(services: Services) -> None:
    _fill(services)
    services.store_copy.refresh()
    with services.store.writing() as con:
        con.exec_driver_sql("UPDATE notification_configs SET min_severity = 'loud'")
    result = _materialize(services)
    failed = [evaluation for evaluation in result.get_asset_check_evaluations() if not evaluation.passed]
    assert [(e.asset_key.to_user_string(), e.check_name, e.blocking) for e in failed] == [
        ("notification_configs", "columns_keep_their_promises", True)
    ]


def test_a_store_that_cannot_be_read_leaves_the_copies_as_they_were_and_fails_a_check(services: Services) -> None:
    _fill(services)
    services.store_copy.refresh()
    before = _stored(services)
    (services.settings.data_dir / "broken.db").write_text("this is no database, whatever its name says " * 30)
    broken = build_services(
        load_settings(
            data_dir=services.settings.data_dir, store_url=f"sqlite:///{services.settings.data_dir}/broken.db"
        ),
        clock=lambda: NOW,
    )
    result = _materialize(broken)
    assert result.success, "the metrics are published all the same"
    failed = [evaluation for evaluation in result.get_asset_check_evaluations() if not evaluation.passed]
    assert [(e.check_name, e.blocking, e.severity) for e in failed] == [
        ("store_was_read", False, dg.AssetCheckSeverity.WARN)
    ]
    assert "is not an operational store" in str(failed[0].metadata["reason"].value)
    assert _stored(broken) == before


def test_snapshot_rows_are_read_only_copies_in_duckdbs_own_types(services: Services) -> None:
    _fill(services)
    services.store_copy.refresh()
    services.publish()
    with duckdb.connect(str(services.snapshot_path), read_only=True) as con:
        (row,) = con.execute("SELECT monthly_budget, created_at, name FROM projects").fetchall()
    assert row == (Decimal("1234.500000"), NOW.replace(tzinfo=None), "Frühling")
