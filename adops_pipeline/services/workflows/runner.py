"""Runs workflows: all three stages in one call, or each by itself for an orchestrator that runs them as steps."""

from collections.abc import Callable
from dataclasses import dataclass

from adops_pipeline.domain.workflows import Parameters, Stage, Workflow
from adops_pipeline.domain.workflows.requests import WorkflowRequest
from adops_pipeline.domain.workflows.results import WorkflowResult
from adops_pipeline.services.executions import WorkflowRun
from adops_pipeline.services.workflows.bodies import BODIES
from adops_pipeline.services.workflows.context import WorkflowContext


@dataclass(frozen=True)
class Workflows:
    """The workflows of one installation, except sync-platforms, whose run materializes the assets."""

    context: WorkflowContext

    def run(
        self, request: WorkflowRequest, run: WorkflowRun, progress: Callable[[Stage], None] = lambda _: None
    ) -> WorkflowResult:
        """Run all stages in this process and record them; ``progress`` is called as each begins.

        Raises RefusedError where the execution has ended or belongs to another run.
        """
        workflow = request.workflow
        compute, review, conclude = workflow.stages
        run.start(request.document)
        progress(compute)
        with run.stage(compute.name):
            self.compute(workflow)
        progress(review)
        with run.stage(review.name):
            result = self.review(workflow, request.parameters)
        progress(conclude)
        with run.stage(conclude.name):
            result = self.conclude(workflow, result)
        run.complete(result)
        return result

    def compute(self, workflow: Workflow) -> None:
        """First stage: bring the tables up to date that the workflow reads."""
        body = BODIES[workflow.id]
        body.compute(self.context)
        if body.is_published:
            self.context.publish()

    def review(self, workflow: Workflow, parameters: Parameters) -> WorkflowResult:
        """Second stage: read the tables and make the findings."""
        return BODIES[workflow.id].review(self.context, parameters)

    def conclude(self, workflow: Workflow, result: WorkflowResult) -> WorkflowResult:
        """Third stage: raise and resolve alerts; the result with what was done."""
        body = BODIES[workflow.id]
        if body.alert_source is None:
            return result.with_done(body.done)
        return result.with_done(*self.context.alerting.evaluate((body.alert_source,)).in_words())
