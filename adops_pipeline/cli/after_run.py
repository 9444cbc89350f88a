"""After a run in this process: its execution in the operational store, and what fires by now. Nothing is sent here."""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg

from adops_pipeline.cli.part_health import daemon_beats
from adops_pipeline.clock import system_clock
from adops_pipeline.defs.automation.run_status import reflect_run
from adops_pipeline.domain.alerts.alert import Alert, most_severe_first
from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations import alerts
from adops_pipeline.wiring import Services

_NAMED_BY = ("campaign_name", "test_name", "account_name", "campaign_id", "account_id", "platform")


@dataclass(frozen=True, slots=True)
class Firing:
    """How many alerts fire, how many of them are critical, and the newest (of several the gravest), in words."""

    total: int
    critical: int
    newest: str | None


def record_runs(instance: dg.DagsterInstance, services: Services, run_ids: Sequence[str]) -> None:
    """Bring the executions of these runs up to date. Raises StoreError where the store cannot be used."""
    for record in instance.get_run_records(filters=dg.RunsFilter(run_ids=list(run_ids))) if run_ids else ():
        reflect_run(instance, services, record)


def alerts_after(instance: dg.DagsterInstance, services: Services) -> Firing:
    """What fires after a publication; evaluated here where no daemon does it. Raises StoreError as above."""
    if not daemon_beats(instance, system_clock()):
        services.alerting.evaluate()
    with services.store.reading() as con:
        records = alerts.firing(con)
    if not records:
        return Firing(0, 0, None)
    begun = max(record.fired_at for record in records)
    newest = min((record.alert for record in records if record.fired_at == begun), key=most_severe_first)
    return Firing(
        total=len(records),
        critical=sum(record.alert.severity is Severity.CRITICAL for record in records),
        newest=_in_words(newest),
    )


def _in_words(alert: Alert) -> str:
    """What is wrong, with the name of what it is about."""
    about = next((alert.label(name) for name in _NAMED_BY if alert.label(name)), "")
    return f"{alert.name}, {about}: {alert.summary}" if about else f"{alert.name}: {alert.summary}"
