"""Alerts on the data and the machinery behind it."""

from datetime import datetime, timedelta

import polars as pl

from adops_pipeline.domain.alerts.rules.data_quality import (
    FailedCheck,
    FailedSensor,
    check_alerts,
    reject_alerts,
    sensor_alerts,
    stale_account_alerts,
    sync_alerts,
)
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline_tests.domain.alerts.rules.frames import NOW


def test_a_failed_account_is_a_warning_and_a_refused_one_or_a_whole_platform_critical() -> None:
    found = sync_alerts(
        [
            AccountFailure(Platform.META_ADS, "act_1", "HTTP 500\nagain"),
            AccountFailure(Platform.META_ADS, "act_2", "token expired", is_auth=True),
            AccountFailure(Platform.PINTEREST, "*", "token revoked.", is_auth=True),
        ],
        NOW,
    )
    assert [(one.name, one.severity.value) for one in found] == [
        ("account-sync-failed", "warning"), ("account-sync-failed", "critical"), ("platform-sync-failed", "critical"),
    ]  # fmt: skip
    assert found[0].summary == "Account act_1 could not be synced: HTTP 500 again. The next sync tries again."
    assert found[2].summary == "pinterest could not be synced: token revoked. Renew its credentials."
    assert "account_id" not in found[2].labels


def accounts(**synced_at: datetime | None) -> pl.DataFrame:
    """ad_accounts."""
    rows = [
        {"platform": "meta-ads", "account_id": name, "name": name, "synced_at": at} for name, at in synced_at.items()
    ]
    schema = {"platform": pl.String(), "account_id": pl.String(), "name": pl.String(), "synced_at": pl.Datetime()}
    return pl.DataFrame(rows, schema=schema)


def test_an_old_account_is_told_and_graver_when_twice_as_old() -> None:
    plain = NOW.replace(tzinfo=None)
    ages = {"fresh": 23, "old": 24, "ancient": 48}
    found = stale_account_alerts(accounts(**{n: plain - timedelta(hours=h) for n, h in ages.items()}, never=None), NOW)
    assert [(one.labels["account_id"], one.severity.value) for one in found] == [
        ("ancient", "critical"), ("old", "warning"),
    ]  # fmt: skip
    assert found[1].summary == "Account old was last synced 24 hours ago, at 2026-03-15 06:00 UTC."


def test_rejected_rows_are_told_from_a_number_and_a_share_on() -> None:
    counts = pl.DataFrame(
        {
            "platform": ["meta-ads"] * 3, "account_id": ["many", "few", "small-share"],
            "rejected": [20, 9, 20], "received": [1000, 10, 2001], "reason": ["bad date"] * 3,
        }
    )  # fmt: skip
    found = reject_alerts(counts, NOW)
    assert [one.labels["account_id"] for one in found] == ["many"]
    assert found[0].summary == (
        "20 of 1,000 rows (2.0%) of account many could not be normalized, most often: bad date."
    )


def test_checks_and_sensors_that_fail_are_told() -> None:
    checks = check_alerts([FailedCheck("campaigns", "key", "2 rows twice"), FailedCheck("a", "b", "c.", True)], NOW)
    assert [one.severity.value for one in checks] == ["warning", "critical"]
    assert checks[0].summary == "Check key of campaigns: 2 rows twice."
    sensor = sensor_alerts([FailedSensor("executions_sensor", "locked")], NOW)[0]
    assert (sensor.severity.value, sensor.summary) == (
        "critical", "Sensor executions_sensor does not work: locked.",
    )  # fmt: skip
    assert (checks[0].link, sensor.link) == ("/checks?asset=campaigns", "/syncs")
