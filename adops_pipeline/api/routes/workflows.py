"""Workflows and their executions: list, request, follow, cancel, retry. The daemon of `adops up` runs them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field, JsonValue, model_validator

from adops_pipeline.api.access import ActorDep
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.paging import encode, offset_after
from adops_pipeline.api.problems import ApiError, field_error, responses
from adops_pipeline.api.requests import Accepted, IdempotencyKey, accept
from adops_pipeline.domain.executions import Source, Status
from adops_pipeline.domain.workflows import TEMPLATES, WORKFLOWS, ParameterError, UnknownWorkflowError
from adops_pipeline.domain.workflows.requests import WorkflowRequest, resolve_request
from adops_pipeline.services.documents.names import camel_names
from adops_pipeline.services.documents.workflows import execution_document, template_document, workflow_document
from adops_pipeline.services.executions import Execution

router = APIRouter(prefix="/api", tags=["workflows"])
_PAGE = 1000
_LISTING = "executions"


class StageOut(ApiModel):
    """A stage of a workflow."""

    name: str
    title: str


class WorkflowOut(ApiModel):
    """A workflow that can be run."""

    id: str
    name: str
    description: str
    timeout_seconds: int | None
    stages: list[StageOut]
    templates: list[str] = Field(description="Ids of its templates.")
    parameters: dict[str, JsonValue] = Field(description="JSON Schema of its parameters.")


class TemplateOut(ApiModel):
    """A workflow with some parameters set."""

    id: str
    name: str
    workflow_id: str
    used_by: JsonValue
    parameters: dict[str, JsonValue]


class StageProgressOut(StageOut):
    """Progress of a stage."""

    status: str
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    error: str | None


class ExecutionOut(ApiModel):
    """One execution of a workflow."""

    id: str
    workflow_id: str
    template_id: str | None
    parameters: dict[str, JsonValue]
    status: Status
    requested_by: Source
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    run_id: str | None = Field(description="Id of the Dagster run.")
    attempt: int
    retry_of: str | None
    stages: list[StageProgressOut]
    result: dict[str, JsonValue] | None
    error: str | None


class ExecutionPage(ApiModel):
    """Executions, newest first."""

    items: list[ExecutionOut]
    next_cursor: str | None


class RunRequest(ApiModel):
    """What to run: a workflow or a template, with parameters."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"template": "quick-pacing-check"}]})

    workflow_id: str | None = Field(None, description="Id of a workflow.", examples=["pacing-check"])
    template: str | None = Field(None, description="Id of a template.", examples=["quick-pacing-check"])
    params: dict[str, JsonValue] = Field({}, description="Parameters; they override the template's.")
    project_id: str | None = Field(None, description="Project to run it for, as the parameter projectId.")

    @model_validator(mode="after")
    def _names_one(self) -> "RunRequest":
        if (self.workflow_id is None) == (self.template is None):
            raise ValueError("give either workflowId or template")
        return self

    def resolve(self) -> WorkflowRequest:
        """The validated request. Raises ApiError that names each wrong parameter."""
        name = self.workflow_id or self.template or ""
        given: dict[str, Any] = dict(self.params)
        if self.project_id is not None:
            given["projectId"] = self.project_id
        try:
            return resolve_request(name, given)
        except UnknownWorkflowError as error:
            raise ApiError(404, "unknown-workflow", str(error)) from None
        except ParameterError as error:
            errors = [field_error(line, "params.") for line in error.lines]
            raise ApiError(422, "invalid-parameters", "; ".join(error.lines), errors=errors) from None


@router.get("/workflows", operation_id="list_workflows")
def list_workflows() -> list[WorkflowOut]:
    """Every workflow, with the JSON Schema of its parameters."""
    return [WorkflowOut(**workflow_document(workflow)) for workflow in WORKFLOWS.values()]


@router.get("/workflows/templates", operation_id="list_workflow_templates")
def list_templates() -> list[TemplateOut]:
    """Every template."""
    return [TemplateOut(**template_document(template)) for template in TEMPLATES.values()]


@router.post("/workflows/run", status_code=202, operation_id="run_workflow", responses=responses(404, 409, 422, 503))
def run_workflow(
    body: RunRequest,
    services: ServicesDep,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Accepted:
    """Request an execution of a workflow or a template. `Location` is where its progress can be read."""
    resolved = body.resolve()
    execution = services.executions.request(resolved, requested_by="api", key=idempotency_key)
    return accept(execution, request, response)


@router.get("/executions", operation_id="list_executions", responses=responses(422, 503))
def list_executions(
    services: ServicesDep,
    status: Annotated[Status | None, Query(description="Only executions with this status.")] = None,
    workflow_id: Annotated[
        str | None, Query(alias="workflowId", description="Only executions of this workflow.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=100, description="`nextCursor` of the page before.")] = None,
) -> ExecutionPage:
    """Executions, newest first."""
    offset = offset_after(_LISTING, cursor)
    found = services.executions.newest(limit + 1, status=status, workflow_id=workflow_id, offset=offset)
    following = encode(_LISTING, [str(offset + limit)]) if len(found) > limit else None
    return ExecutionPage(items=[execution_out(execution) for execution in found[:limit]], next_cursor=following)


@router.get(
    "/executions/{execution_id}", name="get_execution", operation_id="get_execution", responses=responses(404, 503)
)
def get_execution(execution_id: str, services: ServicesDep) -> ExecutionOut:
    """An execution, its progress and its result."""
    return execution_out(services.executions.get(execution_id))


@router.post("/executions/{execution_id}/cancel", operation_id="cancel_execution", responses=responses(404, 409, 503))
def cancel_execution(execution_id: str, services: ServicesDep, actor: ActorDep) -> ExecutionOut:
    """Cancel an execution: at once if it is still queued, otherwise as soon as its run can stop."""
    return execution_out(services.executions.cancel(execution_id, by=actor.name))


@router.post(
    "/executions/{execution_id}/retry",
    status_code=202,
    operation_id="retry_execution",
    responses=responses(404, 409, 503),
)
def retry_execution(execution_id: str, services: ServicesDep, request: Request, response: Response) -> Accepted:
    """Request a failed or cancelled execution again, with the same parameters."""
    again = services.executions.retry(execution_id, requested_by="api")
    return accept(again, request, response)


def execution_out(execution: Execution) -> ExecutionOut:
    """An execution as its routes answer it."""
    document = execution_document(execution)
    return ExecutionOut(**document | {"result": camel_names(document["result"])})
