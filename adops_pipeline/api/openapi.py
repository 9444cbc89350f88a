"""The OpenAPI document: FastAPI's, with problem documents in place of its own errors."""

import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp

from adops_pipeline.api.access import ROLE_KEY, needed_role
from adops_pipeline.api.examples import add_examples
from adops_pipeline.api.head import HeadAsGet
from adops_pipeline.api.odata.answers import ODataAnswers
from adops_pipeline.api.problems import MEDIA_TYPE, Problem
from adops_pipeline.api.shield import Shield

_SCHEMAS = "#/components/schemas/"
_REPLACED = ("HTTPValidationError", "ValidationError")


class Api(FastAPI):
    """An application whose OpenAPI document is ours, and whose answers to unexpected errors are shielded too."""

    def build_middleware_stack(self) -> ASGIApp:
        """Everything within the shield: FastAPI's own handler of unexpected errors is outside of all added layers."""
        shielded = Shield(super().build_middleware_stack(), self.state.services.settings.api.allowed_hosts)
        return HeadAsGet(ODataAnswers(shielded))

    def openapi(self) -> dict[str, Any]:
        """The document; it is made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _document(self)
        return self.openapi_schema


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, openapi_version="3.1.0"
    )
    schemas = found["components"]["schemas"]
    for name in _REPLACED:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=_SCHEMAS + "{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for operations in found["paths"].values():
        for method, operation in operations.items():
            if operation.get("security"):
                operation[ROLE_KEY] = needed_role(method.upper(), operation)
            _add_problems(operation)
            _summarize(operation)
            for parameter in operation.get("parameters", ()):
                _leave_titles_out({"properties": {"": parameter["schema"]}})
    for schema in schemas.values():
        _leave_titles_out(schema)
    add_examples(found)
    return found


def _summarize(operation: dict[str, Any]) -> None:
    """Begin with the description's first words, where FastAPI has only made a summary of the function's name."""
    if operation["summary"] == operation["summary"].title():
        operation["summary"] = re.split(r"[.:;(]\s", operation["description"] + " ", maxsplit=1)[0]


def _leave_titles_out(schema: dict[str, Any]) -> None:
    """Remove titles that only repeat the names of properties, as `Accountid`: generators would use them for types."""
    for part in schema.get("properties", {}).values():
        part.pop("title", None)
        _leave_titles_out(part)
    inner = [schema["items"]] if "items" in schema else []
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *inner):
        part.pop("title", None)
        _leave_titles_out(part)


def _add_problems(operation: dict[str, Any]) -> None:
    """What every operation may answer: a wrong request; a missing token or a role too small where it needs them."""
    statuses = {422, 500} if operation.get("parameters") or operation.get("requestBody") else {500}
    if operation.get("requestBody"):
        statuses |= {400, 408, 413}
    if operation.get("security"):  # parameters that such a route does not have are refused, too
        statuses |= {400, 401, 403, 422, 429}
    for status in sorted(statuses):
        content = {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}}
        operation["responses"][str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
