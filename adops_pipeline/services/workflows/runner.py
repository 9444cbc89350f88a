"""The three stages of a workflow, each a call of its own: an orchestrator runs them as steps."""

from dataclasses import dataclass

from adops_pipeline.domain.workflows import Parameters, Workflow
from adops_pipeline.domain.workflows.results import WorkflowResult
from adops_pipeline.services.workflows.bodies import BODIES
from adops_pipeline.services.workflows.context import WorkflowContext


@dataclass(frozen=True)
class Workflows:
    """The workflows of one installation, except sync-platforms, whose run materializes the assets."""

    context: WorkflowContext

    def compute(self, workflow: Workflow) -> None:
        """First stage: bring the tables up to date that the workflow reads."""
        BODIES[workflow.id].compute(self.context)

    def review(self, workflow: Workflow, parameters: Parameters) -> WorkflowResult:
        """Second stage: read the tables and make the findings."""
        return BODIES[workflow.id].review(self.context, parameters)

    def conclude(self, workflow: Workflow, result: WorkflowResult) -> WorkflowResult:
        """Third stage: raise and resolve alerts, then publish; the result with what was done."""
        body = BODIES[workflow.id]
        done = [body.done]
        if body.alert_source is not None:
            done = self.context.alerting.evaluate((body.alert_source,)).in_words()
        if body.is_published:
            self.context.publish()
        return result.with_done(*done)
