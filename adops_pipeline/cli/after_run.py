"""After a run in this process: records its execution. Nothing is sent here."""

from collections.abc import Sequence

import dagster as dg

from adops_pipeline.defs.automation.run_status import reflect_run
from adops_pipeline.wiring import Services


def record_runs(instance: dg.DagsterInstance, services: Services, run_ids: Sequence[str]) -> None:
    """Bring the executions of these runs up to date. Raises StoreError where the store cannot be used."""
    for record in instance.get_run_records(filters=dg.RunsFilter(run_ids=list(run_ids))) if run_ids else ():
        reflect_run(instance, services, record)
