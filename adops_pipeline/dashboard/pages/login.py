"""Signing in: a form that works without scripts. Signing out is the API's `POST /api/logout`."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.identity import Identity
from adops_pipeline.api.problems import ApiError
from adops_pipeline.api.routes.login import start_session
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.services.errors import StoreError

router = APIRouter()
_Next = Annotated[str, Query(max_length=2000)]


@router.get("/login")
async def show_login(request: Request, next: _Next = "/") -> Response:  # noqa: A002 - the parameter's usual name
    """The form; who is signed in already goes on."""
    identity: Identity = request.app.state.identity
    try:
        request.state.actor = await identity.actor(request)
    except (ApiError, StoreError) as error:
        problem = "" if isinstance(error, ApiError) and error.status == 401 else str(error)
        return render(request, "pages/login.html", next=local(next), problem=problem)
    return RedirectResponse(local(next), 303)


@router.post("/login")
async def sign_in(
    request: Request,
    services: ServicesDep,
    token: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 - as above
) -> Response:
    """Start a session, and go on to the page that was asked for."""
    response = RedirectResponse(local(next), 303)
    try:
        await start_session(request, response, services, token.strip())
    except ApiError as error:
        problem = "This token is not valid." if error.status == 401 else error.detail
        return render(request, "pages/login.html", status=error.status, next=local(next), problem=problem)
    return response


def local(address: str) -> str:
    """``address`` if it is a page of this server, else the first page. Browsers read `\\\\` as `/`."""
    if not address.startswith("/") or address[1:2] in ("/", "\\") or any(ord(sign) <= 32 for sign in address):
        return "/"
    parts = urlsplit(address)
    return "/" if parts.netloc or parts.scheme or parts.path.startswith(("/login", "/api/")) else address
