"""Silences of alerts: for a time, nobody is notified of the alerts that they match."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, model_validator

from adops_pipeline.api.access import ActorDep
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.api.requests import Instant, PageQuery
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.services.documents.alerts import SilenceState, silence_document, silence_state
from adops_pipeline.wiring import Services

router = APIRouter(prefix="/api/alerts/silences", tags=["alerts"])
_LISTING = "silences"
_LONGEST_SECONDS = 366 * 86_400
SilenceId = Annotated[str, Path(max_length=100, description="Id of the silence.")]


class SilenceQuery(PageQuery):
    """Which silences."""

    state: list[SilenceState] = Field(
        ["active", "pending"], max_length=3, description="Only these; expired ones on request alone."
    )


class SilenceRequest(ApiModel):
    """A new silence: which alerts, from when, and until when or for how long."""

    matchers: list[Annotated[str, Field(min_length=1, max_length=1000)]] = Field(
        min_length=1,
        max_length=50,
        description="Conditions on labels, all of which must hold: `name=value`, `!=`, `=~` and `!~` (regular"
        " expressions that match the whole value). Besides an alert's labels: alertname, severity, source.",
        examples=[["platform=meta-ads", "alertname=overpacing"]],
    )
    comment: str = Field(min_length=1, max_length=1000, description="Reason.", examples=["client informed"])
    starts_at: Instant | None = Field(None, description="Start; now where it is not given.")
    ends_at: Instant | None = Field(None, description="End, exclusive; instead of durationSeconds.")
    duration_seconds: int | None = Field(
        None, ge=1, le=_LONGEST_SECONDS, strict=True, description="Length; instead of endsAt.", examples=[14_400]
    )

    @model_validator(mode="after")
    def _ends_once(self) -> "SilenceRequest":
        if (self.ends_at is None) == (self.duration_seconds is None):
            raise ValueError("give either endsAt or durationSeconds")
        return self

    def length(self, now: datetime) -> timedelta:
        """How long it lasts."""
        if self.ends_at is None:
            return timedelta(seconds=self.duration_seconds or 0)
        return self.ends_at - (self.starts_at or now)


class SilenceOut(ApiModel):
    """A silence."""

    id: str
    state: SilenceState
    matchers: list[str]
    starts_at: datetime
    ends_at: datetime
    author: str
    comment: str


class SilencePage(ApiModel):
    """Silences, by their end."""

    items: list[SilenceOut]
    next_cursor: str | None


class SilenceCreated(SilenceOut):
    """The new silence."""

    muted_now: int = Field(ge=0, description="Alerts firing now that it mutes.")


class SilenceEnded(ApiModel):
    """The silence that was ended."""

    id: str
    state: Literal["expired"] = "expired"


@router.get("", operation_id="list_silences", summary="List silences", responses=responses(422, 503))
def list_silences(services: ServicesDep, query: Annotated[SilenceQuery, Query()]) -> SilencePage:
    """Silences, by their end: those in force and those that begin later, or as `state` says."""
    now = services.clock()
    wanted = [one for one in services.silences.every(with_ended=True) if silence_state(one, now) in query.state]
    shown, following = query.page(_LISTING, wanted, lambda one: (one.ends_at.isoformat(), one.id))
    return SilencePage(items=[_out(services, one) for one in shown], next_cursor=following)


@router.post(
    "", status_code=201, operation_id="create_silence", summary="Silence alerts", responses=responses(422, 503)
)
def create_silence(
    body: SilenceRequest, services: ServicesDep, actor: ActorDep, request: Request, response: Response
) -> SilenceCreated:
    """Silence the alerts that match: they are still listed, but nobody is notified of them."""
    silence, muted = services.silences.add(
        body.matchers,
        body.length(services.clock()),
        author=actor.name,
        comment=body.comment,
        starts_at=body.starts_at,
    )
    response.headers["Location"] = str(request.app.url_path_for("get_silence", silence_id=silence.id))
    return SilenceCreated(**silence_document(silence, services.clock()), muted_now=muted)


@router.get(
    "/{silence_id}",
    name="get_silence",
    operation_id="get_silence",
    summary="Read a silence",
    responses=responses(404, 503),
)
def get_silence(silence_id: SilenceId, services: ServicesDep) -> SilenceOut:
    """One silence, also one that has ended."""
    return _out(services, services.silences.get(silence_id))


@router.delete("/{silence_id}", operation_id="expire_silence", summary="End a silence", responses=responses(404, 503))
def expire_silence(silence_id: SilenceId, services: ServicesDep) -> SilenceEnded:
    """End a silence that is in force: it stays on record. One that has not begun, or has ended, is deleted."""
    services.silences.end(silence_id)
    return SilenceEnded(id=silence_id)


def _out(services: Services, silence: Silence) -> SilenceOut:
    return SilenceOut(**silence_document(silence, services.clock()))
