"""Answers that need neither a thread nor FastAPI: kept ones, and those that are computed from prepared objects.

FastAPI's routing, validation and dependencies take longer than most of these answers. What is not quick, and every
wrong request, passes to the route of the same address, which answers the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from adops_pipeline.api.answers import CACHE_CONTROL, Answer, Answers, is_known
from adops_pipeline.services.documents.errors import DocumentError
from adops_pipeline.services.errors import WarehouseError
from adops_pipeline.warehouse.queries.prepared import Maker
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot


@dataclass(frozen=True)
class QuickRoute:
    """An address that ``document`` answers from the object of ``prepared``; ``query`` is the parameters' model."""

    path: str
    query: type[BaseModel]
    document: Callable[[Snapshot, Any], bytes]
    prepared: Maker[Any]
    is_quick: Callable[[Any], bool] = lambda _: True
    """Whether the answer to the parameters needs nothing but that object."""

    @cached_property
    def repeated(self) -> frozenset[str]:
        """The parameters that may be repeated."""
        fields = self.query.model_fields.items()
        return frozenset(field.alias or name for name, field in fields if get_origin(field.annotation) is list)

    def parameters(self, query_string: bytes) -> BaseModel:
        """The parameters, as FastAPI reads them: of those that may not be repeated the last one counts."""
        values: dict[str, Any] = {}
        for name, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
            if name in self.repeated:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        return self.query.model_validate(values)


class QuickAnswers:
    """Gives quick answers to GET requests; other requests pass. It belongs behind the gate."""

    def __init__(self, app: ASGIApp, answers: Answers, routes: Mapping[str, QuickRoute]) -> None:
        self._app, self._answers, self._routes = app, answers, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = None
        if scope["type"] == "http" and scope["method"] == "GET":
            answer = self._answers.kept(scope) or self._made(scope)
        if answer is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = answer.route
        etag = f'"{answer.version}"'
        headers = [(b"etag", etag.encode()), (b"cache-control", CACHE_CONTROL.encode())]
        sent = b", ".join(value for name, value in scope["headers"] if name == b"if-none-match")
        status, body = (304, b"") if is_known(sent.decode("latin-1"), etag) else (200, answer.body)
        if status == 200:
            headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _made(self, scope: Scope) -> Answer | None:
        """The answer of a quick route; None where it is not quick now, or the request is wrong."""
        route = self._routes.get(scope["path"])
        if route is None or not self._answers.reader.has_prepared(route.prepared):
            return None
        try:
            query = route.parameters(scope["query_string"])
            if not route.is_quick(query):
                return None
            with self._answers.reader.reading() as snapshot:
                answer = Answer(snapshot.version, route.document(snapshot, query), route)
        except (ValidationError, ValueError, DocumentError, WarehouseError):
            return None
        self._answers.keep(scope, answer)
        return answer
