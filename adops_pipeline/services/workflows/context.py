"""What workflow bodies use: analyses, alerts, publishing, and tables that several of them read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from adops_pipeline.clock import Clock
from adops_pipeline.domain.experiments.definitions import TestDefinition
from adops_pipeline.domain.projects import CampaignFacts, assign
from adops_pipeline.domain.workflows.parameters import Selection
from adops_pipeline.operations import projects
from adops_pipeline.operations.store import Store
from adops_pipeline.services.alerts import Alerting
from adops_pipeline.services.analysis import Analysis
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.queries import analysis as queries

if TYPE_CHECKING:
    from adops_pipeline.services.memory.review import LearningReview

_MARGIN_DAYS = 5
"""Accounts whose last complete day is earlier than that of others need older rows."""


@dataclass(frozen=True)
class WorkflowContext:
    """The services that a workflow uses."""

    warehouse: Warehouse
    store: Callable[[], Store]
    clock: Clock
    analysis: Analysis
    alerting: Alerting
    publish: Callable[[], object]
    """Publishes the tables together with the store's alerts as they are now."""
    test_definitions: Callable[[], Sequence[TestDefinition]]
    reporting_currency: str
    learning_review: "Callable[[], LearningReview]"
    """Imported at first use: only one workflow learns."""

    def rows(self, table: str, since: date | None = None) -> pl.DataFrame:
        """A table of the warehouse; only rows of ``since`` and later where given."""
        with self.warehouse.reading() as con:
            return queries.table_rows(con, table, since)

    def first_day(self, parameters: Selection, days: int) -> date:
        """The first day of which rows are needed: ``days`` before the last complete day, and a margin."""
        return (parameters.as_of or self.clock().date()) - timedelta(days=days + _MARGIN_DAYS)

    def project_campaigns(self, parameters: Selection) -> list[tuple[str, str]] | None:
        """(platform, campaign_id) of the project that the parameters name; None where they name none.

        Raises NotFoundError for a project that does not exist.
        """
        if parameters.project_id is None:
            return None
        with self.store().reading() as con:
            projects.get(con, parameters.project_id)
            rules, by_hand = projects.rules(con), projects.by_hand(con)
        known = self.rows("campaigns").select("id", "platform", pl.col("name").fill_null(""), "objective")
        assigned = assign((CampaignFacts(*row) for row in known.iter_rows()), rules, by_hand).assignments
        chosen = [a.campaign_id.partition(":") for a in assigned if a.project_id == parameters.project_id]
        return [(platform, campaign) for platform, _, campaign in chosen]

    def shared_budgets(self) -> dict[tuple[str, str], str]:
        """By (platform, campaign_id), the id of the shared budget that a campaign draws on."""
        is_shared = pl.col("is_shared_budget") & pl.col("shared_budget_id").is_not_null()
        shared = self.rows("campaigns").filter(is_shared).select("platform", "external_id", "shared_budget_id")
        return {(platform, campaign): budget for platform, campaign, budget in shared.iter_rows()}
