"""The inbound webhooks of one installation: created, listed, changed, rotated, paused and deleted by people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from adops_pipeline.clock import Clock
from adops_pipeline.domain.webhooks.mapping import MappingError, read_mapping
from adops_pipeline.domain.webhooks.vocabulary import DeliveryStatus, Scheme
from adops_pipeline.domain.workflows import UnknownWorkflowError
from adops_pipeline.domain.workflows.requests import find_request_target
from adops_pipeline.operations import webhook_deliveries, webhooks
from adops_pipeline.operations.errors import InvalidError
from adops_pipeline.operations.store import Store
from adops_pipeline.operations.webhook_deliveries import WebhookDelivery
from adops_pipeline.operations.webhooks import Webhook, WebhookFields
from adops_pipeline.services.webhooks.keys import WebhookKeys

__all__ = ["NewWebhook", "Scheme", "Webhook", "WebhookChange", "WebhookDelivery", "WebhookDirectory"]

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What a user states for a new webhook. ``target`` is a workflow or a template."""

    name: str
    target: str
    verification: Scheme
    params_mapping: Mapping[str, Any]
    secret: str | None = field(default=None, repr=False)
    secret_ref: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookChange:
    """What a user changes; None stays as it is."""

    name: str | None = None
    target: str | None = None
    params_mapping: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class WebhookDirectory:
    """Reads and changes webhooks."""

    store: Callable[[], Store]
    clock: Clock
    keys: WebhookKeys

    def create(self, new: NewWebhook) -> tuple[Webhook, str | None]:
        """Keep a new webhook; with its key, which is shown this once. Raises InvalidError for a wrong field."""
        fields = _fields(new.name, new.target, new.params_mapping)
        issued = self.keys.issue(new.verification, secret=new.secret, secret_ref=new.secret_ref)
        with self.store().writing() as con:
            return webhooks.create(con, fields, new.verification, issued.stored, self.clock()), issued.shown

    def every(self) -> Sequence[Webhook]:
        """Webhooks by name."""
        with self.store().reading() as con:
            return webhooks.every(con)

    def get(self, webhook_id: str) -> Webhook:
        """The webhook. Raises NotFoundError if there is none."""
        with self.store().reading() as con:
            return webhooks.get(con, webhook_id)

    def change(self, webhook_id: str, changed: WebhookChange) -> Webhook:
        """Change a webhook; its key stays. Raises InvalidError for a wrong field, NotFoundError."""
        with self.store().writing() as con:
            present = webhooks.get(con, webhook_id)
            mapping = present.params_mapping if changed.params_mapping is None else changed.params_mapping
            fields = _fields(changed.name or present.name, changed.target or present.target, mapping)
            return webhooks.change(con, webhook_id, fields)

    def set_active(self, webhook_id: str, *, active: bool) -> Webhook:
        """Pause a webhook, or let it accept deliveries again."""
        with self.store().writing() as con:
            return webhooks.set_active(con, webhook_id, active=active)

    def rotate(
        self, webhook_id: str, *, overlap: timedelta, secret: str | None = None, secret_ref: str | None = None
    ) -> tuple[Webhook, str | None]:
        """Replace the key; with the new one, which is shown this once. The old one is accepted during ``overlap``."""
        issued = self.keys.issue(self.get(webhook_id).verification, secret=secret, secret_ref=secret_ref)
        with self.store().writing() as con:
            return webhooks.rotate(con, webhook_id, issued.stored, self.clock() + overlap), issued.shown

    def remove(self, webhook_id: str) -> None:
        """Delete a webhook and its deliveries. Raises NotFoundError."""
        with self.store().writing() as con:
            webhooks.remove(con, webhook_id)

    def deliveries(
        self, webhook_id: str, limit: int, *, offset: int = 0, status: DeliveryStatus | None = None
    ) -> Sequence[WebhookDelivery]:
        """Deliveries of a webhook, newest first. Raises NotFoundError for an unknown webhook."""
        with self.store().reading() as con:
            webhooks.get(con, webhook_id)
            return webhook_deliveries.newest(con, webhook_id, limit, offset=offset, status=status)


def _fields(name: str, target: str, mapping: Mapping[str, Any]) -> WebhookFields:
    """The stored fields. Raises InvalidError that names each wrong one."""
    if len(name) > _LONGEST_NAME:
        raise InvalidError("name", f"must have at most {_LONGEST_NAME} characters")
    try:
        workflow, template = find_request_target(target)
        read_mapping(target, mapping)
    except UnknownWorkflowError as error:
        raise InvalidError("workflowId", str(error)) from None
    except MappingError as error:
        raise InvalidError("paramsMapping", str(error)) from None
    return WebhookFields(name, workflow.id, template.id if template is not None else None, mapping)
