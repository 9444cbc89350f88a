"""The dashboard on the API's application: pages, their files, and pages for its errors."""

from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute, Route

from adops_pipeline.api.access import authorize
from adops_pipeline.api.app import create_app
from adops_pipeline.dashboard.files import PREFIX
from adops_pipeline.dashboard.guard import PageGuard
from adops_pipeline.dashboard.navigation import places
from adops_pipeline.dashboard.pages import (
    agents,
    alerts,
    budget,
    campaign,
    campaigns,
    data,
    experiments,
    login,
    notifications,
    overview,
    pacing,
    proposals,
    webhooks,
    workflows,
)
from adops_pipeline.dashboard.rendering import site_of
from adops_pipeline.mcp_server.endpoint import add_endpoint
from adops_pipeline.wiring import Services

_PAGES = (
    overview.router,
    campaigns.router,
    campaign.router,
    pacing.router,
    budget.router,
    proposals.router,
    experiments.router,
    agents.router,
    workflows.router,
    alerts.router,
    notifications.router,
    webhooks.router,
    data.router,
)
"""Routers of the pages. A page's place in the navigation is in `navigation`; it is shown when its route exists."""


def dashboard_app(services: Services, dagster: str | None = None) -> FastAPI:
    """The API over ``services`` with the dashboard and the tools for MCP clients on it.

    ``dagster`` is the address of Dagster's web UI, where it runs beside the API.
    """
    app = create_app(services)
    add_dashboard(app, dagster)
    add_endpoint(app, services)
    return app


def add_dashboard(app: FastAPI, dagster: str | None) -> None:
    """Add the pages to an application that was made by `create_app`."""
    paths = {route.path for router in _PAGES for route in router.routes if isinstance(route, Route)}
    site = site_of(places(paths), dagster)
    app.state.site = site
    files = Route(f"{PREFIX}/{{version}}/{{name:path}}", site.files.respond, methods=["GET"], include_in_schema=False)
    app.router.routes.extend([*_routes(), files])
    app.state.open_routes.extend([files, *login.router.routes])
    app.add_middleware(PageGuard)


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """The pages' routes. FastAPI derives their models once, though applications are many."""
    carrier = APIRouter()
    for router in _PAGES:
        carrier.include_router(router, dependencies=[Depends(authorize)], include_in_schema=False)
    carrier.include_router(login.router, include_in_schema=False)
    return tuple(carrier.routes)
