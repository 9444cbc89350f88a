"""The ASGI application: routes, access, errors. It reads the published snapshot and the operational store only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import Depends, FastAPI

from adops_pipeline.api import problems
from adops_pipeline.api.access import Shield, require_token
from adops_pipeline.api.answers import Answers
from adops_pipeline.api.broadcast import Broadcast
from adops_pipeline.api.openapi import Api
from adops_pipeline.api.routes import analytics, docs, events, health, overview, workflows
from adops_pipeline.wiring import Services

_DESCRIPTION = """What programs read and request of the Ad Ops Command Center.

Names are camelCase. Amounts are numbers in the currency beside them; times are in UTC. Errors are problem documents
(RFC 9457) with a stable `code`. Answers made from the published data carry its version as `ETag`: send it as
`If-None-Match` and get 304 until new data is published.
"""


def create_app(services: Services) -> FastAPI:
    """The application over ``services``."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
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
    app.state.token = services.settings.api_token
    app.state.answers = Answers(services.snapshots)
    app.state.broadcast = Broadcast(services.live_events)
    app.add_middleware(Shield, allowed_hosts=services.settings.api.allowed_hosts)
    problems.add_handlers(app)
    protected = [Depends(require_token)]
    for routes in (overview, analytics, workflows, events):
        app.include_router(routes.router, dependencies=protected)
    app.include_router(health.router)
    app.include_router(docs.router)
    app.mount(docs.ASSETS, docs.assets())
    app.add_api_route("/api/openapi.json", app.openapi, include_in_schema=False, methods=["GET"])
    return app
