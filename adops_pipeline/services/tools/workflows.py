"""Tools of workflows: which there are, request one, and follow executions."""

import asyncio
from collections.abc import Iterator
from typing import Any

from pydantic import Field, JsonValue

from adops_pipeline.domain.executions import Source, Status
from adops_pipeline.domain.workflows import ParameterError, UnknownWorkflowError
from adops_pipeline.domain.workflows.requests import resolve_request
from adops_pipeline.services.documents.workflows import execution_document, workflows_document
from adops_pipeline.services.executions import Executions
from adops_pipeline.services.tools.definitions import Call, Document, ToolDefinition
from adops_pipeline.services.tools.errors import ArgumentError, ToolError
from adops_pipeline.services.tools.schemas import Arguments, Paged, object_schema

_NEWEST = 1000
_ANY: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
_EXECUTION = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "workflow_id": {"type": "string"}, "status": {"type": "string"}},
    "required": ["id", "workflow_id", "status"],
}


class RunArguments(Arguments):
    """What to run."""

    workflow: str = Field(max_length=100, description="Id of a workflow or a template; `list_workflows` has them.")
    parameters: dict[str, JsonValue] = Field({}, description="Parameters; they override the template's.")
    key: str | None = Field(
        None, min_length=1, max_length=200, description="The same key again requests nothing new: for safe repetition."
    )


class ExecutionArguments(Arguments):
    """Which execution."""

    execution_id: str = Field(max_length=100, description="Id of the execution.")


class ExecutionsArguments(Paged):
    """Which executions."""

    status: Status | None = Field(None, description="Only executions with this status.")
    workflow_id: str | None = Field(None, max_length=100, description="Only executions of this workflow.")


def workflow_tools(executions: Executions) -> Iterator[ToolDefinition]:
    """The tools."""

    async def list_workflows(_: Call) -> Document:
        return workflows_document()

    async def run_workflow(call: Call) -> Document:
        given = call.given
        assert isinstance(given, RunArguments)
        try:
            request = resolve_request(given.workflow, given.parameters)
        except UnknownWorkflowError as error:
            raise ToolError("not-found", f"workflow: {error}", [ArgumentError("workflow", str(error))]) from None
        except ParameterError as error:
            parts = [line.partition(": ") for line in error.lines]
            lines = [ArgumentError(f"parameters.{field}", message) for field, _, message in parts]
            detail = "; ".join(f"{one.field}: {one.message}" for one in lines)
            raise ToolError("invalid-arguments", detail, lines) from None
        source: Source = "api" if call.caller.agent is None else "agent"
        key = None if given.key is None else f"{call.caller.name}:{given.key}"
        execution = await asyncio.to_thread(executions.request, request, requested_by=source, key=key)
        return execution_document(execution)

    async def get_execution(call: Call) -> Document:
        assert isinstance(call.given, ExecutionArguments)
        return execution_document(await asyncio.to_thread(executions.get, call.given.execution_id))

    async def list_executions(call: Call) -> Document:
        given = call.given
        assert isinstance(given, ExecutionsArguments)
        found = await asyncio.to_thread(executions.newest, _NEWEST, status=given.status, workflow_id=given.workflow_id)
        return {"executions": [execution_document(execution) for execution in found]}

    yield ToolDefinition(
        "list_workflows", "Workflows", "Every workflow with the JSON Schema of its parameters, and every template.",
        "workflows", Arguments, object_schema({"workflows": _ANY, "templates": _ANY}), list_workflows,
    )  # fmt: skip
    yield ToolDefinition(
        "run_workflow", "Run a workflow", "Request an execution of a workflow or a template. `adops up` runs it; "
        "`get_execution` tells its progress and result.", "workflows", RunArguments, _EXECUTION, run_workflow,
        effect="write", role="operator",
    )  # fmt: skip
    yield ToolDefinition(
        "get_execution", "Execution", "An execution of a workflow: its progress, result or error.", "workflows",
        ExecutionArguments, _EXECUTION, get_execution,
    )  # fmt: skip
    yield ToolDefinition(
        "list_executions", "Executions", "Executions of workflows, newest first; the newest thousand.", "workflows",
        ExecutionsArguments, object_schema({"executions": {"type": "array", "items": _EXECUTION}}, is_page=True),
        list_executions, rows="executions",
    )  # fmt: skip
