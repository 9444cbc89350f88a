"""The ASGI application: routes, access, errors. It reads the published snapshot and the operational store only."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version

from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute, Mount

from adops_pipeline.api import problems
from adops_pipeline.api.access import Gate, authorize
from adops_pipeline.api.answers import Answers
from adops_pipeline.api.body_limit import BodyLimit
from adops_pipeline.api.broadcast import Broadcast
from adops_pipeline.api.changes import RecordChanges
from adops_pipeline.api.identity import Identity
from adops_pipeline.api.metrics import Measure, Metrics
from adops_pipeline.api.odata import routes as odata
from adops_pipeline.api.openapi import Api
from adops_pipeline.api.parameters import refuse_unknown_parameters
from adops_pipeline.api.preparation import keep_prepared, recover_changes
from adops_pipeline.api.quick_answers import QuickAnswers, QuickRoute
from adops_pipeline.api.routes import (
    ab_tests,
    accounts,
    activity,
    agents,
    alerts,
    analytics,
    calculators,
    campaigns,
    deliveries,
    docs,
    events,
    exports,
    health,
    login,
    metrics,
    notifications,
    overview,
    project_campaigns,
    projects,
    proposals,
    reporting,
    silences,
    sync,
    tokens,
    tools,
    webhook_ingress,
    webhooks,
    workflows,
)
from adops_pipeline.wiring import Services

_DESCRIPTION = """What programs read and request of the Ad Ops Command Center.

Names are camelCase. Amounts are numbers in the currency beside them; times are in UTC. Errors are problem documents
(RFC 9457) with a stable `code`. Answers made from the published data carry its version as `ETag`: send it as
`If-None-Match` and get 304 until new data is published.
"""
_OPEN: tuple[APIRouter, ...] = (health.router, docs.router, login.router, webhook_ingress.router)
"""Routes that need no token."""
_PROTECTED: tuple[APIRouter, ...] = (
    overview.router,
    reporting.router,
    campaigns.router,
    analytics.router,
    exports.router,
    sync.router,
    workflows.router,
    events.router,
    activity.router,
    tokens.router,
    tools.router,
    proposals.router,
    silences.router,
    alerts.router,
    webhooks.router,
    accounts.router,
    metrics.router,
    deliveries.router,
    notifications.router,
    project_campaigns.router,
    projects.router,
    ab_tests.router,
    agents.router,
    calculators.router,
    odata.router,
)
"""Routes that need one, and the role that `access` states."""

_EXPORTS_AT_A_TIME = 2
"""Exports, and pages of OData, that are read at the same time: more would take the processor from everything else."""


def create_app(services: Services) -> FastAPI:
    """The application over ``services``."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(keep_prepared(services.snapshots)), asyncio.create_task(recover_changes(services))]
        yield
        for task in tasks:
            task.cancel()
        services.snapshots.close()

    app = Api(
        title="Ad Ops Command Center",
        version=version("adops-pipeline"),
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.services = services
    app.state.answers = Answers(services.snapshots)
    app.state.identity = Identity(services)
    app.state.broadcast = Broadcast(services.live_events)
    app.state.metrics = Metrics(services.monitoring, lambda: app.state.broadcast.streams)
    app.state.odata_turns = CapacityLimiter(_EXPORTS_AT_A_TIME)
    app.state.export_turns = CapacityLimiter(_EXPORTS_AT_A_TIME)
    problems.add_handlers(app)
    open_metrics = services.settings.api.open_metrics
    app.router.routes.extend(_routes(open_metrics=open_metrics))
    app.mount(docs.ASSETS, docs.assets())
    app.add_api_route("/api/openapi.json", app.openapi, include_in_schema=False, methods=["GET"])
    _add_access(app, services, _open_routers(open_metrics=open_metrics))
    return app


def _open_routers(*, open_metrics: bool) -> tuple[APIRouter, ...]:
    """Routes that need no token under these settings."""
    return (*_OPEN, metrics.router) if open_metrics else _OPEN


@cache
def _routes(*, open_metrics: bool) -> tuple[BaseRoute, ...]:
    """All routes with the access that they need. FastAPI derives their models once, though applications are many."""
    open_routers = _open_routers(open_metrics=open_metrics)
    carrier = APIRouter()
    for router in _PROTECTED:
        guards = [] if router in open_routers else [Depends(authorize)]
        if router is not odata.router:  # it has rules of its own for parameters
            guards.append(Depends(refuse_unknown_parameters))
        carrier.include_router(router, dependencies=guards)
    for router in _OPEN:
        carrier.include_router(router)
    return tuple(carrier.routes)


def _add_access(app: FastAPI, services: Services, open_routers: Sequence[APIRouter]) -> None:
    """What every request passes before it reaches its route; what is added last comes first."""
    app.state.open_routes = [
        *(route for router in open_routers for route in router.routes),
        Mount(docs.ASSETS, docs.assets()),
    ]
    app.add_middleware(BodyLimit)
    app.add_middleware(RecordChanges, audit=services.audit)
    app.add_middleware(QuickAnswers, answers=app.state.answers, routes=_quick_routes(services))
    app.add_middleware(Gate, identify=app.state.identity.actor, open_routes=app.state.open_routes)
    app.add_middleware(Measure, metrics=app.state.metrics)


def _quick_routes(services: Services) -> dict[str, QuickRoute]:
    """The routes that are answered without FastAPI, by path."""
    reporting = services.settings.reporting_currency
    routes = (*overview.quick_routes(reporting), *campaigns.quick_routes(reporting), *analytics.quick_routes())
    return {route.path: route for route in routes}
