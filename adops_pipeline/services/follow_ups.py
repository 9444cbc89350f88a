"""Workflows requested after an analysis: evaluation of ready tests, pacing checks of overspent budgets."""

from collections.abc import Sequence
from dataclasses import dataclass

from adops_pipeline.domain.workflows.follow_ups import FollowUp, budgets_to_check, ready_tests
from adops_pipeline.domain.workflows.requests import resolve_request
from adops_pipeline.services.executions import Executions
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries.analysis import table_rows


@dataclass(frozen=True)
class FollowUps:
    """Requests what is due. Each method gives the number of workflows that are due; each is requested once."""

    warehouse: Warehouse
    executions: Executions
    pacing_check_ratio: float

    def evaluate_ready_tests(self) -> int:
        """Request the evaluation of tests whose two arms have reached the minimum sample size."""
        with self.warehouse.reading() as con:
            due = ready_tests(table_rows(con, "ab_tests"), table_rows(con, "ab_test_results"))
        return self._request(due)

    def check_overspending_budgets(self) -> int:
        """Request a pacing check of budgets that have spent the set multiple of their target, once a period."""
        with self.warehouse.reading() as con:
            due = budgets_to_check(table_rows(con, "analytics_budgets"), self.pacing_check_ratio)
        return self._request(due)

    def _request(self, due: Sequence[FollowUp]) -> int:
        for one in due:
            request = resolve_request(one.workflow_id, one.parameters)
            self.executions.request(request, requested_by="alert", key=one.key)
        return len(due)
