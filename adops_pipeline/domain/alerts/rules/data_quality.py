"""Alerts on the data and on Dagster: failed syncs and checks, stale accounts, rejected rows, stalled sensors.

The callers collect the facts (sync reports, check evaluations).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.rules.rows import labels_of, link_to, number, rows_of, text
from adops_pipeline.domain.alerts.rules.thresholds import DEFAULT_RULES, AlertRules
from adops_pipeline.domain.data_quality import as_sentence, judge_failure, severity_of_age, severity_of_rejects
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.severity import Severity

SYNC, FRESHNESS, REJECTS, CHECKS, SENSORS = "sync", "freshness", "rejects", "checks", "sensors"


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """An asset check that failed. ``is_blocking``: downstream assets were not computed."""

    asset: str
    check: str
    description: str
    is_blocking: bool = False


@dataclass(frozen=True, slots=True)
class FailedSensor:
    """A sensor or schedule whose last tick failed, or that should have ticked and did not."""

    sensor: str
    reason: str


def sync_alerts(failures: Iterable[AccountFailure], now: datetime) -> list[Alert]:
    """An alert per account, or platform, that could not be pulled."""
    alerts = []
    for failure in failures:
        verdict, platform = judge_failure(failure), failure.platform.value
        account = {} if failure.is_whole_platform else {"account_id": failure.account_id}
        assert verdict.severity is not None  # a failure always has one
        alerts.append(
            Alert(
                verdict.kind, SYNC, verdict.severity, {"platform": platform, **account}, verdict.sentence, now,
                {"is_auth": failure.is_auth}, link_to("syncs", platform=platform),
            )
        )  # fmt: skip
    return alerts


def stale_account_alerts(accounts: pl.DataFrame, now: datetime, rules: AlertRules = DEFAULT_RULES) -> list[Alert]:
    """Accounts (platform, account_id, name, synced_at in UTC) whose newest data are older than ``stale_after``.

    Accounts that were never synced have the alert of the failed sync.
    """
    alerts = []
    for row in rows_of(accounts.sort("platform", "account_id")):
        synced_at = row.get("synced_at")
        if not isinstance(synced_at, datetime):
            continue
        at = synced_at if synced_at.tzinfo else synced_at.replace(tzinfo=UTC)
        age = now - at
        severity = severity_of_age(age, rules.stale_after)
        if severity is None:
            continue
        name = text(row, "name") or text(row, "account_id")
        labels = labels_of(row, account_name=text(row, "name"))
        hours = age // timedelta(hours=1)
        summary = f"Account {name} was last synced {hours} hours ago, at {at:%Y-%m-%d %H:%M} UTC."
        link = link_to("syncs", platform=text(row, "platform"))
        alerts.append(Alert("account-stale", FRESHNESS, severity, labels, summary, now, {"age_hours": hours}, link))
    return alerts


def reject_alerts(counts: pl.DataFrame, now: datetime) -> list[Alert]:
    """Accounts with too many rows that could not be normalized in the last pulls.

    ``counts``: platform, account_id, rejected, received (rows), reason (the commonest).
    """
    alerts = []
    for row in rows_of(counts.sort("platform", "account_id")):
        rejected, received = int(number(row, "rejected") or 0), int(number(row, "received") or 0)
        severity = severity_of_rejects(rejected, received)
        if severity is Severity.INFO:
            continue
        share = f" ({rejected / received:.1%})" if received else ""
        summary = (
            f"{rejected:,} of {received:,} rows{share} of account {text(row, 'account_id')} could not be normalized, "
            f"most often: {as_sentence(text(row, 'reason') or 'no reason is known')}"
        )
        details = {"rejected": rejected, "received": received}
        link = link_to("rejects", platform=text(row, "platform"))
        alerts.append(Alert("rows-rejected", REJECTS, severity, labels_of(row), summary, now, details, link))
    return alerts


def check_alerts(failed: Iterable[FailedCheck], now: datetime) -> list[Alert]:
    """An alert for each failed check; critical if it blocks downstream assets."""
    return [
        Alert(
            "check-failed", CHECKS, Severity.CRITICAL if one.is_blocking else Severity.WARNING,
            {"asset": one.asset, "check": one.check},
            f"Check {one.check} of {one.asset}: {as_sentence(one.description)}",
            now, {"is_blocking": one.is_blocking}, link_to("checks", asset=one.asset),
        )
        for one in failed
    ]  # fmt: skip


def sensor_alerts(failed: Iterable[FailedSensor], now: datetime) -> list[Alert]:
    """An alert for each failing sensor or schedule; a sensor is critical, because nothing else does its work."""
    return [
        Alert(
            "sensor-failed", SENSORS, Severity.CRITICAL, {"sensor": one.sensor},
            f"Sensor {one.sensor} does not work: {as_sentence(one.reason)}", now, link=link_to("syncs"),
        )
        for one in failed
    ]  # fmt: skip
