"""The tools that agents have: list them with their schemas, and call one."""

from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import ConfigDict, Field, JsonValue

from adops_pipeline.api.access import CHANGES_KEY, ROLE_KEY, ActorDep
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import ApiError, FieldError, responses
from adops_pipeline.domain.access import Actor, Role
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.tools.callers import caller_of
from adops_pipeline.services.tools.definitions import Caller, Effect, Group
from adops_pipeline.services.tools.errors import Code, ToolError
from adops_pipeline.wiring import Services

router = APIRouter(prefix="/api", tags=["tools"])
_LARGEST_BYTES = 1_000_000
_STATUS: dict[Code, int] = {
    "unknown-tool": 404,
    "not-found": 404,
    "invalid-arguments": 422,
    "not-permitted": 403,
    "refused": 409,
    "platform-error": 502,
    "uncertain": 502,
    "unavailable": 503,
    "failed": 500,
}


class ToolOut(ApiModel):
    """One tool."""

    name: str
    title: str
    description: str
    group: Group
    effect: Effect = Field(description="Whether a call reads, writes, or changes what cannot simply be put back.")
    role: Role = Field(description="Role that a call needs.")
    platform: Platform | None
    scope: str | None = Field(description="Permission that the platform itself asks for.")
    input_schema: dict[str, JsonValue] = Field(description="JSON Schema of the arguments.")
    output_schema: dict[str, JsonValue] = Field(description="JSON Schema of the answer.")


class ToolAnswer(ApiModel):
    """Answer of a tool, of the form that its output schema describes."""

    model_config = ConfigDict(extra="allow")


@router.get("/tools", operation_id="list_tools")
def list_tools(services: ServicesDep, actor: ActorDep) -> list[ToolOut]:
    """The tools that the caller may use, by name."""
    return [ToolOut.model_validate(tool.document()) for tool in services.tools.tools(_caller(services, actor))]


@router.post(
    "/tools/{name}",
    operation_id="call_tool",
    response_model=ToolAnswer,
    responses=responses(403, 404, 409, 422, 500, 502, 503),
    openapi_extra={ROLE_KEY: "reader", CHANGES_KEY: False},
)
async def call_tool(
    name: str,
    services: ServicesDep,
    actor: ActorDep,
    arguments: Annotated[dict[str, JsonValue], Body(description="Arguments, as the tool's input schema describes.")],
) -> dict[str, Any]:
    """Call a tool. Rows beyond a megabyte are left out: `hasMore` and `nextCursor` say so."""
    try:
        return dict(await services.tools.call(name, arguments, _caller(services, actor), _LARGEST_BYTES))
    except ToolError as error:
        errors = [FieldError(field=one.field, message=one.message) for one in error.arguments] or None
        raise ApiError(_STATUS[error.code], error.code, str(error), errors=errors) from None


def _caller(services: Services, actor: Actor) -> Caller:
    return caller_of(actor, services.settings.permission_sets)
