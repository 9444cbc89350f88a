"""The first sync of a new data folder: requested once, as soon as something runs that can serve it."""

from pathlib import Path

from adops_pipeline.domain.workflows.requests import resolve_request
from adops_pipeline.services.executions import Execution, Executions

_WORKFLOW = "sync-platforms"


def request_first_sync(executions: Executions, snapshot: Path) -> Execution | None:
    """Put a sync of all platforms into the queue where nothing was published yet; None where something was.

    One that waits or runs already is the first sync, too.
    """
    if snapshot.exists():
        return None
    for status in ("running", "pending"):
        if under_way := executions.newest(1, status=status, workflow_id=_WORKFLOW):
            return under_way[0]
    return executions.request(resolve_request(_WORKFLOW, {}), requested_by="cli")
