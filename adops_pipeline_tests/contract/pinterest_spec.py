"""Pinterest's own OpenAPI description and column lists as a judge of what we send and of what the sandbox answers."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from werkzeug.datastructures import Headers, ImmutableMultiDict

SPECS = Path(__file__).resolve().parents[2].parent / "shared" / "platforms" / "specs"
HOST = "https://api.pinterest.com"
FILES = "/report-files/"
ROW_DATE = "DATE"


@cache
def openapi() -> OpenAPI:
    """The description. Its OAuth scheme is told as a bearer scheme, which openapi-core can check."""
    spec = json.loads((SPECS / "pinterest-v5-openapi.json").read_bytes())
    schemes = spec["components"]["securitySchemes"]
    for name in ("pinterest_oauth2", "client_credentials"):
        schemes[name] = {"type": "http", "scheme": "bearer"}
    return OpenAPI.from_dict(spec, config=Config(spec_validator_cls=None))


@cache
def columns(kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """Official columns of the ``sync`` or ``async`` reports, in the description's version and in the newer SDK's."""
    lists: Mapping[str, Any] = json.loads((SPECS / "pinterest_reporting_columns.json").read_bytes())
    older, newer = (frozenset(lists[name][kind]) for name in lists if name != "license")
    return older, newer


class CheckedTransport(httpx.AsyncBaseTransport):
    """Passes requests on, and fails on any request or answer that Pinterest's description does not allow."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.requests: list[httpx.Request] = []
        self.files: list[bytes] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        if request.url.path.startswith(FILES):
            self.files.append(body)
        else:
            self.requests.append(request)
            self._check(request, response, body)
        return httpx.Response(response.status_code, headers=response.headers, content=body, request=request)

    def _check(self, request: httpx.Request, response: httpx.Response, body: bytes) -> None:
        asked = MockRequest(
            HOST,
            request.method.lower(),
            request.url.path,
            args=ImmutableMultiDict(parse_qsl(request.url.query.decode())),
            headers=Headers(list(request.headers.items())),
            data=request.content or None,
            content_type=request.headers.get("content-type", ""),
        )
        if response.is_success:
            openapi().validate_request(asked)
        answered = MockResponse(body, response.status_code, content_type=response.headers["content-type"])
        openapi().validate_response(asked, answered)
        if request.url.path.endswith("/analytics") and response.is_success:
            check_rows(json.loads(body), "sync")

    async def aclose(self) -> None:
        await self._inner.aclose()


def check_rows(rows: list[dict[str, Any]], kind: str) -> None:
    """Every key of a report row is an official column, or the date."""
    for official in columns(kind):
        unknown = {key for row in rows for key in row} - official - {ROW_DATE}
        assert not unknown, f"not among Pinterest's {kind} columns: {sorted(unknown)}"
