"""Campaigns and ad groups (Meta: ad sets)."""

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import (
    ACCOUNT_ID,
    CURRENCY,
    PLATFORM,
    STATUSES,
    SYNCED_AT,
    money,
)

_STATUS = Column("status", "VARCHAR", "Unified status.", required=True, allowed=STATUSES)
_EXTERNAL_ID = Column("external_id", "VARCHAR", "The platform's own id.", required=True)

CAMPAIGNS = Table(
    "campaigns",
    "Campaigns in their current state; one that the platform no longer lists is kept as removed.",
    "metrics",
    ("id",),
    (
        Column("id", "VARCHAR", "`platform:external_id`.", required=True),
        PLATFORM,
        ACCOUNT_ID,
        _EXTERNAL_ID,
        Column("name", "VARCHAR", "The campaign's name."),
        _STATUS,
        Column("platform_status", "VARCHAR", "The platform's own status."),
        Column("objective", "VARCHAR", "The platform's own objective."),
        money("budget", "Budget, daily or lifetime according to budget_period; NULL if unknown."),
        Column("budget_period", "VARCHAR", "Period of the budget.", allowed=("daily", "lifetime")),
        money("daily_budget", "Daily budget; the sum of the active ad groups' budgets if set there."),
        money("lifetime_budget", "Lifetime budget; the sum of the active ad groups' budgets if set there."),
        Column(
            "is_shared_budget",
            "BOOLEAN",
            "Whether several campaigns share this budget; shared budgets must not be summed.",
        ),
        Column("shared_budget_id", "VARCHAR", "Id of the shared budget, if it is shared."),
        CURRENCY,
        Column("start_date", "DATE", "First day, in the account's time zone."),
        Column("end_date", "DATE", "Last day, in the account's time zone; NULL: open-ended."),
        Column("project_id", "VARCHAR", "Project that the campaign is assigned to."),
        Column("metrics", "JSON", "Totals over all rows of analytics_metrics, in account currency."),
        SYNCED_AT,
        Column("created_at", "TIMESTAMP", "Time of creation on the platform.", "UTC"),
    ),
)
AD_GROUPS = Table(
    "ad_groups",
    "Ad groups (Meta: ad sets) in their current state; one that the platform no longer lists is kept as removed.",
    "metrics",
    ("id",),
    (
        Column("id", "VARCHAR", "`platform:external_id`.", required=True),
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "The platform's id of its campaign.", required=True),
        _EXTERNAL_ID,
        Column("name", "VARCHAR", "The ad group's name."),
        _STATUS,
        Column("platform_status", "VARCHAR", "The platform's own status."),
        money("daily_budget", "Daily budget, if budgets are set on ad groups."),
        money("lifetime_budget", "Lifetime budget, if budgets are set on ad groups."),
        money("bid", "Bid that somebody has set: per click, per result or as a cap; NULL: the platform sets bids."),
        CURRENCY,
        SYNCED_AT,
    ),
)
TABLES = (CAMPAIGNS, AD_GROUPS)
