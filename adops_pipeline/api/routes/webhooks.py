"""Inbound webhooks: create, list, change, rotate, pause, delete; their deliveries, dry runs and replays."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, JsonValue, SecretStr, model_validator

from adops_pipeline.api.access import CHANGES_KEY
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.paging import encode, offset_after
from adops_pipeline.api.problems import responses
from adops_pipeline.api.routes.webhook_ingress import DeliveryTaken, taken
from adops_pipeline.domain.webhooks.vocabulary import DeliveryStatus, Scheme
from adops_pipeline.services.documents.webhooks import delivery_document, webhook_document
from adops_pipeline.services.webhooks.directory import NewWebhook, Webhook, WebhookChange

router = APIRouter(prefix="/api", tags=["webhooks"])
_LISTING = "webhook-deliveries"
_ADMIN = {"x-role": "admin"}
_LONGEST_OVERLAP_HOURS = 24 * 30
Id = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$", description="Id of the webhook.")]
Name = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", description="Display name.")
]
Mapping = Annotated[
    dict[str, JsonValue],
    Field(
        description="By parameter: a path of the payload such as `$.campaign.id`, or"
        " {path, type, default, optional} or {value}. See docs/webhooks.md.",
        examples=[
            {"campaignIds": "$.campaigns[*].id", "lookbackDays": {"path": "$.days", "type": "int", "default": 7}}
        ],
    ),
]
Secret = Annotated[
    SecretStr | None, Field(description="A secret that the sender has already, or its public key; else one is made.")
]
SecretRef = Annotated[
    str | None, Field(description="Environment variable that holds the secret, instead of storing it.", max_length=100)
]


class WebhookOut(ApiModel):
    """An inbound webhook, without its key."""

    id: str
    name: str
    workflow_id: str
    template: str | None
    verification: Scheme
    params_mapping: dict[str, JsonValue]
    active: bool = Field(description="False while it is paused.")
    trigger_count: int
    last_triggered: datetime | None
    created_at: datetime
    secret_ref: str | None = Field(description="Environment variable that holds its secret.")
    previous_key_until: datetime | None = Field(description="Until when the key before the last rotation is accepted.")
    endpoint: str = Field(description="Where senders deliver to.")


class WebhookWithKey(WebhookOut):
    """A webhook, and the key for its sender."""

    secret: str | None = Field(description="The secret or key for the sender. It is shown this once; null if given.")


class _Target(ApiModel):
    workflow_id: str | None = Field(None, description="Id of a workflow.", examples=["pacing-check"])
    template: str | None = Field(None, description="Id of a template, instead of a workflow.")

    @property
    def target(self) -> str | None:
        """The workflow or template."""
        return self.template or self.workflow_id


class WebhookIn(_Target):
    """A new webhook."""

    name: Name
    params_mapping: Mapping = Field(default_factory=dict)
    verification: Scheme = Field("standard", description="How the sender proves who it is.")
    secret: Secret = None
    secret_ref: SecretRef = None

    @model_validator(mode="after")
    def _names_one(self) -> "WebhookIn":
        if (self.workflow_id is None) == (self.template is None):
            raise ValueError("give either workflowId or template")
        return self


class WebhookPatch(_Target):
    """What to change; fields that are left out stay."""

    name: Name | None = None
    params_mapping: Mapping | None = None

    @model_validator(mode="after")
    def _names_at_most_one(self) -> "WebhookPatch":
        if self.workflow_id is not None and self.template is not None:
            raise ValueError("give either workflowId or template")
        return self


class Rotation(ApiModel):
    """How to replace a key."""

    overlap_hours: float = Field(
        24, ge=0, le=_LONGEST_OVERLAP_HOURS, description="How long the present key is still accepted."
    )
    secret: Secret = None
    secret_ref: SecretRef = None


class DryRunIn(ApiModel):
    """What to try."""

    payload: dict[str, JsonValue] | None = Field(None, description="A payload; default: that of the newest delivery.")
    params_mapping: Mapping | None = None


class DryRunOut(ApiModel):
    """What a delivery with that payload would start."""

    parameters: dict[str, JsonValue] | None = Field(description="The workflow's parameters; null if it does not map.")
    problems: list[str] = Field(description="What is wrong, by parameter.")


class DeliveryOut(ApiModel):
    """A delivery, without its payload."""

    id: str
    status: DeliveryStatus
    reason: str | None
    call_id: str | None = Field(description="The sender's id of the delivery.")
    execution_id: str | None
    replay_of: str | None
    repeats: int = Field(description="How often the sender has sent it again.")
    headers: dict[str, str]
    has_payload: bool = Field(description="Whether it can be replayed.")
    received_at: datetime


class DeliveryPage(ApiModel):
    """Deliveries, newest first."""

    items: list[DeliveryOut]
    next_cursor: str | None


@router.post(
    "/webhooks", status_code=201, operation_id="create_webhook", responses=responses(422, 503), openapi_extra=_ADMIN
)
def create_webhook(body: WebhookIn, services: ServicesDep, request: Request, response: Response) -> WebhookWithKey:
    """Create a webhook. The answer has its endpoint, and the key for the sender, which is not shown again."""
    new = NewWebhook(
        body.name, body.target or "", body.verification, body.params_mapping, _plain(body.secret), body.secret_ref
    )  # fmt: skip
    webhook, secret = services.webhooks.create(new)
    response.headers["Location"] = str(request.app.url_path_for("get_webhook", webhook_id=webhook.id))
    return _with_key(webhook, secret, request, response)


@router.get("/webhooks", operation_id="list_webhooks", responses=responses(503))
def list_webhooks(services: ServicesDep, request: Request) -> list[WebhookOut]:
    """Every webhook, by name."""
    return [_out(webhook, request) for webhook in services.webhooks.every()]


@router.get("/webhooks/{webhook_id}", name="get_webhook", operation_id="get_webhook", responses=responses(404, 503))
def get_webhook(webhook_id: Id, services: ServicesDep, request: Request) -> WebhookOut:
    """A webhook, without its key."""
    return _out(services.webhooks.get(webhook_id), request)


@router.patch(
    "/webhooks/{webhook_id}", operation_id="change_webhook", responses=responses(404, 422, 503), openapi_extra=_ADMIN
)
def change_webhook(webhook_id: Id, body: WebhookPatch, services: ServicesDep, request: Request) -> WebhookOut:
    """Change name, workflow or mapping; the key stays."""
    change = WebhookChange(body.name, body.target, body.params_mapping)
    return _out(services.webhooks.change(webhook_id, change), request)


@router.delete(
    "/webhooks/{webhook_id}",
    status_code=204,
    operation_id="delete_webhook",
    responses=responses(404, 503),
    openapi_extra=_ADMIN,
)
def delete_webhook(webhook_id: Id, services: ServicesDep) -> None:
    """Delete a webhook and its deliveries. The executions that it started stay."""
    services.webhooks.remove(webhook_id)


@router.post(
    "/webhooks/{webhook_id}/rotate",
    operation_id="rotate_webhook_key",
    responses=responses(404, 422, 503),
    openapi_extra=_ADMIN,
)
def rotate_key(
    webhook_id: Id, body: Rotation, services: ServicesDep, request: Request, response: Response
) -> WebhookWithKey:
    """Replace the key. The present one is accepted during the overlap, so that the sender can be changed meanwhile."""
    webhook, secret = services.webhooks.rotate(
        webhook_id,
        overlap=timedelta(hours=body.overlap_hours),
        secret=_plain(body.secret),
        secret_ref=body.secret_ref,
    )
    return _with_key(webhook, secret, request, response)


@router.post("/webhooks/{webhook_id}/pause", operation_id="pause_webhook", responses=responses(404, 503))
def pause_webhook(webhook_id: Id, services: ServicesDep, request: Request) -> WebhookOut:
    """Start nothing until it is resumed: deliveries get 409, and their payloads are kept for a replay."""
    return _out(services.webhooks.set_active(webhook_id, active=False), request)


@router.post("/webhooks/{webhook_id}/resume", operation_id="resume_webhook", responses=responses(404, 503))
def resume_webhook(webhook_id: Id, services: ServicesDep, request: Request) -> WebhookOut:
    """Accept deliveries again."""
    return _out(services.webhooks.set_active(webhook_id, active=True), request)


@router.post(
    "/webhooks/{webhook_id}/dry-run",
    operation_id="dry_run_webhook",
    responses=responses(404, 409, 422, 503),
    openapi_extra={CHANGES_KEY: False},
)
def dry_run(webhook_id: Id, body: DryRunIn, services: ServicesDep) -> DryRunOut:
    """Map a payload to parameters without running anything; also under a mapping that is not stored yet."""
    found = services.webhook_ingress.dry_run(webhook_id, body.payload, body.params_mapping)
    parameters = None if found.parameters is None else dict(found.parameters)
    return DryRunOut(parameters=parameters, problems=list(found.problems))


@router.get(
    "/webhooks/{webhook_id}/deliveries", operation_id="list_webhook_deliveries", responses=responses(404, 422, 503)
)
def list_deliveries(
    webhook_id: Id,
    services: ServicesDep,
    status: Annotated[DeliveryStatus | None, Query(description="Only deliveries with this status.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Annotated[str | None, Query(max_length=100, description="`nextCursor` of the page before.")] = None,
) -> DeliveryPage:
    """Deliveries of a webhook, newest first, with the reason why one started nothing."""
    offset = offset_after(_LISTING, cursor)
    found = services.webhooks.deliveries(webhook_id, limit + 1, offset=offset, status=status)
    following = encode(_LISTING, [str(offset + limit)]) if len(found) > limit else None
    return DeliveryPage(
        items=[DeliveryOut(**delivery_document(one)) for one in found[:limit]], next_cursor=following
    )  # fmt: skip


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=202,
    operation_id="replay_webhook_delivery",
    responses=responses(404, 409, 422, 503),
)
def replay(
    webhook_id: Id,
    delivery_id: Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,64}$", description="Id of the delivery.")],
    services: ServicesDep,
) -> DeliveryTaken:
    """Start the workflow with the payload of a delivery again, under the present mapping; also while paused."""
    return taken(services.webhook_ingress.replay(webhook_id, delivery_id))


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _document(webhook: Webhook, request: Request) -> dict[str, Any]:
    address = request.app.url_path_for("deliver", webhook_id=webhook.id)
    return webhook_document(webhook) | {"endpoint": str(request.base_url).rstrip("/") + str(address)}


def _out(webhook: Webhook, request: Request) -> WebhookOut:
    return WebhookOut(**_document(webhook, request))


def _with_key(webhook: Webhook, secret: str | None, request: Request, response: Response) -> WebhookWithKey:
    response.headers["Cache-Control"] = "no-store"
    return WebhookWithKey(**_document(webhook, request), secret=secret)
