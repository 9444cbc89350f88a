"""Health of the server itself, for supervisors: they need no token."""

from typing import Literal

from fastapi import APIRouter

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses

router = APIRouter(tags=["health"])


class Health(ApiModel):
    """The server answers."""

    status: Literal["ok"] = "ok"


class Readiness(ApiModel):
    """The server can answer from data."""

    status: Literal["ready"] = "ready"
    snapshot_version: str
    """Version of the snapshot, as in the ETag."""


@router.get("/healthz", operation_id="health")
def healthz() -> Health:
    """Whether the server answers at all."""
    return Health()


@router.get("/readyz", operation_id="readiness", responses=responses(503))
def readyz(services: ServicesDep) -> Readiness:
    """Whether the snapshot and the operational store can be read."""
    services.live_events.last_seq()
    with services.snapshots.reading() as snapshot:
        snapshot.con.execute("SELECT 1").fetchone()
        return Readiness(snapshot_version=snapshot.version)
