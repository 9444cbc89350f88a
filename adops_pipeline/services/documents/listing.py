"""A page of a published table as a document; the API, the dashboard and tools call it."""

from pydantic import BaseModel

from adops_pipeline.services.documents.cursors import decode, encode, wrong_cursor
from adops_pipeline.services.documents.names import camel_names_of_text
from adops_pipeline.services.documents.resources import Resource
from adops_pipeline.warehouse.queries.listing import ListedRows, Listing, MarkError, list_rows
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot


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
    if resource.has_json:
        items = camel_names_of_text(items)
    at = f"{snapshot.published_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    return f'{{"items":[{items}],"nextCursor":{cursor},"total":{found.total},"snapshotAt":"{at}"}}'.encode()


def _rows(resource: Resource, listing: Listing, snapshot: Snapshot) -> ListedRows:
    """The page's rows, from memory where they are held there."""
    held = None if resource.rows is None else snapshot.get(resource.rows).page(snapshot.con, listing)
    return held or list_rows(snapshot.con, listing)
