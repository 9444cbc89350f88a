"""Alerts: list, read, acknowledge, and preview who is notified. Silences are a module of their own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field, JsonValue

from adops_pipeline.api.access import ActorDep
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.api.requests import PageQuery, Place, Words
from adops_pipeline.domain.alerts.preview import Outcome, PreviewRow
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.domain.alerts.state import AlertRecord, Status
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.documents.alerts import alert_document, preview_document
from adops_pipeline.wiring import Services

router = APIRouter(prefix="/api/alerts", tags=["alerts"])
_LISTING, _PREVIEW = "alerts", "alerts/preview"
_LABELS = ("platform", "account_id", "campaign_id", "project_id")
Fingerprint = Annotated[
    str, Path(max_length=100, description="Identity of the alert.", examples=["5f1c0a9be2d3477a"])
]  # fmt: skip


class AlertQuery(PageQuery):
    """Which alerts."""

    status: list[Status] = Field([], max_length=2, description="Only these; without it both.")
    severity: list[Severity] = Field([], max_length=3, description="Only these severities.")
    name: Words = Field([], description="Only alerts of these names.", examples=[["overpacing"]])
    source: Words = Field([], description="Only alerts of these rules.", examples=[["pacing"]])
    platform: list[Platform] = Field([], max_length=10, description="Only these platforms.")
    account_id: Words = Field([], description="Only these accounts.")
    campaign_id: Words = Field([], description="Only these campaigns, by the platform's id.")
    project_id: Words = Field([], description="Only campaigns of these projects.")
    acknowledged: bool | None = Field(None, description="Only alerts that somebody takes care of, or that nobody does.")
    silenced: bool | None = Field(None, description="Only alerts that a silence mutes now, or that none does.")

    def wants(self, record: AlertRecord, silenced_by: list[str]) -> bool:
        """Whether the alert meets every condition."""
        alert = record.alert
        labels_fit = all(alert.label(name) in wanted for name in _LABELS if (wanted := getattr(self, name)))
        return (
            labels_fit
            and (not self.status or record.status in self.status)
            and (not self.severity or alert.severity in self.severity)
            and (not self.name or alert.name in self.name)
            and (not self.source or alert.source in self.source)
            and self.acknowledged in (None, record.acknowledgement is not None)
            and self.silenced in (None, bool(silenced_by))
        )


class AcknowledgementOut(ApiModel):
    """Who takes care of an alert. No reminders are sent until it resolves or becomes more severe."""

    by: str
    at: datetime
    note: str


class AlertOut(ApiModel):
    """An alert as last evaluated."""

    fingerprint: str = Field(description="Identity of the alert; stays the same while the problem lasts.")
    status: Status
    name: str
    source: str = Field(description="Rules that raised it; only the same rules resolve it.")
    severity: Severity
    labels: dict[str, str] = Field(description="What it is about: platform, account_id, campaign_id and others.")
    summary: str = Field(description="The problem in one sentence.")
    details: dict[str, JsonValue] = Field(description="Its figures by name.")
    link: str | None
    fired_at: datetime = Field(description="Start of this episode.")
    seen_at: datetime = Field(description="When it was last found.")
    resolved_at: datetime | None
    acknowledgement: AcknowledgementOut | None
    silenced_by: list[str] = Field(description="Silences that mute it now, by id.")


class AlertPage(ApiModel):
    """Firing alerts, most severe first, then those that resolved lately."""

    items: list[AlertOut]
    next_cursor: str | None
    total: int = Field(ge=0, description="Alerts on all pages.")


class AcknowledgeRequest(ApiModel):
    """What is being done about the alert."""

    note: str = Field("", max_length=1000, description="Shown with the alert.", examples=["budget lowered at noon"])


class PreviewQuery(PageQuery):
    """Which rows of the preview."""

    fingerprint: Words = Field([], description="Only these alerts.")
    receiver: Words = Field([], description="Only receivers of these names.")
    outcome: list[Outcome] = Field([], max_length=10, description="Only these outcomes.")


class PreviewOut(ApiModel):
    """What would happen now to one alert for one receiver."""

    fingerprint: str
    name: str
    severity: Severity
    summary: str
    receiver: str | None = Field(description="Name of the receiver; null where there is none at all.")
    route: str = Field(description="Route that the alert takes: how long it waits, and how often it is repeated.")
    group: str = Field(description="Labels of the group whose alerts are sent in one message.")
    outcome: Outcome
    reason: str = Field(description="Why, in words.")
    at: datetime | None = Field(description="Earliest time of the (next) message; null if there will be none.")


class PreviewPage(ApiModel):
    """Rows by alert, most severe first, then by receiver."""

    items: list[PreviewOut]
    next_cursor: str | None
    has_receivers: bool = Field(description="Whether anybody is notified of anything.")


@router.get("", operation_id="list_alerts", summary="List alerts", responses=responses(422, 503))
def list_alerts(services: ServicesDep, query: Annotated[AlertQuery, Query()]) -> AlertPage:
    """Alerts that fire, most severe first, then those that resolved lately."""
    silences, wanted = _silences(services), []
    for record in services.alerting.known():
        silenced_by = _silenced_by(services, record, silences)
        if query.wants(record, silenced_by):
            wanted.append((record, silenced_by))
    shown, following = query.page(_LISTING, wanted, lambda one: _place(one[0]))
    return AlertPage(items=[_out(*one) for one in shown], next_cursor=following, total=len(wanted))


@router.get("/preview", operation_id="preview_alerts", summary="Preview notifications", responses=responses(422, 503))
def preview_alerts(services: ServicesDep, query: Annotated[PreviewQuery, Query()]) -> PreviewPage:
    """Who would be notified of each alert that fires, why, when and by which route. Nothing is sent."""
    found = services.alerting.preview()
    rows = [
        row
        for row in found.rows
        if (not query.fingerprint or row.fingerprint in query.fingerprint)
        and (not query.receiver or row.receiver in query.receiver)
        and (not query.outcome or row.outcome in query.outcome)
    ]
    shown, following = query.page(_PREVIEW, list(enumerate(rows)), _preview_place)
    items = [PreviewOut(**preview_document(row)) for _, row in shown]
    return PreviewPage(items=items, next_cursor=following, has_receivers=found.has_receivers)


@router.get("/{fingerprint}", operation_id="get_alert", summary="Read an alert", responses=responses(404, 503))
def get_alert(fingerprint: Fingerprint, services: ServicesDep) -> AlertOut:
    """One alert, firing or resolved lately."""
    return _with_silences(services, services.alerting.find(fingerprint))


@router.get(
    "/{fingerprint}/preview",
    operation_id="preview_alert",
    summary="Preview notifications of an alert",
    responses=responses(404, 503),
)
def preview_alert(fingerprint: Fingerprint, services: ServicesDep) -> list[PreviewOut]:
    """Who would be notified of this alert, why, when and by which route; nobody of one that has resolved."""
    services.alerting.find(fingerprint)
    rows = services.alerting.preview().rows
    return [PreviewOut(**preview_document(row)) for row in rows if row.fingerprint == fingerprint]


@router.post(
    "/{fingerprint}/acknowledge",
    operation_id="acknowledge_alert",
    summary="Acknowledge an alert",
    responses=responses(404, 422, 503),
)
def acknowledge_alert(
    fingerprint: Fingerprint, services: ServicesDep, actor: ActorDep, body: AcknowledgeRequest | None = None
) -> AlertOut:
    """Say that you take care of an alert that fires.

    Its reminders stop until it resolves or becomes more severe; that it has resolved is sent as usual. Acknowledging
    it again replaces name and note.
    """
    (record,) = services.alerting.acknowledge([fingerprint], actor.name, (body or AcknowledgeRequest()).note)
    return _with_silences(services, record)


@router.delete(
    "/{fingerprint}/acknowledge",
    operation_id="unacknowledge_alert",
    summary="Take an acknowledgement back",
    responses=responses(404, 503),
)
def unacknowledge_alert(fingerprint: Fingerprint, services: ServicesDep) -> AlertOut:
    """Take an acknowledgement back: reminders are sent again."""
    return _with_silences(services, services.alerting.unacknowledge(fingerprint))


def _silences(services: Services) -> list[Silence]:
    return services.silences.every()


def _silenced_by(services: Services, record: AlertRecord, silences: list[Silence]) -> list[str]:
    now = services.clock()
    return [silence.id for silence in silences if silence.mutes(record.alert, now)]


def _with_silences(services: Services, record: AlertRecord) -> AlertOut:
    return _out(record, _silenced_by(services, record, _silences(services)))


def _out(record: AlertRecord, silenced_by: list[str]) -> AlertOut:
    return AlertOut(**alert_document(record), silenced_by=silenced_by)


def _place(record: AlertRecord) -> Place:
    """Firing before resolved, most severe first."""
    alert = record.alert
    return str(int(record.resolved_at is not None)), str(9 - alert.severity.rank), alert.name, record.fingerprint


def _preview_place(numbered: tuple[int, PreviewRow]) -> Place:
    """The order of the rows; the number tells receivers of one name apart."""
    number, row = numbered
    return str(9 - row.severity.rank), row.name, row.fingerprint, row.receiver, f"{number:09d}"
