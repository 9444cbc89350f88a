"""JSON documents of inbound webhooks and their deliveries. Keys and payloads are in none of them."""

from typing import Any

from adops_pipeline.operations.webhook_deliveries import WebhookDelivery
from adops_pipeline.operations.webhooks import Webhook


def webhook_document(webhook: Webhook) -> dict[str, Any]:
    """A webhook; of its key only the name of the variable that holds it."""
    return {
        "id": webhook.id, "name": webhook.name, "workflow_id": webhook.workflow_id, "template": webhook.template_id,
        "verification": webhook.verification, "params_mapping": dict(webhook.params_mapping),
        "active": webhook.active, "trigger_count": webhook.trigger_count,
        "last_triggered": webhook.last_triggered_at, "created_at": webhook.created_at,
        "secret_ref": webhook.key.value if webhook.key.kind == "reference" else None,
        "previous_key_until": webhook.previous_key_until,
    }  # fmt: skip


def delivery_document(delivery: WebhookDelivery) -> dict[str, Any]:
    """A delivery."""
    return {
        "id": delivery.id, "status": delivery.status, "reason": delivery.reason, "call_id": delivery.call_id,
        "execution_id": delivery.execution_id, "replay_of": delivery.replay_of, "repeats": delivery.repeats,
        "headers": dict(delivery.headers), "has_payload": delivery.body is not None,
        "received_at": delivery.received_at,
    }  # fmt: skip
