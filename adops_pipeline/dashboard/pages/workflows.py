"""Workflows: what can be run, its form, the executions and one of them while it runs."""

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.problems import ApiError
from adops_pipeline.api.routes.workflows import (
    ExecutionPage,
    TemplateOut,
    WorkflowOut,
    execution_out,
    list_executions,
    list_templates,
    list_workflows,
)
from adops_pipeline.dashboard.pages.common import FiltersDep
from adops_pipeline.dashboard.parameter_form import fields_of
from adops_pipeline.dashboard.parts import Part, part
from adops_pipeline.dashboard.rendering import render
from adops_pipeline.domain.executions import Status, is_final
from adops_pipeline.services import schedules
from adops_pipeline.services.executions import Execution
from adops_pipeline.wiring import Services

if TYPE_CHECKING:
    from adops_pipeline.domain.workflows.results.result import WorkflowResult

router = APIRouter()
_ON_PAGE = 15
_STATUSES = ("", "pending", "running", "completed", "failed", "cancelled")


@router.get("/workflows")
def workflows_page(
    request: Request,
    services: ServicesDep,
    filters: FiltersDep,
    status: Annotated[Status | Literal[""], Query()] = "",
    workflow: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Everything that can be run, schedules, and the history."""
    history = _history(services, status or None, workflow or None, cursor)
    return render(
        request,
        "pages/workflows.html",
        filters=filters,
        templates=list_templates(),
        workflows=list_workflows(),
        names=_names(),
        schedules=schedules.every(services.settings),
        history=history,
        wanted={"status": status, "workflow": workflow},
        statuses=_STATUSES,
        cursor=cursor,
    )


@router.get("/workflows/{name}")
def workflow_page(request: Request, services: ServicesDep, filters: FiltersDep, name: str) -> Response:
    """The form of a template or workflow."""
    template, workflow = _found(name)
    own, thresholds = fields_of(workflow.parameters, {} if template is None else template.parameters)
    return render(
        request,
        "pages/workflow.html",
        filters=filters,
        preset=template,
        workflow=workflow,
        fields=own,
        thresholds=thresholds,
        names=_names(),
        history=_history(services, None, workflow.id, None, 5),
    )


@router.get("/executions/{execution_id}")
def execution_page(request: Request, services: ServicesDep, filters: FiltersDep, execution_id: str) -> Response:
    """One execution, live while it runs."""
    stored = services.executions.get(execution_id)
    execution = execution_out(stored)
    return render(
        request,
        "pages/execution.html",
        filters=filters,
        execution=execution,
        name=_names().get(execution.template_id or execution.workflow_id, execution.workflow_id),
        has_ended=is_final(execution.status),
        result=_result(stored),
    )


def _history(
    services: Services, status: Status | None, workflow_id: str | None, cursor: str | None, limit: int = _ON_PAGE
) -> Part[ExecutionPage]:
    return part(lambda: list_executions(services, status, workflow_id, limit, cursor), "The executions cannot be read")


def _found(name: str) -> tuple[TemplateOut | None, WorkflowOut]:
    workflows = {one.id: one for one in list_workflows()}
    template = next((one for one in list_templates() if one.id == name), None)
    workflow = workflows.get(name if template is None else template.workflow_id)
    if workflow is None:
        raise ApiError(404, "unknown-workflow", f"there is no workflow or template {name!r}; /workflows lists them")
    return template, workflow


def _names() -> dict[str, str]:
    """Names of workflows and templates by id."""
    workflows, templates = list_workflows(), list_templates()
    return {one.id: one.name for one in workflows} | {one.id: one.name for one in templates}


def _result(execution: Execution) -> "WorkflowResult | None":
    """The result, to be shown in its parts; None where it has another form, as imported ones may."""
    from adops_pipeline.domain.workflows.results.result import WorkflowResult

    try:
        return None if execution.result is None else WorkflowResult.from_document(execution.result)
    except (KeyError, TypeError, ValueError):
        return None
