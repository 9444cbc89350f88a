"""The activity feed: what happened, in words, newest first."""

from datetime import UTC, datetime
from typing import Annotated, get_args

from fastapi import APIRouter, Query
from pydantic import Field

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.paging import encode, wrong_cursor
from adops_pipeline.api.problems import responses
from adops_pipeline.api.requests import Instant, PageQuery
from adops_pipeline.services.live_events import ActivityKind, Place

router = APIRouter(prefix="/api/activity", tags=["events"])
_LISTING = "activity"
_LARGEST_SEQ = 2**63 - 1


class ActivityQuery(PageQuery):
    """Which entries."""

    type: list[ActivityKind] = Field(
        [], max_length=len(get_args(ActivityKind)), description="Only these types; repeat it for several."
    )
    since: Instant | None = Field(
        None, description="Only entries at or after this time.", examples=["2026-11-20T00:00:00Z"]
    )


class ActivityOut(ApiModel):
    """One entry of the activity feed."""

    id: str
    at: datetime
    type: str = Field(description="What it is about; imported history may have other types than the filter knows.")
    title: str = Field(description="Headline, one line.")
    detail: str | None = Field(description="One more sentence.")
    link: str | None = Field(description="Dashboard page with more.")


class ActivityPage(ApiModel):
    """Entries, newest first."""

    items: list[ActivityOut]
    next_cursor: str | None


@router.get("", operation_id="list_activity", summary="List activity", responses=responses(422, 503))
def list_activity(services: ServicesDep, query: Annotated[ActivityQuery, Query()]) -> ActivityPage:
    """Entries of the activity feed, newest first. A page that was read stays the same while new entries come."""
    found = services.live_events.feed(query.limit + 1, before=_place(query), kinds=query.type, since=query.since)
    shown = found[: query.limit]
    following = None
    if len(found) > query.limit:
        last = shown[-1]
        following = encode(_LISTING, [last.at.isoformat(), str(last.place[1]), last.id])
    items = [
        ActivityOut(id=e.id, at=e.at, type=e.kind, title=e.title, detail=e.detail, link=e.link) for e in shown
    ]  # fmt: skip
    return ActivityPage(items=items, next_cursor=following)


def _place(query: ActivityQuery) -> Place | None:
    """The place of the last entry of the page before."""
    mark = query.mark(_LISTING)
    if mark is None:
        return None
    try:
        at, seq, entry_id = mark
        place = datetime.fromisoformat(at or "").astimezone(UTC), int(seq or ""), entry_id or ""
    except (ValueError, OverflowError):
        raise wrong_cursor() from None
    if abs(place[1]) > _LARGEST_SEQ:
        raise wrong_cursor()
    return place
