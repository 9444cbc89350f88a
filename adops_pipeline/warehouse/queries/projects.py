"""Campaigns as the projects show them. Read-only."""

from dataclasses import dataclass

import duckdb

from adops_pipeline.domain.projects import CampaignFacts


@dataclass(frozen=True, slots=True)
class ProjectCampaign:
    """A campaign; ``id`` is ``platform:external_id``."""

    id: str
    platform: str
    account_id: str
    name: str
    status: str
    objective: str | None
    currency: str

    @property
    def facts(self) -> CampaignFacts:
        """What rules match."""
        return CampaignFacts(self.id, self.platform, self.name, self.objective)


def project_campaigns(con: duckdb.DuckDBPyConnection) -> list[ProjectCampaign]:
    """Every campaign, by id."""
    query = (
        "SELECT id, platform, account_id, coalesce(name, ''), status, objective, currency FROM campaigns ORDER BY id"
    )
    return [ProjectCampaign(*row) for row in con.execute(query).fetchall()]
