"""After a run in this process: records its execution and summarises firing alerts. Nothing is sent here."""

from collections.abc import Sequence

import dagster as dg

from adops_pipeline.clock import system_clock
from adops_pipeline.dagster_storage.internals import daemon_is_running
from adops_pipeline.defs.automation.run_status import reflect_run
from adops_pipeline.services.alerts import FiringSummary
from adops_pipeline.wiring import Services


def record_runs(instance: dg.DagsterInstance, services: Services, run_ids: Sequence[str]) -> None:
    """Bring the executions of these runs up to date. Raises StoreError where the store cannot be used."""
    for record in instance.get_run_records(filters=dg.RunsFilter(run_ids=list(run_ids))) if run_ids else ():
        reflect_run(instance, services, record)


def alerts_after(instance: dg.DagsterInstance, services: Services) -> FiringSummary:
    """Firing alerts after a publication; evaluated here if no daemon runs. Raises StoreError as above."""
    if not daemon_is_running(instance, system_clock()):
        services.alerting.evaluate()
    return services.alerting.firing_summary()
