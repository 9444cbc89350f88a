"""Refuses parameters of the address that a route does not have.

FastAPI passes over them where a route takes single parameters and no model of them. A misspelt filter would then
answer with everything.
"""

from collections.abc import Collection

from fastapi import Request
from pydantic import BaseModel

from adops_pipeline.api.problems import ApiError, FieldError
from adops_pipeline.domain.workflows.nearest import did_you_mean


async def refuse_unknown_parameters(request: Request) -> None:
    """Raises ApiError that names the unknown parameters, each with the nearest that the route has."""
    known = _single_parameters(request)
    unknown = [] if known is None else [name for name in request.query_params if name not in known]
    if not unknown:
        return
    messages = ("there is no such parameter" + did_you_mean(name, known or ()) for name in unknown)
    errors = [FieldError(field=name, message=message) for name, message in zip(unknown, messages, strict=True)]
    detail = "; ".join(f"{one.field}: {one.message}" for one in errors)
    raise ApiError(422, "invalid-request", detail, errors=errors)


def _single_parameters(request: Request) -> Collection[str] | None:
    """The names that the route takes; None where it has a model of them, which refuses the others itself."""
    parameters = request.scope["route"].dependant.query_params
    kinds = [parameter.field_info.annotation for parameter in parameters]
    if any(isinstance(kind, type) and issubclass(kind, BaseModel) for kind in kinds):
        return None
    return {parameter.alias for parameter in parameters}
