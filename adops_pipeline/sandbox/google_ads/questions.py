"""Reads the body of a search request: the query, and the requested page. No routes here."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from adops_pipeline.sandbox.google_ads.errors import ApiError, PayloadError


@dataclass(frozen=True, slots=True)
class Question:
    """A query and the row its wanted page starts with."""

    query: str
    start: int = 0


def stream_question(body: bytes) -> Question:
    """The body of a searchStream request; Raises ApiError if it is invalid."""
    return Question(_query(_fields(body, frozenset({"query"}))))


def search_question(body: bytes) -> Question:
    """The body of a search request; Raises ApiError if it is invalid. The page size is fixed."""
    fields = _fields(body, frozenset({"query", "pageToken", "pageSize"}))
    if "pageSize" in fields:
        message = "Setting the page size is not supported. Search Responses will have fixed page size of 10000 rows."
        raise ApiError(400, "requestError", "PAGE_SIZE_NOT_SUPPORTED", message)
    query = _query(fields)
    token = str(fields.get("pageToken") or "")
    return Question(query, _start(query, token) if token else 0)


def page_token(query: str, start: int) -> str:
    """The token of the page that starts with row ``start``; good for this query only."""
    return base64.urlsafe_b64encode(f"{start}:{_digest(query)}".encode()).decode()


def _fields(body: bytes, known: frozenset[str]) -> dict[str, object]:
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        raise PayloadError("Unexpected token.") from None
    if not isinstance(fields, dict):
        raise PayloadError("Root element must be a message.")
    for name in fields:
        if name not in known:
            raise PayloadError(f'Unknown name "{name}": Cannot find field.')
    return fields


def _query(fields: dict[str, object]) -> str:
    query = fields.get("query")
    if not isinstance(query, str) or not query:
        raise ApiError(400, "requestError", "REQUIRED_FIELD_MISSING", "Required field is missing: query")
    return query


def _start(query: str, token: str) -> int:
    try:
        start, _, digest = base64.urlsafe_b64decode(token).decode().partition(":")
    except (binascii.Error, ValueError):
        start, digest = "", ""
    if digest != _digest(query) or not start.isdecimal():
        message = "Next page token specified in user request is invalid."
        raise ApiError(400, "requestError", "INVALID_PAGE_TOKEN", message)
    return int(start)


def _digest(query: str) -> str:
    return hashlib.blake2b(query.encode(), digest_size=8).hexdigest()
