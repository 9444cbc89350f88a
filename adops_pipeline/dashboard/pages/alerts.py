"""Alerts: what fires and who would be notified, silences, and one alert."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.routes.alerts import AlertQuery, PreviewQuery, list_alerts, preview_alerts
from adops_pipeline.api.routes.silences import SilenceQuery, list_silences
from adops_pipeline.dashboard.pages.common import FiltersDep
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.domain.severity import Severity

router = APIRouter()
_SHOWN = 100


@router.get("/alerts")
def alerts_page(
    request: Request,
    services: ServicesDep,
    filters: FiltersDep,
    severity: Annotated[list[Severity], Query(max_length=3)] = [],  # noqa: B006 - FastAPI copies it
    state: Annotated[str, Query(max_length=20)] = "firing",
) -> Response:
    """Alerts of a state and severity, silences, and the preview of notifications."""
    query = AlertQuery.model_validate(
        {
            "status": [state] if state in ("firing", "resolved") else [],
            "severity": severity,
            "platform": filters.platform,
            "limit": _SHOWN,
        }
    )
    return render(
        request,
        "pages/alerts.html",
        filters=filters,
        state=state,
        severities=[one.value for one in severity],
        alerts=part(lambda: list_alerts(services, query), "The alerts cannot be read"),
        preview=part(
            lambda: preview_alerts(services, PreviewQuery(limit=_SHOWN)), "The preview of notifications cannot be made"
        ),
        silences=part(lambda: list_silences(services, SilenceQuery(limit=_SHOWN)), "The silences cannot be read"),
    )
