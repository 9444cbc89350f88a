"""Budgets over time: changes of campaigns, budgets in force by day, spend from before the pulled history."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_ID, CURRENCY, MONEY, PLATFORM, money

ChangeField = Literal["daily_budget", "lifetime_budget", "status", "bid"]
ChangeSource = Literal["change-event", "activity", "pull"]
"""Google's change events, Meta's activities, or the difference between two of our own pulls."""

_CAMPAIGN_ID = Column("campaign_id", "VARCHAR", "Campaign; of a shared budget, the budget's own id.", required=True)
_SOURCE = Column(
    "source",
    "VARCHAR",
    "Source: the platform's log of changes (change-event, activity) or our own pulls of campaigns (pull).",
    required=True,
    allowed=get_args(ChangeSource),
)

CAMPAIGN_CHANGES = Table(
    "campaign_changes",
    "Changes of budgets, status and bids of campaigns. A budget set on ad groups changes with their sum.",
    "metrics",
    ("platform", "campaign_id", "field", "changed_at"),
    (
        PLATFORM,
        ACCOUNT_ID,
        _CAMPAIGN_ID,
        Column(
            "changed_at", "TIMESTAMP", "Time of the change; of a change found by pulls, time of the pull.", "UTC",
            required=True,
        ),
        Column("change_date", "DATE", "Day of the change, in the account's time zone.", required=True),
        Column("field", "VARCHAR", "What was changed.", required=True, allowed=get_args(ChangeField)),
        Column("old_value", "VARCHAR", "Value before; amounts in account currency. NULL: none or unknown."),
        Column("new_value", "VARCHAR", "Value after; amounts in account currency. NULL: none."),
        _SOURCE,
    ),
    history_column="change_date",
)  # fmt: skip
CAMPAIGN_BUDGET_HISTORY = Table(
    "campaign_budget_history",
    "Budgets in force: one row for each day from which another budget applies. A campaign's first row is the first day "
    "for which its budget is known. Budgets set on ad groups (Meta: ad sets) are summed over the active ones, only for "
    "campaigns without a budget of their own.",
    "metrics",
    ("platform", "campaign_id", "valid_from"),
    (
        PLATFORM,
        ACCOUNT_ID,
        _CAMPAIGN_ID,
        Column(
            "valid_from", "DATE", "First day on which the budget applies, in the account's time zone.", required=True
        ),
        money("daily_budget", "Daily budget; NULL: none."),
        money("lifetime_budget", "Lifetime budget; NULL: none."),
        CURRENCY,
        _SOURCE,
    ),
    history_column="valid_from",
)
CAMPAIGN_EARLIER_SPEND = Table(
    "campaign_earlier_spend",
    "Spend from before the first complete pulled day, as the platform totals it: of the month, flights, short spans.",
    "metrics",
    ("platform", "campaign_id", "period_start"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "Campaign.", required=True),
        Column(
            "period_start",
            "DATE",
            "First day of the period: of the month, of a flight, or of a span of days.",
            required=True,
        ),
        Column("period_end", "DATE", "Day before the first complete pulled day.", required=True),
        Column(
            "spend", MONEY, "Spend from period_start through period_end.", "account currency", required=True, minimum=0
        ),
        CURRENCY,
        Column("pulled_at", "TIMESTAMP", "Time of the pull.", "UTC", required=True),
    ),
)
TABLES = (CAMPAIGN_CHANGES, CAMPAIGN_BUDGET_HISTORY, CAMPAIGN_EARLIER_SPEND)
