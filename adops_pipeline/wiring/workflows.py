"""Workflows and what requests them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from adops_pipeline.wiring.agents import AgentServices

if TYPE_CHECKING:
    from adops_pipeline.services.follow_ups import FollowUps
    from adops_pipeline.services.workflows.runner import Workflows
    from adops_pipeline.warehouse.publish import Published


class WorkflowServices(AgentServices):
    """Workflows and what requests them."""

    @cached_property
    def workflows(self) -> Workflows:
        """Runs workflows in this process."""
        from adops_pipeline.services.workflows.context import WorkflowContext
        from adops_pipeline.services.workflows.runner import Workflows

        context = WorkflowContext(
            warehouse=self.warehouse,
            store=lambda: self.store,
            clock=self.clock,
            analysis=self.analysis,
            alerting=self.alerting,
            publish=self._publish_with_alerts,
            test_definitions=lambda: self.test_definitions,
            reporting_currency=self.settings.reporting_currency,
            learning_review=lambda: self.learning_review,
        )
        return Workflows(context)

    def _publish_with_alerts(self) -> Published:
        self.store_copy.refresh()
        return self.publish()

    @cached_property
    def follow_ups(self) -> FollowUps:
        """Requests workflows that follow an analysis."""
        from adops_pipeline.services.follow_ups import FollowUps

        return FollowUps(self.warehouse, self.executions, self.settings.alerts.pacing_check_ratio)
