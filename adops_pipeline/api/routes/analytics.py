"""Lists of the analyses: one route for each table of `resources`."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from adops_pipeline.api.answers import Answers
from adops_pipeline.api.models import page_model
from adops_pipeline.api.problems import responses
from adops_pipeline.api.quick_answers import QuickRoute
from adops_pipeline.services.documents.listing import listing_document
from adops_pipeline.services.documents.resources import RESOURCES, Resource

router = APIRouter(prefix="/api/analytics", tags=["analytics"])


def _route(resource: Resource) -> Callable[..., Awaitable[Response]]:
    """The function behind the route of a table."""

    async def list_page(request: Request, query: Annotated[BaseModel, Query()]) -> Response:
        answers: Answers = request.app.state.answers
        return await answers.answer(
            request, lambda snapshot: listing_document(resource, query, snapshot), resource.rows
        )

    list_page.__annotations__["query"] = Annotated[resource.query, Query()]
    list_page.__doc__ = f"{resource.summary}.\n\n{resource.table.description} Amounts are in the row's currency."
    return list_page


def quick_routes() -> Iterable[QuickRoute]:
    """The routes of tables that are held in memory."""
    for resource in RESOURCES:
        if resource.rows is not None:
            yield QuickRoute(
                f"/api/analytics/{resource.path}",
                resource.query,
                lambda snapshot, query, resource=resource: listing_document(resource, query, snapshot),  # type: ignore[misc]  # the type of a default value is not inferred
                resource.rows,
            )


for _resource in RESOURCES:
    router.add_api_route(
        f"/{_resource.path}",
        _route(_resource),
        response_model=page_model(_resource.row),
        responses=responses(401, 422, 503) | {304: {"description": "The client has the newest answer."}},
        summary=_resource.summary,
        operation_id=f"list_{_resource.path.replace('-', '_')}",
    )
