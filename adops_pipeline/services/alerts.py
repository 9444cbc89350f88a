"""Alerting over the services: tables in, alerts and their state in the store, messages in the ledger. No orchestrator.

What is an alert is said by the rules in `domain.alerts`, who is told when by its engine. State, events and deliveries
are written in one transaction: a crash before it changes nothing, one after it loses nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from adops_pipeline.clock import Clock
from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.engine import Notification, Policy, flush
from adops_pipeline.domain.alerts.evaluation import Changes, evaluate
from adops_pipeline.domain.alerts.messages import message_of
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
from adops_pipeline.domain.alerts.state import AlertRecord
from adops_pipeline.domain.documents import to_document
from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.moments import as_stored
from adops_pipeline.operations import alerts, deliveries, events
from adops_pipeline.operations.store import Connection, Store
from adops_pipeline.services.notifications.receivers import Receiver, by_id
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries import alerting as queries
from adops_pipeline.warehouse.queries.analysis import table_rows

OF_TABLES = ("pacing", "anomalies", "benchmarks", "experiments", "sync", "freshness", "rejects")
"""Sources whose alerts are read off tables and events; the orchestrator's own are handed to `set_firing`."""
_LOOK_BACK = timedelta(days=40)


@dataclass(frozen=True)
class Evaluated:
    """What an evaluation changed."""

    changes: Changes

    def in_words(self) -> list[str]:
        """One sentence, e.g. for the result of a workflow."""
        changes = self.changes
        if not (changes.new or changes.resolved or changes.still):
            return ["No alert is firing."]
        counts = (len(changes.new), "new"), (len(changes.still), "still firing"), (len(changes.resolved), "resolved")
        return ["Alerts: " + ", ".join(f"{count} {word}" for count, word in counts if count) + "."]


@dataclass(frozen=True)
class Alerting:
    """Alerts of one installation.

    ``receivers`` are read within the transaction that notifies them; ``failures`` are the accounts that could not be
    pulled lately.
    """

    warehouse: Warehouse
    store: Callable[[], Store]
    clock: Clock
    receivers: Callable[[Connection], Sequence[Receiver]]
    failures: Callable[[], Sequence[AccountFailure]]
    rules: AlertRules = field(default_factory=AlertRules)
    hold: timedelta = timedelta(0)
    dashboard_url: str | None = None

    def evaluate(self, sources: Sequence[str] = OF_TABLES) -> Evaluated:
        """Read what the tables say now; alerts of these sources that are no longer there resolve."""
        now = self.clock()
        with self.warehouse.reading() as con:
            found = [alert for source in sources if source != "sync" for alert in self._of_table(con, source, now)]
        if "sync" in sources:
            found += sync_alerts(self.failures(), now)
        return self.set_firing(found, sources)

    def set_firing(self, found: Sequence[Alert], sources: Sequence[str]) -> Evaluated:
        """Take ``found`` as all that fires of ``sources`` now."""
        now = self.clock()
        with self.store().writing() as con:
            before = alerts.load_state(con)
            after = evaluate(found, before, now, sources=sources, hold=self.hold)
            alerts.save_state(con, before, after.state)
            _tell(con, "alert.firing", (*after.changes.new, *after.changes.worsened), now)
            _tell(con, "alert.resolved", after.changes.resolved, now)
        return Evaluated(after.changes)

    def flush(self) -> int:
        """Put what is due to be told into the ledger; gives the number of messages."""
        now = self.clock()
        with self.store().writing() as con:
            receivers = by_id(list(self.receivers(con)))
            before = alerts.load_state(con)
            policy = Policy(tuple(receiver.subscription for receiver in receivers.values()))
            after = flush(before, policy, alerts.every_silence(con, since=now), now)
            alerts.save_state(con, before, after.state)
            _tell(con, "alert.resolved", after.resolved, now)
            for notification in after.notifications:
                self._enqueue(con, notification, receivers[notification.receiver])
        return len(after.notifications)

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


def _tell(con: Connection, event_type: str, records: Sequence[AlertRecord], at: datetime) -> None:
    """An event for each alert."""
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
