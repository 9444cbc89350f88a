"""The result of a sync, from what its run left behind: pulls that landed, rows put aside, accounts that were lost."""

from datetime import UTC, datetime
from typing import Any

from adops_pipeline.domain.workflows import validate
from adops_pipeline.domain.workflows.parameters import SyncParameters
from adops_pipeline.domain.workflows.results import FailedAccount, review_sync
from adops_pipeline.operations import events
from adops_pipeline.operations.executions import Execution
from adops_pipeline.services.executions import SYNC_COMPLETED
from adops_pipeline.warehouse.queries.analysis import landed_between
from adops_pipeline.wiring import Services


def sync_result(services: Services, execution: Execution, until: datetime) -> dict[str, Any]:
    """What the run of ``execution`` brought, as a workflow's result."""
    parameters = validate("sync-platforms", execution.parameters)
    assert isinstance(parameters, SyncParameters)
    began = execution.started_at or execution.requested_at
    with services.warehouse.reading() as con:
        pulls, rejects = landed_between(con, _stored(began), _stored(until))
    return review_sync(pulls, rejects, failed_accounts(services, execution.run_id), parameters).to_document()


def failed_accounts(services: Services, run_id: str | None) -> list[FailedAccount]:
    """Accounts that a run could not pull, each reason once."""
    if run_id is None:
        return []
    with services.store.reading() as con:
        told = [event for event in events.about(con, run_id) if event.type == SYNC_COMPLETED]
    lost = [
        FailedAccount(str(event.platform), failure["account_id"], failure["reason"], failure["is_auth"])
        for event in told
        for failure in event.data["failures"]
    ]
    return list(dict.fromkeys(lost))


def _stored(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
