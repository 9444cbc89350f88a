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
_EXTERNAL_ID = Column("external_id", "VARCHAR", "Id as the platform numbers it.", required=True)

CAMPAIGNS = Table(
    "campaigns",
    "Campaigns as they are now; one that vanished upstream stays, as removed.",
    "metrics",
    ("id",),
    (
        Column("id", "VARCHAR", "`platform:external_id`.", required=True),
        PLATFORM,
        ACCOUNT_ID,
        _EXTERNAL_ID,
        Column("name", "VARCHAR", "The campaign's name."),
        _STATUS,
        Column("platform_status", "VARCHAR", "Status in the platform's own word."),
        Column("objective", "VARCHAR", "What the campaign is bought for, in the platform's own word."),
        money("budget", "The budget that is set, daily or lifetime as budget_period says; NULL: none known."),
        Column("budget_period", "VARCHAR", "What the budget buys.", allowed=("daily", "lifetime")),
        money("daily_budget", "Daily budget; of the active ad groups together where it is set there."),
        money("lifetime_budget", "Budget of the whole flight; of the active ad groups together where it is set there."),
        Column("is_shared_budget", "BOOLEAN", "Whether several campaigns draw on this budget: such are never summed."),
        Column("shared_budget_id", "VARCHAR", "The shared budget's id, where the budget is shared."),
        CURRENCY,
        Column("start_date", "DATE", "First day, in the account's time zone."),
        Column("end_date", "DATE", "Last day, in the account's time zone; NULL: open-ended."),
        Column("project_id", "VARCHAR", "Project that the campaign is assigned to."),
        Column("metrics", "JSON", "Lifetime totals of what is in analytics_metrics, in account currency."),
        SYNCED_AT,
        Column("created_at", "TIMESTAMP", "When the platform says it was created.", "UTC"),
    ),
)
AD_GROUPS = Table(
    "ad_groups",
    "Ad groups (Meta: ad sets) as they are now; one that vanished upstream stays, as removed.",
    "metrics",
    ("id",),
    (
        Column("id", "VARCHAR", "`platform:external_id`.", required=True),
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "Its campaign, as the platform numbers it.", required=True),
        _EXTERNAL_ID,
        Column("name", "VARCHAR", "The ad group's name."),
        _STATUS,
        Column("platform_status", "VARCHAR", "Status in the platform's own word."),
        money("daily_budget", "Daily budget, where budgets are set on ad groups."),
        money("lifetime_budget", "Budget of the whole flight, where budgets are set on ad groups."),
        CURRENCY,
        SYNCED_AT,
    ),
)
TABLES = (CAMPAIGNS, AD_GROUPS)
