"""Pages of a list: the bookmark names the last item, and statuses that are not asked for are left out."""

import base64
import binascii
from collections.abc import Sequence

from starlette.datastructures import QueryParams

from adops_pipeline.sandbox.pinterest import entities, wire

DEFAULT_PAGE_SIZE = 25
LARGEST_PAGE = 250


def with_statuses(bodies: Sequence[entities.Body], params: QueryParams, sentence: str) -> list[entities.Body]:
    """What ``entity_statuses`` lets through: ACTIVE and PAUSED unless more is asked for."""
    statuses = wire.listed(params, "entity_statuses") or ["ACTIVE", "PAUSED"]
    for status in statuses:
        wire.choice(status, "entity_statuses", entities.ENTITY_STATUSES, sentence)
    return [body for body in bodies if body["status"] in statuses]


def page(bodies: Sequence[entities.Body], params: QueryParams, sentence: str) -> dict[str, object]:
    """One page in id order; the bookmark names the last item, so that nothing shifts when items are added."""
    size = wire.number(params, "page_size", DEFAULT_PAGE_SIZE)
    if not 1 <= size <= LARGEST_PAGE:
        raise wire.refused(sentence, f"'page_size' value {size} is not between 1 and {LARGEST_PAGE}.")
    order = wire.choice(params.get("order", "ASCENDING"), "order", ("ASCENDING", "DESCENDING"), sentence)
    is_descending = order == "DESCENDING"
    ordered = sorted(bodies, key=_id, reverse=is_descending)
    if bookmark := params.get("bookmark"):
        last = _last_seen(bookmark, sentence)
        ordered = [b for b in ordered if last is None or (_id(b) < last if is_descending else _id(b) > last)]
    has_more = len(ordered) > size
    return {"items": ordered[:size], "bookmark": bookmark_after(str(ordered[size - 1]["id"])) if has_more else None}


def _id(body: entities.Body) -> int:
    return int(str(body["id"]))


def bookmark_after(last_id: str) -> str:
    """The cursor to the items after ``last_id``; an empty id is the first page."""
    return base64.urlsafe_b64encode(f"after:{last_id}".encode()).decode()


def _last_seen(bookmark: str, sentence: str) -> int | None:
    try:
        text = base64.urlsafe_b64decode(bookmark.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    prefix, _, last_id = text.partition(":")
    if prefix != "after" or (last_id and not last_id.isdigit()):
        raise wire.refused(sentence, "Invalid bookmark.")
    return int(last_id) if last_id else None
