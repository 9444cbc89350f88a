"""Metrics of the server and the system in Prometheus' text format. What is measured: `api.metrics`."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from adops_pipeline.api.metrics import Metrics

router = APIRouter(tags=["health"])
_EXAMPLE = 'adops_executions{status="pending"} 2.0\n'
_TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Metrics in Prometheus' text format.",
        "content": {
            "text/plain": {"schema": {"type": "string"}, "example": 'adops_executions{status="pending"} 2.0\n'}
        },
    }
}


@router.get(
    "/metrics", operation_id="metrics", summary="Metrics for Prometheus", response_class=Response, responses=_TEXT
)
def get_metrics(request: Request) -> Response:
    """Requests, live streams, queue, alerts, deliveries, syncs, snapshot and process, in Prometheus' text format."""
    metrics: Metrics = request.app.state.metrics
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)
