"""Tries a webhook out as its sender does: a signed delivery over HTTP to the running API."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from adops_pipeline.clock import Clock
from adops_pipeline.domain.webhooks import schemes
from adops_pipeline.domain.webhooks.standard import KeyFormatError
from adops_pipeline.operations import webhook_deliveries, webhooks
from adops_pipeline.operations.errors import InvalidError, RefusedError
from adops_pipeline.operations.secrets import SecretError
from adops_pipeline.operations.statements import random_id
from adops_pipeline.operations.store import Store
from adops_pipeline.operations.webhooks import Webhook
from adops_pipeline.services.webhooks.keys import WebhookKeys

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """The API's answer to a delivery."""

    status: int
    text: str = field(repr=False)


@dataclass(frozen=True)
class WebhookTrial:
    """Sends deliveries. They start the workflow, as every delivery does."""

    store: Callable[[], Store]
    clock: Clock
    keys: WebhookKeys

    def send(self, webhook_id: str, api: str, body: bytes | None, secret: str | None) -> WebhookAnswer:
        """Send ``body``, or the newest payload again, to the API at ``api``.

        ``secret`` is the sender's; None takes the stored one. Raises NotFoundError, InvalidError where only the sender
        has it, RefusedError if the API cannot be reached.
        """
        with self.store().reading() as con:
            webhook = webhooks.get(con, webhook_id)
            newest = webhook_deliveries.newest_body(con, webhook_id)
        sent = body if body is not None else (newest or "{}").encode()
        key = self._stored_secret(webhook) if secret is None else secret
        try:
            headers = schemes.sign(webhook.verification, key, sent, random_id(), int(self.clock().timestamp()))
        except KeyFormatError as error:
            raise InvalidError("secret", str(error)) from None
        address = f"{api}/api/webhooks/{webhook_id}"
        try:
            answer = httpx.post(
                address, content=sent, headers={"content-type": "application/json"} | headers, timeout=_PATIENCE_SECONDS
            )
        except httpx.HTTPError as error:
            raise RefusedError(f"no answer from {api} ({type(error).__name__}): is `adops serve` running?") from None
        return WebhookAnswer(answer.status_code, answer.text)

    def _stored_secret(self, webhook: Webhook) -> str:
        if webhook.key.kind in ("hash", "public-key"):
            raise InvalidError("secret", f"of {webhook.name!r} is known to its sender alone; give it with --secret -")
        try:
            return self.keys.plain(webhook.key)
        except SecretError as error:
            raise InvalidError("secret", str(error)) from None
