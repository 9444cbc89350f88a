"""JSON documents of workflows, templates and executions."""

from typing import Any

from adops_pipeline.domain.workflows import TEMPLATES, WORKFLOWS, Template, Workflow, parameter_schema
from adops_pipeline.services.executions import Execution

_STAGE_FIELDS = ("name", "title", "status", "started_at", "finished_at", "seconds", "error")


def workflows_document() -> dict[str, Any]:
    """Every workflow and every template."""
    return {
        "workflows": [workflow_document(workflow) for workflow in WORKFLOWS.values()],
        "templates": [template_document(template) for template in TEMPLATES.values()],
    }


def workflow_document(workflow: Workflow) -> dict[str, Any]:
    """A workflow; ``parameters`` is their JSON schema."""
    return {
        "id": workflow.id,
        "name": workflow.name,
        "description": workflow.description,
        "timeout_seconds": workflow.timeout_seconds,
        "stages": [{"name": stage.name, "title": stage.title} for stage in workflow.stages],
        "templates": [template.id for template in TEMPLATES.values() if template.workflow_id == workflow.id],
        "parameters": parameter_schema(workflow.id),
    }


def template_document(template: Template) -> dict[str, Any]:
    """A template with the parameters that it sets."""
    return {
        "id": template.id, "name": template.name, "workflow_id": template.workflow_id, "used_by": template.used_by,
        "parameters": dict(template.parameters),
    }  # fmt: skip


def execution_document(execution: Execution) -> dict[str, Any]:
    """An execution; its stages without their steps."""
    return {
        "id": execution.id, "workflow_id": execution.workflow_id, "template_id": execution.template_id,
        "parameters": execution.parameters, "status": execution.status, "requested_by": execution.requested_by,
        "requested_at": execution.requested_at, "started_at": execution.started_at,
        "finished_at": execution.finished_at, "seconds": execution.seconds, "run_id": execution.run_id,
        "attempt": execution.attempt, "retry_of": execution.retry_of,
        "stages": [{name: stage.get(name) for name in _STAGE_FIELDS} for stage in execution.stages],
        "result": execution.result, "error": execution.error,
    }  # fmt: skip
