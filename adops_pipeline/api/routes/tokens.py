"""Named tokens, for admins; and who one is signed in as."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import AwareDatetime, Field

from adops_pipeline.api.access import ROLE_KEY, ActorDep
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.identity import SESSION_COOKIE
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.domain.access import Role
from adops_pipeline.services.documents.tokens import token_document
from adops_pipeline.services.tokens import TokenStatus

router = APIRouter(prefix="/api", tags=["access"])
_ADMIN = {ROLE_KEY: "admin"}
_READER = {ROLE_KEY: "reader"}
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the token.")]


class SessionOut(ApiModel):
    """Who makes the request."""

    name: str = Field(description="Name of the token; `settings` for ADOPS_API_TOKEN; `local` where none is needed.")
    role: Role


class TokenRequest(ApiModel):
    """A token to create."""

    name: str = Field(min_length=1, max_length=64, description="Who uses it; shown with each change.", examples=["n8n"])
    role: Role = Field(description="reader reads; operator also runs and changes; admin also manages access.")
    expires_at: AwareDatetime | None = Field(None, description="End of its validity; null for none.")


class TokenOut(ApiModel):
    """A token, without its secret."""

    id: str
    name: str
    role: Role
    status: TokenStatus
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="Last use, to the minute.")


class NewToken(TokenOut):
    """A new token."""

    secret: str = Field(description="The token itself. It is shown only now: the server keeps its hash.")


@router.get("/session", operation_id="get_session", responses=responses(503))
def get_session(actor: ActorDep) -> SessionOut:
    """Who makes the request, and with which role."""
    return SessionOut(name=actor.name, role=actor.role)


@router.post("/logout", status_code=204, operation_id="logout", responses=responses(503), openapi_extra=_READER)
def logout(request: Request, response: Response, services: ServicesDep) -> None:
    """End the session of the cookie."""
    cookie = request.cookies.get(SESSION_COOKIE)
    if cookie is not None:
        services.sessions.close(cookie)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="strict")


@router.get("/tokens", operation_id="list_tokens", responses=responses(503), openapi_extra=_ADMIN)
def list_tokens(services: ServicesDep, response: Response) -> list[TokenOut]:
    """Named tokens by name, with their last use; revoked and expired ones too."""
    response.headers["Cache-Control"] = "no-store"
    return [TokenOut(**token_document(token, services.clock())) for token in services.tokens.every()]


@router.post(
    "/tokens", status_code=201, operation_id="create_token", responses=responses(409, 503), openapi_extra=_ADMIN
)
def create_token(body: TokenRequest, response: Response, actor: ActorDep, services: ServicesDep) -> NewToken:
    """Create a token. Its secret is in this answer only."""
    token, secret = services.tokens.create(body.name, body.role, by=actor.name, expires_at=body.expires_at)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"/api/tokens/{token.id}"
    return NewToken(**token_document(token, services.clock()), secret=secret)


@router.get("/tokens/{token_id}", operation_id="get_token", responses=responses(404, 503), openapi_extra=_ADMIN)
def get_token(token_id: Id, services: ServicesDep) -> TokenOut:
    """A token, without its secret."""
    return TokenOut(**token_document(services.tokens.get(token_id), services.clock()))


@router.delete(
    "/tokens/{token_id}", operation_id="revoke_token", responses=responses(404, 409, 503), openapi_extra=_ADMIN
)
def revoke_token(token_id: Id, services: ServicesDep) -> TokenOut:
    """Revoke a token at once; the sessions that it opened end too."""
    return TokenOut(**token_document(services.tokens.revoke(token_id), services.clock()))
