"""Request a pull of the platforms' data. The daemon of `adops up` runs it."""

from fastapi import APIRouter, Request, Response
from pydantic import Field

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.api.requests import Accepted, IdempotencyKey, accept
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.parameters import LONGEST_SYNC_DAYS
from adops_pipeline.domain.workflows.requests import resolve_request

router = APIRouter(prefix="/api/analytics", tags=["analytics"])
_WORKFLOW = "sync-platforms"


class SyncRequest(ApiModel):
    """What to pull."""

    platforms: list[Platform] = Field([], description="Only these platforms; empty means all.", examples=[["meta-ads"]])
    lookback_days: int | None = Field(
        None,
        ge=1,
        le=LONGEST_SYNC_DAYS,
        strict=True,
        description="Days to pull again; without it, exactly the days that platforms may still restate.",
        examples=[7],
    )


@router.post(
    "/sync",
    status_code=202,
    operation_id="request_sync",
    summary="Request a sync",
    responses=responses(409, 422, 503),
)
def request_sync(
    services: ServicesDep,
    request: Request,
    response: Response,
    body: SyncRequest | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Accepted:
    """Request a pull of the platforms, the analyses after it, and a new snapshot. `Location` is where it can be read.

    The same `Idempotency-Key` again returns the execution that exists; with other parameters it is a conflict (409).
    """
    given = (body or SyncRequest()).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    resolved = resolve_request(_WORKFLOW, given)
    execution = services.executions.request(resolved, requested_by="api", key=idempotency_key)
    return accept(execution, request, response)
