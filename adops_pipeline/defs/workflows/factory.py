"""How a workflow of the catalogue becomes a job: three ops, its stages, and its execution kept up to date as they go.

What a workflow computes and finds stands in its own file; what it may be told, in the catalogue.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import dagster as dg

from adops_pipeline.defs.metadata import OWNERS
from adops_pipeline.defs.workflows.given import CONFIG, given_parameters
from adops_pipeline.domain.workflows import WORKFLOWS, Workflow, to_document
from adops_pipeline.domain.workflows.parameters import Parameters
from adops_pipeline.domain.workflows.results import WorkflowResult, render_markdown
from adops_pipeline.services.executions import RunIdentity, WorkflowRun
from adops_pipeline.wiring import Services

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True)
class Work(Generic[P]):
    """The three stages of a workflow, in order. ``conclude`` says in sentences what was done."""

    compute: Callable[[Services, P], None]
    review: Callable[[Services, P], WorkflowResult]
    conclude: Callable[[Services, P, WorkflowResult], list[str]]


def workflow_job(workflow_id: str, work: Work[Any]) -> dg.JobDefinition:
    """The job of a workflow: its config is `{template: …, parameters: {…}}`, both optional."""
    workflow = WORKFLOWS[workflow_id]
    compute, review, conclude = _ops(workflow, work)

    def steps() -> None:
        conclude(review(compute()))

    graph = dg.graph(name=workflow.job_name, description=workflow.description)(steps)
    names = [stage.name for stage in workflow.stages]
    return graph.to_job(
        name=workflow.job_name,
        config=dg.ConfigMapping(
            config_schema=CONFIG, config_fn=lambda given: {"ops": {name: {"config": given} for name in names}}
        ),
        tags={"adops/workflow": workflow.id},
        metadata={"owners": ", ".join(OWNERS)},
        description=workflow.description,
    )


def _ops(workflow: Workflow, work: Work[Any]) -> list[dg.OpDefinition]:
    first, second, third = workflow.stages

    def compute(context: dg.OpExecutionContext, services: dg.ResourceParam[Services]) -> bool:
        with _stage(context, services, workflow, first.name, is_first=True) as (run, parameters):
            del run
            work.compute(services, parameters)
        return True

    def review(context: dg.OpExecutionContext, services: dg.ResourceParam[Services], ready: bool) -> dict[str, Any]:
        del ready
        with _stage(context, services, workflow, second.name) as (run, parameters):
            del run
            return work.review(services, parameters).to_document()

    def conclude(
        context: dg.OpExecutionContext, services: dg.ResourceParam[Services], found: dict[str, Any]
    ) -> dg.Output[dict[str, Any]]:
        with _stage(context, services, workflow, third.name) as (run, parameters):
            result = WorkflowResult.from_document(found)
            result = result.with_done(*work.conclude(services, parameters, result))
        run.complete(result)
        markdown = dg.MetadataValue.md(render_markdown(result))
        return dg.Output(result.to_document(), metadata={"result": markdown, "summary": result.summary})

    bodies: list[Callable[..., Any]] = [compute, review, conclude]
    return [
        dg.op(name=stage.name, description=stage.title, pool=workflow.id, config_schema=CONFIG)(body)
        for stage, body in zip(workflow.stages, bodies, strict=True)
    ]


@contextmanager
def _stage(
    context: dg.OpExecutionContext, services: Services, workflow: Workflow, stage: str, *, is_first: bool = False
) -> Iterator[tuple[WorkflowRun, Parameters]]:
    """Tell the execution how the stage goes; a failure ends the execution with its reason."""
    run = services.executions.run(workflow, RunIdentity.of(context.run_id, context.run.tags))
    parameters = given_parameters(workflow, context.op_config)
    if is_first and not run.start(to_document(parameters)):
        raise dg.Failure(f"execution {run.execution_id} is run by another run", allow_retries=False)
    with run.stage(stage):
        yield run, parameters
