"""Lists of the analyses: one route for each table of `resources`.

`listing_document` makes the JSON of a page from a snapshot and the parameters; the dashboard calls it too.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from adops_pipeline.api.answers import Answers
from adops_pipeline.api.models import page_model
from adops_pipeline.api.paging import decode, encode, wrong_cursor
from adops_pipeline.api.problems import responses
from adops_pipeline.api.quick_answers import QuickRoute
from adops_pipeline.api.resources import RESOURCES, Resource
from adops_pipeline.warehouse.queries.listing import ListedRows, Listing, MarkError, list_rows
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot

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


def listing_document(resource: Resource, query: BaseModel, snapshot: Snapshot) -> bytes:
    """The JSON of a page of ``resource``; ``query`` is of its model of parameters."""
    given = query.model_dump()
    name = f"{resource.path}/{given['sort']}"
    after = None if given["cursor"] is None else decode(name, given["cursor"])
    try:
        found = _rows(resource, resource.listing(query, after), snapshot)
    except MarkError:
        raise wrong_cursor() from None
    cursor = "null" if found.mark is None else f'"{encode(name, found.mark)}"'
    items = ",".join(found.documents)
    at = f"{snapshot.published_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    return f'{{"items":[{items}],"nextCursor":{cursor},"total":{found.total},"snapshotAt":"{at}"}}'.encode()


def _rows(resource: Resource, listing: Listing, snapshot: Snapshot) -> ListedRows:
    """The page's rows, from memory where they are held there."""
    held = None if resource.rows is None else snapshot.get(resource.rows).page(snapshot.con, listing)
    return held or list_rows(snapshot.con, listing)


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
