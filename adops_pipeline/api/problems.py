"""Errors of the API as problem documents (RFC 9457), each with a stable ``code``. No stack trace leaves the server."""

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.routing import Match

from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.services.documents.errors import DocumentError, Reason
from adops_pipeline.services.documents.models import models_within
from adops_pipeline.services.errors import (
    DamagedSnapshotError,
    InvalidError,
    NotFoundError,
    RefusedError,
    StoreError,
    WarehouseError,
)

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_LISTED_WORDS = 12
_DOCUMENT_STATUS: Mapping[Reason, int] = {
    "no-data": 404,
    "not-found": 404,
    "invalid-request": 422,
    "invalid-cursor": 422,
}


class FieldError(BaseModel):
    """One wrong parameter or field of a request."""

    field: str = Field(description="Path of the parameter or field.")
    message: str = Field(description="What is wrong with it, and the nearest known name for an unknown one.")


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field("about:blank", description="Always about:blank: `code` tells problems apart.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened and what to do.")
    code: str = Field(description="Stable name of the problem, for programs.")
    errors: list[FieldError] | None = Field(None, description="The wrong parameters and fields.")


class ApiError(Exception):
    """An error that a route reports to its client."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] | None = None,
    ) -> None:
        self.status, self.code, self.detail, self.headers, self.errors = status, code, detail, headers, errors
        super().__init__(detail)


def problem(
    status: int,
    code: str,
    detail: str,
    errors: Sequence[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
    after: BackgroundTask | None = None,
) -> JSONResponse:
    """The response with a problem document; ``after`` runs when it was sent."""
    document = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        errors=None if errors is None else list(errors),
    )
    content = document.model_dump(exclude_none=True)
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE, background=after)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Descriptions of the problem documents that an operation may answer with, for the OpenAPI document."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: schema}} for status in statuses}


def add_handlers(app: FastAPI) -> None:
    """Answer every error of the routes with a problem document."""
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    for kind in (ApiError, DocumentError, StoreError, WarehouseError):
        app.add_exception_handler(kind, expected_error)
    app.add_exception_handler(UnicodeEncodeError, _no_text)
    app.add_exception_handler(Exception, _unexpected_error)


def expected_error(_: Request, error: Exception) -> JSONResponse:  # noqa: PLR0911 - one line for each kind
    """The problem document of an error that routes and their guards may raise."""
    match error:
        case ApiError():
            return problem(error.status, error.code, error.detail, error.errors, error.headers)
        case DocumentError():
            return problem(_DOCUMENT_STATUS[error.reason], error.reason, str(error))
        case NotFoundError():
            return problem(404, "not-found", str(error))
        case InvalidError():
            return problem(422, "invalid-request", str(error), [field_error(str(error))])
        case RefusedError():
            return problem(409, "refused", str(error))
        case DamagedSnapshotError():
            return problem(503, "damaged-snapshot", str(error), headers={"Retry-After": "10"})
        case _:
            code = "no-snapshot" if isinstance(error, WarehouseError) else "store-unavailable"
            return problem(503, code, str(error), headers={"Retry-After": "10"})


def field_error(line: str, within: str = "") -> FieldError:
    """The error of a field from a line ``field: what is wrong``; ``within`` is the object that has the field."""
    field, _, message = line.partition(": ")
    return FieldError(field=within + field, message=message)


def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    codes = {
        400: "malformed-body",
        404: "no-such-route",
        405: "method-not-allowed",
        408: "body-too-slow",
        413: "body-too-large",
    }
    details = {
        400: "the body cannot be read; send JSON in UTF-8",
        404: "there is no such route; /api/docs lists all of them",
    }
    detail, headers = details.get(error.status_code, str(error.detail)), error.headers
    if error.status_code == 405:
        allowed = ", ".join(_allowed_methods(request))
        detail, headers = f"{request.method} is not answered at this address; it takes {allowed}", {"Allow": allowed}
    return problem(error.status_code, codes.get(error.status_code, "http-error"), detail, headers=headers)


def _allowed_methods(request: Request) -> list[str]:
    """The methods of all routes of the address: Starlette names those of the first only."""
    scope = {"type": "http", "method": "", "path": request.scope["path"], "root_path": ""}
    reached = [route for route in iter_route_contexts(request.app.routes) if route.matches(scope)[0] is not Match.NONE]
    methods = {method for route in reached for method in route.methods or ()}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def _no_text(_: Request, __: Exception) -> JSONResponse:
    """JSON can escape half a character, as ``\\ud800``. It is no text: neither a database nor a hash takes it."""
    return problem(422, "invalid-request", "a text of the request has half of a surrogate pair, which is no character")


def _unexpected_error(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(500, "internal-error", "the server failed to answer this request; its log says why")


def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    known = _known_names(request)
    errors = [_field_error(one, known) for one in error.errors()]
    detail = "; ".join(f"{one.field}: {one.message}" for one in errors)
    return problem(422, "invalid-request", detail, errors)


def _field_error(error: Mapping[str, Any], known: Sequence[str]) -> FieldError:
    place, *path = error["loc"]
    field = ".".join(map(str, path)) or str(place)
    kind = "parameter" if place == "query" else "field"
    match error["type"]:
        case "extra_forbidden":
            message = f"there is no such {kind}" + did_you_mean(field.rpartition(".")[2], known)
        case "json_invalid":  # its place is a position in the body, not a field
            field, message = "body", f"is not valid JSON, at character {path[0] + 1}: {error['ctx']['error']}"
        case "model_attributes_type":  # a text is what FastAPI makes of a body that is not said to be JSON
            is_sent_as_text = not path and isinstance(error["input"], str | bytes)
            how = "; send it with the header Content-Type: application/json" if is_sent_as_text else ""
            message = f"must be a JSON object{how}"
        case "literal_error" | "enum":
            message = _wrong_word(str(error["input"]), str(error["ctx"]["expected"]))
        case _:
            message = str(error["msg"]).removeprefix("Value error, ")
    return FieldError(field=field, message=message)


def _wrong_word(given: str, expected: str) -> str:
    """A word that is none of ``expected``, which pydantic writes as ``'a', 'b' or 'c'``."""
    known = re.findall(r"'([^']*)'", expected)
    near = did_you_mean(given, known)
    if len(known) <= _LISTED_WORDS:
        return f"must be one of {', '.join(known)}"
    return f"{given[:40]!r} is not one of the {len(known)} known values{near}"


def _known_names(request: Request) -> list[str]:
    """Names of the parameters and fields of the route's models."""
    dependant = getattr(request.scope.get("route"), "dependant", None)
    names: list[str] = []
    for parameter in (*getattr(dependant, "query_params", ()), *getattr(dependant, "body_params", ())):
        for model in models_within(parameter.field_info.annotation):
            names += [field.alias or name for name, field in model.model_fields.items()]
    return names
