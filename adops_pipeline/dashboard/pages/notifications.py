"""Notifications: receivers, a new one, test messages, and the record of deliveries."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.routes.deliveries import DeliveryQuery, list_deliveries
from adops_pipeline.api.routes.notifications import ReceiverQuery, list_receivers
from adops_pipeline.dashboard.pages.common import FiltersDep
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Channel

router = APIRouter()
_SHOWN_RECEIVERS = 200
_SHOWN_DELIVERIES = 25


@router.get("/notifications")
def notifications_page(request: Request, services: ServicesDep, filters: FiltersDep) -> Response:
    """The page."""
    return render(
        request,
        "pages/notifications.html",
        filters=filters,
        receivers=part(
            lambda: list_receivers(services, ReceiverQuery(limit=_SHOWN_RECEIVERS)), "The receivers cannot be read"
        ),
        deliveries=part(
            lambda: list_deliveries(services, DeliveryQuery(limit=_SHOWN_DELIVERIES)), "The deliveries cannot be read"
        ),
        channels=[one.value for one in Channel],
        severities=[one.value for one in Severity],
    )
