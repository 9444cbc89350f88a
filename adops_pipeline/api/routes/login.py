"""Signing in from a browser: a token for a session cookie. `tokens` has what needs a sign-in."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import Field, SecretStr
from starlette.concurrency import run_in_threadpool

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.identity import SESSION_COOKIE, Identity, unauthorized
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.domain.access import Actor, Role
from adops_pipeline.wiring import Services

router = APIRouter(prefix="/api", tags=["access"])


class LoginRequest(ApiModel):
    """The token to sign in with."""

    token: SecretStr = Field(min_length=1, max_length=1000, description="ADOPS_API_TOKEN, or a named token.")


class SignedIn(ApiModel):
    """Who is signed in, and until when."""

    name: str = Field(description="Name of the token; `settings` for ADOPS_API_TOKEN.")
    role: Role
    expires_at: datetime = Field(description="End of the session.")


@router.post("/login", operation_id="login", responses=responses(401, 403, 429, 503))
async def login(body: LoginRequest, request: Request, response: Response, services: ServicesDep) -> SignedIn:
    """Sign in from a browser: sets a session cookie. Programs send the token as bearer and need no session."""
    response.headers["Cache-Control"] = "no-store"
    actor = await start_session(request, response, services, body.token.get_secret_value())
    return SignedIn(name=actor.name, role=actor.role, expires_at=services.clock() + services.sessions.length)


async def start_session(request: Request, response: Response, services: Services, token: str) -> Actor:
    """Set a session cookie on ``response``. Raises ApiError for a token that is not valid."""
    identity: Identity = request.app.state.identity
    actor, token_id = await identity.holder(request, token)
    if actor is None:
        raise unauthorized()
    cookie = await run_in_threadpool(services.sessions.open, token_id)
    response.set_cookie(
        SESSION_COOKIE,
        cookie,
        max_age=int(services.sessions.length.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return actor
