"""Alerts: evaluated from the tables, kept in the store, turned into messages for receivers.

The rules in `domain.alerts` decide what is an alert, its engine who is notified and when. State, events and messages
are written in one transaction: a crash before the commit changes nothing, one after it loses nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from adops_pipeline.clock import Clock
from adops_pipeline.domain.alerts.alert import Alert, most_severe_first
from adops_pipeline.domain.alerts.engine import Notification, Policy, flush
from adops_pipeline.domain.alerts.evaluation import Changes, acknowledge, evaluate, unacknowledge
from adops_pipeline.domain.alerts.messages import message_of
from adops_pipeline.domain.alerts.preview import PreviewRow, preview
from adops_pipeline.domain.alerts.rules.anomalies import anomaly_alerts
from adops_pipeline.domain.alerts.rules.benchmarks import benchmark_alerts
from adops_pipeline.domain.alerts.rules.data_quality import (
    reject_alerts,
    stale_account_alerts,
    sync_alerts,
)
from adops_pipeline.domain.alerts.rules.experiments import experiment_alerts
from adops_pipeline.domain.alerts.rules.pacing import pacing_alerts
from adops_pipeline.domain.alerts.rules.thresholds import AlertRules
from adops_pipeline.domain.alerts.state import AlertRecord, AlertState
from adops_pipeline.domain.documents import to_document
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations import alerts, deliveries, events
from adops_pipeline.operations.errors import NotFoundError
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.notifications.receivers import Receiver, by_id
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries import alerting as queries
from adops_pipeline.warehouse.queries.analysis import table_rows

TABLE_SOURCES = ("pacing", "anomalies", "benchmarks", "experiments", "sync", "freshness", "rejects")
"""Sources that `evaluate` reads from tables and events. Alerts about Dagster itself are passed to `set_firing`."""
_LOOK_BACK = timedelta(days=40)
_NAME_LABELS = ("campaign_name", "test_name", "account_name", "campaign_id", "account_id", "platform")


@dataclass(frozen=True)
class EvaluationSummary:
    """What an evaluation changed."""

    changes: Changes

    def in_words(self) -> list[str]:
        """One sentence, for example for the result of a workflow."""
        changes = self.changes
        if not (changes.new or changes.resolved or changes.still):
            return ["No alert is firing."]
        counts = (len(changes.new), "new"), (len(changes.still), "still firing"), (len(changes.resolved), "resolved")
        return ["Alerts: " + ", ".join(f"{count} {word}" for count, word in counts if count) + "."]


@dataclass(frozen=True, slots=True)
class FiringSummary:
    """How many alerts fire, how many are critical, and the newest (the most severe of several) as text."""

    total: int
    critical: int
    newest: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would be notified of the alerts that fire. ``has_receivers``: whether there is any active receiver."""

    alerts: tuple[Alert, ...]
    rows: tuple[PreviewRow, ...]
    has_receivers: bool


@dataclass(frozen=True)
class Alerting:
    """The alerts of one installation.

    ``receivers`` are read within the transaction that notifies them; ``failures`` are the accounts that could not be
    pulled recently. A resolved alert is kept firing for ``hold``, so that it does not flap.
    """

    warehouse: Warehouse
    store: Callable[[], Store]
    clock: Clock
    receivers: Callable[[Connection], Sequence[Receiver]]
    failures: Callable[[], Sequence[AccountFailure]]
    rules: AlertRules
    hold: timedelta
    dashboard_url: str | None

    def evaluate(self, sources: Sequence[str] = TABLE_SOURCES) -> EvaluationSummary:
        """Evaluate the rules of these sources over the tables. Alerts that are no longer found resolve."""
        return self.set_firing(self._found(sources), sources)

    def found_now(self, sources: Sequence[str]) -> list[AlertRecord]:
        """What a first evaluation would record, most severe first. Nothing is stored."""
        return list(evaluate(self._found(sources), AlertState(), self.clock()).changes.new)

    def _found(self, sources: Sequence[str]) -> list[Alert]:
        now = self.clock()
        with self.warehouse.reading() as con:
            found = [alert for source in sources if source != "sync" for alert in self._of_table(con, source, now)]
        if "sync" in sources:
            found += sync_alerts(self.failures(), now)
        return found

    def set_firing(self, found: Sequence[Alert], sources: Sequence[str]) -> EvaluationSummary:
        """Record ``found`` as the alerts of ``sources`` that fire now; all others of these sources resolve."""
        now = self.clock()
        with self.store().writing() as con:
            before = alerts.load_state(con)
            after = evaluate(found, before, now, sources=sources, hold=self.hold)
            alerts.save_state(con, before, after.state)
            _append_events(con, "alert.firing", (*after.changes.new, *after.changes.worsened), now)
            _append_events(con, "alert.resolved", after.changes.resolved, now)
        return EvaluationSummary(after.changes)

    def enqueue_due(self) -> int:
        """Queue the messages about alerts that are due to receivers; the number of messages."""
        now = self.clock()
        with self.store().writing() as con:
            receivers = by_id(_people(self.receivers(con)))
            before = alerts.load_state(con)
            policy = Policy(tuple(receiver.subscription for receiver in receivers.values()))
            after = flush(before, policy, alerts.every_silence(con, since=now), now)
            alerts.save_state(con, before, after.state)
            _append_events(con, "alert.resolved", after.resolved, now)
            for notification in after.notifications:
                self._enqueue(con, notification, receivers[notification.receiver])
        return len(after.notifications)

    def firing(self) -> list[AlertRecord]:
        """Alerts that fire, most severe first."""
        with self.store().reading() as con:
            return sorted(alerts.firing(con), key=_firing_first)

    def known(self) -> list[AlertRecord]:
        """Alerts that fire, most severe first, then those that resolved lately."""
        with self.store().reading() as con:
            return sorted(alerts.load_state(con).alerts.values(), key=_firing_first)

    def firing_summary(self) -> FiringSummary:
        """The alerts that fire, in numbers, and the newest of them."""
        return summarise(self.firing())

    def find(self, fingerprint: str) -> AlertRecord:
        """The alert, firing or resolved lately. Raises NotFoundError where there is none."""
        with self.store().reading() as con:
            record = alerts.load_state(con).alerts.get(fingerprint)
        if record is None:
            raise NotFoundError("alert", fingerprint)
        return record

    def preview(self) -> Preview:
        """For every alert that fires and every receiver: whether it would be sent, why, and when. Nothing is sent."""
        now = self.clock()
        with self.store().reading() as con:
            state = alerts.load_state(con)
            firing = [record.alert for record in state.alerts.values() if record.resolved_at is None]
            policy = Policy(tuple(receiver.subscription for receiver in _people(self.receivers(con))))
            rows = preview(firing, policy, alerts.every_silence(con, since=now), now, state)
        return Preview(tuple(firing), rows, bool(policy.subscriptions))

    def acknowledge(self, fingerprints: Sequence[str], by: str, note: str = "") -> list[AlertRecord]:
        """Record that ``by`` takes care of these alerts: no reminders until they resolve or become more severe.

        Raises NotFoundError where one does not fire; then none is acknowledged.
        """
        now = self.clock()
        with self.store().writing() as con:
            before = after = alerts.load_state(con)
            for fingerprint in fingerprints:
                try:
                    after = acknowledge(after, fingerprint, by, now, note.strip())
                except KeyError:
                    raise NotFoundError("firing alert", fingerprint) from None
            alerts.save_state(con, before, after)
        return [after.alerts[fingerprint] for fingerprint in fingerprints]

    def unacknowledge(self, fingerprint: str) -> AlertRecord:
        """Take an acknowledgement back. Raises NotFoundError where the alert does not fire."""
        with self.store().writing() as con:
            before = alerts.load_state(con)
            try:
                after = unacknowledge(before, fingerprint)
            except KeyError:
                raise NotFoundError("firing alert", fingerprint) from None
            alerts.save_state(con, before, after)
        return after.alerts[fingerprint]

    def _enqueue(self, con: Connection, notification: Notification, receiver: Receiver) -> None:
        deliveries.enqueue(
            con,
            key=notification.key,
            config_id=receiver.id,
            channel=receiver.channel.value,
            message=to_document(message_of(notification, self.dashboard_url)),
            at=notification.at,
            group_key=str(notification.group),
        )

    def _of_table(self, con: queries.Connection, source: str, now: datetime) -> list[Alert]:
        if source == "pacing":
            return pacing_alerts(self._rows(con, "analytics_budgets", now), now, self.rules)
        if source == "anomalies":
            return anomaly_alerts(self._rows(con, "analytics_anomalies", now), now, self.rules)
        if source == "benchmarks":
            return benchmark_alerts(self._rows(con, "analytics_benchmarks"), now, self.rules)
        if source == "experiments":
            results = table_rows(con, "ab_test_results")
            return experiment_alerts(self._rows(con, "ab_tests"), results, now, self.rules)
        if source == "freshness":
            return stale_account_alerts(queries.account_ages(con), now, self.rules)
        since = as_stored(now) - timedelta(days=1)
        return reject_alerts(queries.reject_counts(con, since), now)

    @staticmethod
    def _rows(con: queries.Connection, table: str, now: datetime | None = None) -> pl.DataFrame:
        """Rows about campaigns, with their projects; with ``now`` those of the last weeks."""
        return queries.with_projects(con, table_rows(con, table, None if now is None else (now - _LOOK_BACK).date()))


def summarise(records: Sequence[AlertRecord]) -> FiringSummary:
    """Firing alerts, given most severe first, in numbers, and the newest of them."""
    if not records:
        return FiringSummary(0, 0, None)
    newest = max(record.fired_at for record in records)
    return FiringSummary(
        total=len(records),
        critical=sum(record.alert.severity is Severity.CRITICAL for record in records),
        newest=next(_in_words(record.alert) for record in records if record.fired_at == newest),
    )


def _people(receivers: Sequence[Receiver]) -> list[Receiver]:
    """Receivers of messages in words. Programs get the alerts' events instead."""
    return [receiver for receiver in receivers if not receiver.is_program]


def _firing_first(record: AlertRecord) -> tuple[bool, tuple[int, str, str]]:
    return record.resolved_at is not None, most_severe_first(record.alert)


def _in_words(alert: Alert) -> str:
    """``overpacing, Brand: 131 % of its target spent``."""
    name = next((alert.label(label) for label in _NAME_LABELS if alert.label(label)), "")
    return f"{alert.name}, {name}: {alert.summary}" if name else f"{alert.name}: {alert.summary}"


def _append_events(con: Connection, event_type: str, records: Sequence[AlertRecord], at: datetime) -> None:
    """Append an event for each alert."""
    for record in records:
        alert = record.alert
        events.append(
            con,
            event_type,
            at=at,
            subject=record.fingerprint,
            platform=alert.label("platform") or None,
            project_id=alert.label("project_id") or None,
            data={
                "name": alert.name, "severity": alert.severity.value, "summary": alert.summary,
                "labels": dict(alert.labels),
            },
        )  # fmt: skip
