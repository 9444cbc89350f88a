"""Workflows as Dagster jobs: three ops for the three stages, each recorded in the execution that the run belongs to.

What a workflow does is in `services.workflows`; its parameters and stages are declared in `domain.workflows`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from adops_pipeline.defs.metadata import OWNERS
from adops_pipeline.defs.workflow_config import without_defaults, workflow_config
from adops_pipeline.domain.workflows import WORKFLOWS, ParameterError, UnknownWorkflowError, Workflow
from adops_pipeline.domain.workflows.requests import WorkflowRequest, resolve_request
from adops_pipeline.domain.workflows.results import WorkflowResult, render_markdown
from adops_pipeline.services.errors import RefusedError
from adops_pipeline.services.executions import RunIdentity, WorkflowRun
from adops_pipeline.wiring import Services

CONFIG = {
    "template": dg.Field(str, is_required=False, description="Template whose parameters are used first."),
    "parameters": dg.Field(
        dict,
        is_required=False,
        default_value={},
        description="Parameters by name; they override those of the template.",
    ),
}
"""The config of every op, checked against the job's `workflow_config` before."""


def workflow_job(workflow: Workflow) -> dg.JobDefinition:
    """The job of a workflow. All three ops receive its config."""
    compute, review, conclude = _ops(workflow)

    def steps() -> None:
        conclude(review(compute()))

    graph = dg.graph(name=workflow.job_name, description=workflow.description)(steps)
    names = [stage.name for stage in workflow.stages]
    return graph.to_job(
        name=workflow.job_name,
        config=dg.ConfigMapping(
            config_schema=workflow_config(workflow),
            config_fn=lambda given: {"ops": {name: {"config": given} for name in names}},
        ),
        tags={"adops/workflow": workflow.id},
        metadata={"owners": ", ".join(OWNERS)},
        description=workflow.description,
    )


def _ops(workflow: Workflow) -> list[dg.OpDefinition]:
    first, second, third = workflow.stages

    def compute(context: dg.OpExecutionContext, services: dg.ResourceParam[Services]) -> bool:
        request = _request(workflow, context.op_config)
        run = _run(context, services, workflow)
        with _refusals_as_failures():
            run.start(request.document)
        with run.stage(first.name):
            services.workflows.compute(workflow)
        return True

    def review(context: dg.OpExecutionContext, services: dg.ResourceParam[Services], ready: bool) -> dict[str, Any]:
        del ready
        request = _request(workflow, context.op_config)
        with _run(context, services, workflow).stage(second.name):
            return services.workflows.review(workflow, request.parameters).to_document()

    def conclude(
        context: dg.OpExecutionContext, services: dg.ResourceParam[Services], found: dict[str, Any]
    ) -> dg.Output[dict[str, Any]]:
        run = _run(context, services, workflow)
        with run.stage(third.name):
            result = services.workflows.conclude(workflow, WorkflowResult.from_document(found))
        run.complete(result)
        markdown = dg.MetadataValue.md(render_markdown(result))
        return dg.Output(result.to_document(), metadata={"result": markdown, "summary": result.summary})

    bodies: list[Callable[..., Any]] = [compute, review, conclude]
    return [
        dg.op(name=stage.name, description=stage.title, pool=workflow.id, config_schema=CONFIG)(body)
        for stage, body in zip(workflow.stages, bodies, strict=True)
    ]


def _run(context: dg.OpExecutionContext, services: Services, workflow: Workflow) -> WorkflowRun:
    return services.executions.run(workflow, RunIdentity.of(context.run_id, context.run.tags))


def _request(workflow: Workflow, config: Mapping[str, Any]) -> WorkflowRequest:
    """The validated request of a run; dg.Failure with a line for each wrong parameter."""
    template, given = config.get("template"), config["parameters"]
    try:
        request = resolve_request(template or workflow.id, without_defaults(workflow, given) if template else given)
    except (ParameterError, UnknownWorkflowError) as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    if request.workflow is not workflow:
        raise dg.Failure(f"template {template} belongs to {request.workflow.id}, not to {workflow.id}")
    return request


@contextmanager
def _refusals_as_failures() -> Iterator[None]:
    """A run whose execution has ended, or belongs to another run, must fail without a retry."""
    try:
        yield
    except RefusedError as error:
        raise dg.Failure(str(error), allow_retries=False) from None


JOBS = [workflow_job(workflow) for workflow in WORKFLOWS.values() if not workflow.is_sync]
"""The job of every workflow except sync-platforms, which is the job of all assets."""
