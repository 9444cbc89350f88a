"""Deliveries of inbound webhooks: verified, limited, mapped to parameters and enqueued once; replays and dry runs.

To an unverified sender an unknown webhook is like a wrong key: the answer is the same, and so is the work.
"""

import hashlib
import math
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from adops_pipeline.clock import Clock
from adops_pipeline.domain.webhooks import schemes
from adops_pipeline.domain.webhooks.mapping import MappingError, read_mapping
from adops_pipeline.domain.webhooks.payloads import PayloadError, parse_payload
from adops_pipeline.domain.webhooks.schemes import Headers
from adops_pipeline.domain.webhooks.vocabulary import SCHEMES, DeliveryStatus
from adops_pipeline.domain.workflows import UnknownWorkflowError
from adops_pipeline.domain.workflows.requests import WorkflowRequest
from adops_pipeline.operations import webhook_deliveries, webhooks
from adops_pipeline.operations.errors import InvalidError, NotFoundError, RefusedError
from adops_pipeline.operations.statements import random_id
from adops_pipeline.operations.store import Store
from adops_pipeline.operations.webhook_deliveries import WebhookDelivery
from adops_pipeline.operations.webhooks import Webhook
from adops_pipeline.services.executions import Executions
from adops_pipeline.services.webhooks.keys import WebhookKeys
from adops_pipeline.services.webhooks.rate_limit import RateLimit

_REFUSALS_PER_MINUTE = 6
_UNSET_VARIABLE = "WEBHOOK_DECOY"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery. ``webhook_id`` is None for an unknown webhook, ``detail`` says why nothing started."""

    kind: Literal["triggered", "ignored", "unauthorized", "limited", "invalid", "paused", "unmapped"]
    webhook_id: str | None
    execution_id: str | None = None
    detail: str = ""
    retry_after_seconds: int = 0


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a payload would start: the parameters, or what is wrong."""

    parameters: Mapping[str, Any] | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class WebhookIngress:
    """Takes deliveries. ``keep_days`` is how long they are kept, and so how long a repeated one is recognized."""

    store: Callable[[], Store]
    clock: Clock
    keys: WebhookKeys
    executions: Executions
    calls_per_minute: int
    keep_days: int

    @cached_property
    def _writers(self) -> threading.Lock:
        """Makes this process' deliveries take turns: SQLite lets waiting writers sleep, and does not order them."""
        return threading.Lock()

    @cached_property
    def _limit(self) -> RateLimit:
        return RateLimit(self.calls_per_minute)

    @cached_property
    def _recorded_refusals(self) -> RateLimit:
        return RateLimit(_REFUSALS_PER_MINUTE)

    @cached_property
    def _decoys(self) -> list[Webhook]:
        """Webhooks that nobody can call, verified in place of unknown ones: of each kind that is possible here."""
        found: list[Webhook] = []
        for scheme in SCHEMES:
            for secret_ref in (None, _UNSET_VARIABLE):
                try:
                    stored = self.keys.issue(scheme, secret_ref=secret_ref).stored
                except InvalidError:
                    continue
                found.append(Webhook("decoy", "", "", None, scheme, {}, True, 0, self.clock(), None, stored))
        return found

    def receive(self, webhook_id: str, headers: Headers, body: bytes) -> Outcome:
        """Take a delivery: verify it and start its workflow, unless it was taken before."""
        now = self.clock()
        with self.store().reading() as con:
            looked_up = webhook_id if _ID.fullmatch(webhook_id) else ""
            webhook, is_known = webhooks.find_or(con, looked_up, self._decoy(webhook_id))
        keys, problems = self.keys.accepted(webhook, now)
        refusal = schemes.verify(webhook.verification, keys, headers, body, now.timestamp())
        if not is_known or refusal is not None:
            detail = "; ".join([*problems, refusal or ""])
            return Outcome("unauthorized", webhook.id if is_known else None, detail=detail)
        wait = self._limit.wait_seconds(webhook.id)
        if wait > 0:
            return Outcome("limited", webhook.id, retry_after_seconds=math.ceil(wait))
        return self._take_verified(webhook, headers, body, now)

    def note_refusal(self, outcome: Outcome, headers: Headers) -> None:
        """Record a delivery that was not verified, for whoever sets the sender up; a flood is not recorded.

        Call it after the answer was sent: an unknown webhook has no log, and time must not tell.
        """
        if outcome.webhook_id is None or self._recorded_refusals.wait_seconds(outcome.webhook_id) > 0:
            return
        self._record(_delivery(outcome.webhook_id, headers, self.clock()), "rejected", outcome.detail)

    def replay(self, webhook_id: str, delivery_id: str) -> Outcome:
        """Use a stored payload again, under the present mapping. Raises NotFoundError, RefusedError."""
        with self.store().reading() as con:
            webhook = webhooks.get(con, webhook_id)
            old = webhook_deliveries.get(con, delivery_id)
        if old.webhook_id != webhook_id:
            raise NotFoundError("delivery", delivery_id)
        if old.body is None:
            raise RefusedError(f"delivery {delivery_id} has no payload to replay: it was not accepted")
        again = replace(
            old, id=random_id(), received_at=self.clock(), replay_of=old.id, call_id=None, reason=None, repeats=0,
            execution_id=None,
        )  # fmt: skip
        return self._trigger(webhook, parse_payload(old.body.encode()), again)

    def dry_run(
        self, webhook_id: str, payload: Mapping[str, Any] | None = None, mapping: Mapping[str, Any] | None = None
    ) -> DryRun:
        """What a payload would start; without one the newest delivery's, without ``mapping`` under the stored one.

        Raises NotFoundError, RefusedError if there is no payload yet.
        """
        with self.store().reading() as con:
            webhook = webhooks.get(con, webhook_id)
            body = webhook_deliveries.newest_body(con, webhook_id) if payload is None else None
        if payload is None:
            if body is None:
                raise RefusedError(f"webhook {webhook_id} has received no payload yet; give one")
            payload = parse_payload(body.encode())
        chosen = webhook if mapping is None else replace(webhook, params_mapping=mapping)
        try:
            return DryRun(_request(chosen, payload).document)
        except MappingError as error:
            return DryRun(None, error.lines)

    def _take_verified(self, webhook: Webhook, headers: Headers, body: bytes, now: datetime) -> Outcome:
        delivery = _delivery(webhook.id, headers, now)
        try:
            payload = parse_payload(body)
        except PayloadError as error:
            self._record(delivery, "rejected", str(error))
            return Outcome("invalid", webhook.id, detail=str(error))
        call_id = schemes.call_id(webhook.verification, headers, payload, body)
        delivery = replace(delivery, call_id=call_id, body=body.decode())
        if schemes.is_ping(webhook.verification, headers):
            self._record(delivery, "ignored", "GitHub only tries out the address")
            return Outcome("ignored", webhook.id)
        if not webhook.active:
            self._record(delivery, "paused", "the webhook is paused")
            return Outcome("paused", webhook.id, detail="the webhook is paused; the payload is kept for a replay")
        return self._trigger(webhook, payload, delivery)

    def _trigger(self, webhook: Webhook, payload: Mapping[str, Any], delivery: WebhookDelivery) -> Outcome:
        """Enqueue the execution, unless this delivery has started one."""
        try:
            request = _request(webhook, payload)
        except MappingError as error:
            with self.store().reading() as con:
                started = webhook_deliveries.started_by(con, webhook.id, delivery.call_id)
            if started is not None:  # under an older mapping
                return Outcome("triggered", webhook.id, started)
            self._record(delivery, "unmapped", str(error))
            return Outcome("unmapped", webhook.id, detail=str(error))
        execution_id = random_id()
        try:
            with self._writers, self.store().writing() as con:
                taken = replace(delivery, status="triggered", execution_id=execution_id)
                started = webhook_deliveries.take(con, taken)
                if started is None:
                    self.executions.enqueue(con, request, requested_by="webhook", execution_id=execution_id)
        except NotFoundError:  # it was deleted meanwhile
            return Outcome("unauthorized", None)
        self._forget_old()
        return Outcome("triggered", webhook.id, started or execution_id)

    def _record(self, delivery: WebhookDelivery, status: DeliveryStatus, reason: str) -> None:
        with self.store().writing() as con:
            webhook_deliveries.record(con, replace(delivery, status=status, reason=reason))

    @cached_property
    def _housekeeping(self) -> RateLimit:
        return RateLimit(1)

    def _forget_old(self) -> None:
        """Delete old deliveries, at most once a minute."""
        if self._housekeeping.wait_seconds("forget") > 0:
            return
        with self.store().writing() as con:
            webhook_deliveries.forget(con, self.clock() - timedelta(days=self.keep_days))

    def _decoy(self, webhook_id: str) -> Webhook:
        """The decoy of an unknown webhook, always the same one."""
        number = int.from_bytes(hashlib.sha256(webhook_id.encode("utf-8", "replace")).digest()[:4], "big")
        return self._decoys[number % len(self._decoys)]


def _delivery(webhook_id: str, headers: Headers, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(random_id(), webhook_id, "rejected", now, headers.kept())


def _request(webhook: Webhook, payload: Mapping[str, Any]) -> WorkflowRequest:
    """The request of a payload. Raises MappingError."""
    try:
        return read_mapping(webhook.target, webhook.params_mapping).request(payload)
    except UnknownWorkflowError as error:
        raise MappingError([f"workflowId: {error}"]) from None
