"""The public address of inbound webhooks. It needs no token: each delivery proves itself as its webhook demands."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field
from starlette.background import BackgroundTask

from adops_pipeline.api.bodies import read_body
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import ApiError, problem, responses
from adops_pipeline.domain.webhooks.schemes import Headers
from adops_pipeline.services.webhooks.ingress import Outcome

router = APIRouter(prefix="/api", tags=["webhooks"])
_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "object", "description": "Any JSON object; paramsMapping reads it."},
            "example": {"campaigns": [{"id": "23851"}], "days": 7},
        }
    },
}
_CHALLENGE = {"WWW-Authenticate": "Webhook"}
_UNAUTHORIZED = "there is no such webhook, or the delivery does not prove who sent it as the webhook demands"


class DeliveryTaken(ApiModel):
    """The execution that a delivery started, now or when it came first."""

    execution_id: str | None = Field(description="Null where the sender only tries out the address.")
    status: Literal["triggered", "ignored"]


@router.post(
    "/webhooks/{webhook_id}",
    status_code=202,
    operation_id="deliver_webhook",
    summary="Deliver to a webhook",
    responses=responses(400, 401, 409, 413, 422, 429, 503),
    openapi_extra={"requestBody": _BODY},
    response_model=DeliveryTaken,
)
async def deliver(webhook_id: str, request: Request, services: ServicesDep) -> DeliveryTaken | Response:
    """Start the webhook's workflow. The same delivery again gives the same execution and starts nothing.

    The sender proves itself by a signature (Standard Webhooks, GitHub, Stripe) or by `x-api-key`; see the webhook's
    `verification`. An unknown webhook and a wrong key get the same answer.
    """
    body = await read_body(request, services.settings.api.webhook_body_bytes)
    headers = Headers([(name, value) for name, value in request.headers.items()])
    ingress = services.webhook_ingress
    outcome = await run_in_threadpool(ingress.receive, webhook_id, headers, body)
    if outcome.kind == "unauthorized":
        # A task runs after the answer was sent: time does not tell whether there is a log to write to.
        return problem(
            401, "unauthorized", _UNAUTHORIZED, headers=_CHALLENGE,
            after=BackgroundTask(ingress.note_refusal, outcome, headers),
        )  # fmt: skip
    return taken(outcome)


def taken(outcome: Outcome) -> DeliveryTaken:
    """The answer to a verified delivery. Raises ApiError where it started nothing."""
    if outcome.kind == "triggered":
        return DeliveryTaken(execution_id=outcome.execution_id, status="triggered")
    if outcome.kind == "ignored":
        return DeliveryTaken(execution_id=None, status="ignored")
    raise _refusal(outcome)


def _refusal(outcome: Outcome) -> ApiError:
    match outcome.kind:
        case "limited":
            detail = "too many deliveries of this webhook: api.webhook_calls_per_minute limits them"
            return ApiError(429, "too-many-deliveries", detail, {"Retry-After": str(outcome.retry_after_seconds)})
        case "invalid":
            return ApiError(400, "invalid-payload", outcome.detail)
        case "paused":
            return ApiError(409, "webhook-paused", outcome.detail)
        case "unmapped":
            return ApiError(422, "payload-does-not-map", outcome.detail)
        case _:
            return ApiError(401, "unauthorized", _UNAUTHORIZED, _CHALLENGE)
