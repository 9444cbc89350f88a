"""What several workflows read: tables over their days, a project's campaigns, shared budgets. Reading only."""

from datetime import date, timedelta

import polars as pl

from adops_pipeline.domain.projects import CampaignFacts, assign
from adops_pipeline.domain.workflows.parameters import Selection
from adops_pipeline.operations import projects
from adops_pipeline.warehouse.queries import analysis as queries
from adops_pipeline.wiring import Services

_A_FEW_MORE_DAYS = 5


def first_day(services: Services, parameters: Selection, days: int) -> date:
    """The first day that may matter, with a few in hand for accounts whose last day is an earlier one."""
    return (parameters.as_of or services.clock().date()) - timedelta(days=days + _A_FEW_MORE_DAYS)


def rows(services: Services, table: str, since: date | None = None) -> pl.DataFrame:
    """A table of the warehouse."""
    with services.warehouse.reading() as con:
        return queries.table_rows(con, table, since)


def project_campaigns(services: Services, parameters: Selection) -> list[tuple[str, str]] | None:
    """(platform, campaign_id) of the project that the parameters name; None where they name none.

    Raises NotFoundError for a project that does not exist.
    """
    if parameters.project_id is None:
        return None
    with services.store.reading() as con:
        projects.get(con, parameters.project_id)
        rules, by_hand = projects.rules(con), projects.by_hand(con)
    known = rows(services, "campaigns").select("id", "platform", pl.col("name").fill_null(""), "objective")
    assigned = assign((CampaignFacts(*row) for row in known.iter_rows()), rules, by_hand).assignments
    chosen = [a.campaign_id.partition(":") for a in assigned if a.project_id == parameters.project_id]
    return [(platform, campaign) for platform, _, campaign in chosen]


def shared_budgets(services: Services) -> dict[tuple[str, str], str]:
    """By (platform, campaign_id), the id of the shared budget that a campaign draws on."""
    shared = rows(services, "campaigns").filter(pl.col("is_shared_budget") & pl.col("shared_budget_id").is_not_null())
    return {(p, c): budget for p, c, budget in shared.select("platform", "external_id", "shared_budget_id").iter_rows()}
