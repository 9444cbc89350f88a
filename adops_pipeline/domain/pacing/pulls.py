"""What the pacing of a budget asks of its spend: what binds the budget plan and the list of the day alike."""

from collections.abc import Mapping
from typing import Literal

import polars as pl

from adops_pipeline.domain.pacing.entities import members_of
from adops_pipeline.domain.pacing.verdict import newest_rows

Direction = Literal["up", "down"]
Pull = Direction | Literal["unspent"]
"""``up``: more spend, ``down``: less. ``unspent``: a daily budget is left over, so a higher one would not be spent."""
OVER = frozenset({"overpacing", "overspend-likely", "over-delivering"})
UNDER = frozenset({"underpacing", "under-delivering"})
_PULLS: Mapping[str, Pull] = {
    **dict.fromkeys(OVER, "down"), **dict.fromkeys(UNDER, "up"), "under-delivering": "unspent",
}  # fmt: skip


def pulls_of(budgets: pl.DataFrame) -> dict[tuple[str, str], Pull]:
    """By platform and entity, from the newest of ``budgets`` (rows of analytics_budgets)."""
    verdicts = newest_rows(budgets).select("platform", "campaign_id", "verdict")
    return {(platform, entity): _PULLS[v] for platform, entity, v in verdicts.iter_rows() if v in _PULLS}


def pulls_of_campaigns(budgets: pl.DataFrame, campaigns: pl.DataFrame) -> dict[str, Pull]:
    """By ``platform:campaign_id``, in that order: a shared budget pulls all its campaigns alike.

    ``campaigns`` is as in the table of that name.
    """
    pulls = pulls_of(budgets)
    members = members_of(campaigns).select("platform", "campaign_id", "entity_id")
    return {
        f"{platform}:{campaign}": pulls[platform, entity]
        for platform, campaign, entity in members.iter_rows()
        if (platform, entity) in pulls
    }
