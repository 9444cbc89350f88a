"""Pacing: every campaign's budget against what it spent, day by day."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import (
    ACCOUNT_CURRENCY,
    ACCOUNT_ID,
    CREATED_AT,
    CURRENCY,
    MONEY,
    PLATFORM,
    money,
    severity,
)

PacingStatus = Literal[
    "on-track", "overpacing", "underpacing", "limited", "delivering", "under-delivering", "over-delivering",
    "not-started", "ended", "no-budget", "no-data", "unknown",
]  # fmt: skip
"""The first three rate the spend of a period (target or flight), the next four the delivery of daily budgets; the
others say why nothing is rated. ``limited``: the budget is what limits the spend."""
PacingVerdict = Literal[
    "overpacing", "underpacing", "overspend-likely", "over-delivering", "under-delivering", "no-delivery", "on-track",
    "limited", "delivering", "unknown", "paused", "no-budget", "not-started", "ended",
]  # fmt: skip
"""``ended``: the campaign or its period is over, nothing can be set any more. ``paused``: somebody stopped it, so its
pace is not judged. ``no-delivery``: it should run and spends nothing, or has spent nothing for three days.
``unknown``: part of the period's spend, or of the daily budgets in force, is not known."""
BasisKind = Literal["target", "lifetime", "daily", "cap", "none"]
"""``cap``: a lifetime budget without an end date."""
_STATUSES: tuple[PacingStatus, ...] = get_args(PacingStatus)
_RETURNS = (
    Column("revenue_to_date", MONEY, "Value of the period's conversions known so far.", ACCOUNT_CURRENCY),
    Column(
        "revenue_nowcast", MONEY, "Expected final value of the period's conversions so far (nowcast).", ACCOUNT_CURRENCY
    ),
    Column("roas_to_date", "DOUBLE", "Revenue known so far over spend; NULL without spend.", "ratio", minimum=0),
    Column("roas_nowcast", "DOUBLE", "Nowcast of revenue over spend; NULL without spend.", "ratio", minimum=0),
)
RETURN_COLUMNS = tuple(column.name for column in _RETURNS)
"""Columns that `pacing.returns` computes; `pacing.judgement` computes the others."""

ANALYTICS_BUDGETS = Table(
    "analytics_budgets",
    "Pacing of each campaign or shared budget through the last complete day of its account; one row a day is kept.",
    "pacing",
    ("platform", "campaign_id", "as_of"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "Campaign; of a shared budget, the budget's own id.", required=True),
        Column("as_of", "DATE", "Last complete day, in the account's time zone.", required=True),
        Column("campaign_name", "VARCHAR", "The campaign's name; of a shared budget, its campaigns' names."),
        Column("campaign_status", "VARCHAR", "Status of the campaign; of a shared budget, its campaigns' most active."),
        CURRENCY,
        Column("is_shared_budget", "BOOLEAN", "Whether the row is a shared budget with all its campaigns."),
        Column(
            "basis", "VARCHAR", "Source of the budget.", required=True,
            allowed=get_args(BasisKind),
        ),
        Column("period_start", "DATE", "First day of the budget period.", required=True),
        Column("period_end", "DATE", "Last day of the budget period.", required=True),
        Column(
            "known_from", "DATE",
            "First day from which the account's daily figures are complete; NULL if all days are.",
        ),
        money("daily_budget", "Current daily budget."),
        money("monthly_budget", "Budget of a whole month: of the daily budget, or the target."),
        money(
            "budget",
            "Budget of the period; of daily budgets, the sum of those so far and of the days ahead; NULL where that of"
            " a day so far is not known.",
        ),
        money("spent_to_date", "Spend of the period so far; NULL if part of it is not known."),
        money("pacing_target", "Expected spend so far at an even pace; NULL where `budget` is."),
        money("seasonal_target", "Expected spend so far with the usual weekday weights; NULL where `budget` is."),
        Column(
            "pacing_ratio", "DOUBLE", "Spend over the even target; of daily budgets as `delivery_month`.", "ratio",
            minimum=0,
        ),
        Column(
            "seasonal_ratio", "DOUBLE", "Spend over the seasonal target; of daily budgets as `delivery_ratio`.",
            "ratio", minimum=0,
        ),
        Column(
            "tolerance", "DOUBLE", "Allowed distance of the seasonal ratio from 1, where a sum is paced.",
            "ratio", minimum=0,
        ),
        Column(
            "linear_status", "VARCHAR", "Status by the even target: over 1.1 and under 0.9.", allowed=_STATUSES
        ),
        Column(
            "status", "VARCHAR", "Status by the seasonal target and its tolerance; of daily budgets, by delivery.",
            required=True, allowed=_STATUSES,
        ),
        Column("delivery_7d", "DOUBLE", "Spend over the daily budgets in force, last 7 days.", "ratio", minimum=0),
        Column("delivery_28d", "DOUBLE", "Spend over the daily budgets in force, last 28 days.", "ratio", minimum=0),
        Column("delivery_month", "DOUBLE", "Spend over the daily budgets in force, month so far.", "ratio", minimum=0),
        Column("delivery_ratio", "DOUBLE", "Delivery as judged: since its last change.", "ratio", minimum=0),
        Column("delivery_days", "INTEGER", "Days that `delivery_ratio` rests on.", "days", minimum=0),
        Column("delivery_probability", "DOUBLE", "Probability of the status by delivery.", "probability", minimum=0),
        money("projected_total", "Projected spend at the end of the period."),
        money("projected_low", "Lower end of its 80 % interval."),
        money("projected_high", "Upper end of its 80 % interval."),
        Column(
            "overspend_probability", "DOUBLE", "Probability of ending over the target or flight.", "probability",
            minimum=0,
        ),
        money("required_daily_spend", "Spend a day from tomorrow on that would end the period on budget."),
        money("max_possible_spend", "Maximum spend of the period under the platform's delivery rules."),
        Column("days_elapsed", "INTEGER", "Elapsed days of the period.", "days", minimum=0),
        Column("days_remaining", "INTEGER", "Remaining days of the period.", "days", minimum=0),
        *_RETURNS,
        Column(
            "weekday_weights", "JSON",
            "Usual spend of Monday to Sunday over that of the mean day: seven numbers, in a list.",
        ),
        money("current_daily", "Current spend a day, adjusted for weekdays; 0 after three days without spend."),
        Column(
            "verdict", "VARCHAR", "Verdict on the pace; also the name of its alert and finding.",
            allowed=get_args(PacingVerdict),
        ),
        severity("Severity, by the money at stake and its certainty; NULL if no action is needed."),
        money(
            "money_at_stake",
            "Expected spend beyond the budget, of a daily budget in two weeks; a tenth of expected unspent budget; "
            "without delivery, a week's budget.",
        ),
        Column("recommendation", "VARCHAR", "What to set, in one sentence.", required=True),
        CREATED_AT,
    ),
    history_column="as_of",
)  # fmt: skip
TABLES = (ANALYTICS_BUDGETS,)
