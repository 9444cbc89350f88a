"""Deliveries of notifications: every message to every receiver, and why one was not sent."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.paging import encode, wrong_cursor
from adops_pipeline.api.problems import responses
from adops_pipeline.api.requests import Instant, PageQuery, Words
from adops_pipeline.domain.vocabulary import Channel
from adops_pipeline.services.documents.notifications import delivery_document
from adops_pipeline.services.notifications.directory import DeliveryPlace, DeliveryStatus

router = APIRouter(prefix="/api/notifications/deliveries", tags=["notifications"])
_LISTING = "notifications/deliveries"


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    status: list[DeliveryStatus] = Field([], max_length=10, description="Only these.")
    receiver_id: Words = Field([], description="Only to these receivers, also to removed ones.")
    channel: list[Channel] = Field([], max_length=10, description="Only by these channels.")
    since: Instant | None = Field(None, description="Only messages of this time or later.")


class NotificationDeliveryOut(ApiModel):
    """A message to one receiver."""

    id: str
    receiver_id: str
    receiver: str | None = Field(description="Name of the receiver; null if it was removed.")
    channel: Channel
    group: str | None = Field(description="Group of alerts that it reports.")
    title: str | None
    status: DeliveryStatus = Field(description="sent, failed and expired are final.")
    attempts: int = Field(ge=0, description="Times that sending began.")
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    last_error: str | None = Field(description="Why it was not sent, without any address.")


class NotificationDeliveryPage(ApiModel):
    """Deliveries, newest first."""

    items: list[NotificationDeliveryOut]
    next_cursor: str | None


@router.get("", operation_id="list_notification_deliveries", summary="List deliveries", responses=responses(422, 503))
def list_deliveries(services: ServicesDep, query: Annotated[DeliveryQuery, Query()]) -> NotificationDeliveryPage:
    """Messages to receivers, newest first, with the reason why one was not sent."""
    found = services.receivers.deliveries_page(
        query.limit + 1,
        _place(query),
        statuses=query.status,
        receiver_ids=query.receiver_id,
        channels=query.channel,
        since=query.since,
    )
    shown, names = found[: query.limit], services.receivers.names()
    following = None
    if len(found) > query.limit:
        following = encode(_LISTING, [shown[-1].created_at.isoformat(), shown[-1].id])
    return NotificationDeliveryPage(
        items=[NotificationDeliveryOut(**delivery_document(row, names)) for row in shown], next_cursor=following
    )


def _place(query: DeliveryQuery) -> DeliveryPlace | None:
    """The place of the last delivery on the page before."""
    mark = query.mark(_LISTING)
    if mark is None:
        return None
    try:
        at, delivery_id = mark
        return datetime.fromisoformat(at or "").astimezone(UTC), delivery_id or ""
    except (ValueError, OverflowError):
        raise wrong_cursor() from None
