"""Receivers of notifications: list, add, change, remove, try out. No address and no stored key is ever returned."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, SecretStr

from adops_pipeline.api.access import ROLE_KEY, ActorDep
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import ApiError, responses
from adops_pipeline.api.requests import PageQuery
from adops_pipeline.domain.alerts.quiet_hours import DAYS
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Channel, Platform
from adops_pipeline.services.documents.notifications import receivers_document, trial_document
from adops_pipeline.services.notifications.directory import NotificationConfig, NotificationFields
from adops_pipeline.services.notifications.receivers import SETTINGS_PREFIX
from adops_pipeline.settings.notifications import DEFAULT_WEBHOOK_EVENTS
from adops_pipeline.wiring import Services

router = APIRouter(prefix="/api/notifications", tags=["notifications"])
_LISTING = "notifications"
_ADMIN = {ROLE_KEY: "admin"}
_USUAL_EVENTS = ("alert.*", "digest.*", "report.*")
ReceiverId = Annotated[str, Path(max_length=200, description="Id of the receiver.")]
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Pattern = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^,]*$")]


class QuietHours(ApiModel):
    """Hours in which only critical alerts are sent."""

    timezone: str = Field("UTC", max_length=100, description="IANA time zone.", examples=["Europe/Berlin"])
    start: str = Field(max_length=5, description="HH:MM.", examples=["22:00"])
    end: str = Field(max_length=5, description="HH:MM; before the start: on the next day.", examples=["07:00"])
    days: list[Literal[DAYS]] = Field(  # type: ignore[valid-type]  # the words are said once, in the settings
        list(DAYS), min_length=1, max_length=7, description="Days on which they begin."
    )


class ReceiverChange(ApiModel):
    """Fields of a receiver to change; what is not given stays."""

    name: _Name | None = Field(None, description="Name.", examples=["Search team"])
    channel: Channel = Field(Channel.SLACK, description="How messages are sent.")
    target: SecretStr | None = Field(
        None, max_length=4000, description="The address, which is stored encrypted; or give targetRef."
    )
    target_ref: str | None = Field(
        None, max_length=100, description="Environment variable that holds the address.", examples=["TEAM_SLACK"]
    )
    signing_ref: str | None = Field(
        None, max_length=100, description="Variable with the keys that sign for a webhook; without it one is made."
    )
    events: list[_Pattern] = Field(
        list(_USUAL_EVENTS),
        min_length=1,
        max_length=50,
        description="Patterns of events: alert.firing, alert.resolved, digest.daily, report.weekly, workflow.failed,"
        " workflow.completed; `*` stands for anything. A webhook can have any type of the live stream; without events"
        " it gets executions that have ended, and alerts.",
    )
    min_severity: Severity = Field(Severity.WARNING, description="Minimum severity of alerts.")
    platforms: list[Platform] = Field([], max_length=10, description="Only these platforms; empty means all.")
    project_id: str | None = Field(None, max_length=200, description="Only this project; null means all.")
    quiet_hours: QuietHours | None = Field(None, description="Null means none.")
    active: bool = Field(True, description="Whether messages are sent.")

    def over(self, before: NotificationConfig | None) -> NotificationFields:
        """The fields of the receiver after the change; without one ``before``, those of a new receiver."""
        given = self.model_fields_set
        kept: dict[str, Any] = {}
        if before is not None:
            names = ("name", "channel", "min_severity", "platforms", "project_id", "quiet_hours", "active")
            kept = {name: getattr(before, name) for name in names if name not in given}
            kept |= {} if self.name else {"name": before.name}
            if "events" not in given:
                kept["event_filter"] = before.event_filter
        elif "events" not in given and self.channel is Channel.WEBHOOK:
            kept = {"event_filter": DEFAULT_WEBHOOK_EVENTS}
        own = {
            "name": self.name or "", "channel": self.channel.value, "target_ref": self.target_ref,
            "target": None if self.target is None else self.target.get_secret_value(),
            "event_filter": ",".join(self.events), "min_severity": self.min_severity.value,
            "platforms": tuple(platform.value for platform in self.platforms), "project_id": self.project_id,
            "quiet_hours": None if self.quiet_hours is None else self.quiet_hours.model_dump(),
            "active": self.active, "signing_ref": self.signing_ref,
        }  # fmt: skip
        return NotificationFields(**(own | kept))


class ReceiverRequest(ReceiverChange):
    """A new receiver."""

    name: _Name = Field(description="Name.", examples=["Search team"])
    channel: Channel = Field(description="How messages are sent.")


class ReceiverOut(ApiModel):
    """Who is notified, of what and how. Of the address only the host is shown."""

    id: str
    name: str
    channel: Channel
    source: Literal["settings", "store"] = Field(description="Receivers of the settings are changed there.")
    active: bool
    disabled_reason: str | None = Field(description="Why it was switched off: it answered that it wants no more.")
    address: str = Field(description="Where the address is kept: a variable, or stored and encrypted.")
    host: str | None = Field(description="Host that messages go to; null where the address is missing or wrong.")
    events: list[str]
    min_severity: Severity
    platforms: list[Platform]
    project_id: str | None
    quiet_hours: QuietHours | None


class ReceiverCreated(ReceiverOut):
    """The new receiver."""

    signing_key: str | None = Field(description="Key that signs for a webhook. It is shown this once.")


class KeyRotation(ApiModel):
    """How long the old key signs as well."""

    overlap_hours: float = Field(24, ge=0, le=720, description="Hours in which both keys sign.")


class RotatedKey(ApiModel):
    """The new key."""

    signing_key: str = Field(description="Key that signs from now on. It is shown this once.")


class ReceiverPage(ApiModel):
    """Receivers: those of the settings, then the others by name."""

    items: list[ReceiverOut]
    next_cursor: str | None
    total: int = Field(ge=0, description="Receivers on all pages.")


class ReceiverQuery(PageQuery):
    """Which receivers."""

    channel: list[Channel] = Field([], max_length=10, description="Only these channels.")
    active: bool | None = Field(None, description="Only receivers that are on, or off.")


class TrialOut(ApiModel):
    """Outcome of a test message."""

    id: str
    name: str
    channel: Channel
    sent: bool
    detail: str = Field(description="What the service answered, without any address.")


@router.get("", operation_id="list_receivers", summary="List receivers", responses=responses(422, 503))
def list_receivers(services: ServicesDep, query: Annotated[ReceiverQuery, Query()]) -> ReceiverPage:
    """Everybody who is notified: receivers of the settings, then those of the store."""
    wanted = [
        one
        for one in _every(services).values()
        if (not query.channel or one.channel in query.channel) and query.active in (None, one.active)
    ]
    shown, following = query.page(_LISTING, wanted, lambda one: (one.source, one.name, one.id))
    return ReceiverPage(items=shown, next_cursor=following, total=len(wanted))


@router.post(
    "",
    status_code=201,
    operation_id="create_receiver",
    summary="Add a receiver",
    responses=responses(404, 409, 422, 503),
    openapi_extra=_ADMIN,
)
def create_receiver(
    body: ReceiverRequest, services: ServicesDep, request: Request, response: Response
) -> ReceiverCreated:
    """Add a receiver. Its address is a secret: it is stored encrypted, or a variable that holds it is named.

    A webhook's messages are signed (Standard Webhooks); the key that is made for it is in this answer alone.
    """
    kept = services.receivers.add(body.over(None))
    response.headers["Location"] = str(request.app.url_path_for("get_receiver", receiver_id=kept.id))
    return ReceiverCreated(**_one(services, kept.id).model_dump(), signing_key=kept.new_key)


@router.get(
    "/{receiver_id}",
    name="get_receiver",
    operation_id="get_receiver",
    summary="Read a receiver",
    responses=responses(404, 503),
)
def get_receiver(receiver_id: ReceiverId, services: ServicesDep) -> ReceiverOut:
    """One receiver."""
    return _one(services, receiver_id)


@router.patch(
    "/{receiver_id}",
    operation_id="change_receiver",
    summary="Change a receiver",
    responses=responses(404, 409, 422, 503),
    openapi_extra=_ADMIN,
)
def change_receiver(receiver_id: ReceiverId, body: ReceiverChange, services: ServicesDep) -> ReceiverOut:
    """Change the given fields of a receiver; without an address it keeps the one it has."""
    before = services.receivers.find(receiver_id)
    services.receivers.change(receiver_id, body.over(before))
    if body.active and "active" in body.model_fields_set:
        services.receivers.set_active(receiver_id, active=True)
    return _one(services, receiver_id)


@router.delete(
    "/{receiver_id}",
    status_code=204,
    operation_id="delete_receiver",
    summary="Remove a receiver",
    responses=responses(404, 409, 503),
    openapi_extra=_ADMIN,
)
def delete_receiver(receiver_id: ReceiverId, services: ServicesDep) -> None:
    """Remove a receiver. The record of its deliveries stays."""
    services.receivers.remove(receiver_id)


@router.post(
    "/{receiver_id}/test",
    operation_id="test_receiver",
    summary="Send a test message",
    responses=responses(404, 409, 503),
)
def test_receiver(receiver_id: ReceiverId, services: ServicesDep, actor: ActorDep) -> TrialOut:
    """Send a real test message at once, past the queue; the answer says whether the service took it, or why not."""
    if not _one(services, receiver_id).active:
        raise ApiError(409, "refused", f"{receiver_id} is switched off; switch it on first")
    (outcome,) = services.receivers.send_tests(actor.name, receiver_id=receiver_id)
    return TrialOut(**trial_document(outcome))


@router.post(
    "/{receiver_id}/rotate",
    operation_id="rotate_receiver_key",
    summary="Replace a webhook's key",
    responses=responses(404, 409, 422, 503),
    openapi_extra=_ADMIN,
)
def rotate_receiver_key(receiver_id: ReceiverId, body: KeyRotation, services: ServicesDep) -> RotatedKey:
    """Make a new key for a webhook. Until the overlap ends, messages carry the signatures of both keys."""
    made = services.receivers.replace_key(receiver_id, timedelta(hours=body.overlap_hours))
    return RotatedKey(signing_key=made.new_key or "")


def _every(services: Services) -> dict[str, ReceiverOut]:
    hosts = services.receivers.hosts()
    found = {}
    for document in receivers_document(services.receivers):
        source: Literal["settings", "store"] = "store"
        if document["id"].startswith(SETTINGS_PREFIX):
            source = "settings"
        found[document["id"]] = ReceiverOut(**document, source=source, host=hosts.get(document["id"]))
    return found


def _one(services: Services, receiver_id: str) -> ReceiverOut:
    found = _every(services).get(receiver_id)
    if found is None:
        raise ApiError(404, "not-found", f"there is no receiver {receiver_id!r}; /api/notifications lists them")
    return found
