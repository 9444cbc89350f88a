"""Inbound webhooks: the list, a new one, and one webhook with its deliveries, trial of its mapping and key."""

import json

from fastapi import APIRouter, Request
from fastapi.responses import Response

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.routes.webhooks import Id, get_webhook, list_deliveries, list_webhooks
from adops_pipeline.api.routes.workflows import list_templates, list_workflows
from adops_pipeline.dashboard.pages.common import FiltersDep
from adops_pipeline.dashboard.parts import part
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.domain.webhooks.vocabulary import SCHEMES

router = APIRouter()
_SHOWN = 25


@router.get("/webhooks")
def webhooks_page(request: Request, services: ServicesDep, filters: FiltersDep) -> Response:
    """Every webhook, and the form of a new one."""
    return render(
        request,
        "pages/webhooks.html",
        filters=filters,
        webhooks=part(lambda: list_webhooks(services, request), "The webhooks cannot be read"),
        workflows=list_workflows(),
        templates=list_templates(),
        schemes=SCHEMES,
    )


@router.get("/webhooks/{webhook_id}")
def webhook_page(request: Request, services: ServicesDep, filters: FiltersDep, webhook_id: Id) -> Response:
    """One webhook."""
    webhook = get_webhook(webhook_id, services, request)
    return render(
        request,
        "pages/webhook.html",
        filters=filters,
        webhook=webhook,
        mapping=json.dumps(webhook.params_mapping, indent=2, ensure_ascii=False),
        deliveries=part(
            lambda: list_deliveries(webhook_id, services, None, _SHOWN, None), "The deliveries cannot be read"
        ),
    )
