"""Budget recommendations: where the next unit of money returns the most."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import (
    ACCOUNT_CURRENCY,
    ACCOUNT_ID,
    CREATED_AT,
    CURRENCY,
    PLATFORM,
    money,
)

AllocationMethod = Literal["response-curve", "heuristic"]
Identification = Literal[
    "identified",
    "too-little-data",
    "demand-bound",
    "budget-not-spent",
    "spend-never-varied",
    "spend-follows-demand",
]
"""What the data can say about a campaign's response to its spend, or why they cannot."""
AdstockBasis = Literal["fitted", "set", "not-found"]
"""Where the carry-over of spend comes from: the data, the settings, or neither."""
_A_DAY = f"{ACCOUNT_CURRENCY} a day"
BUDGET_RECOMMENDATIONS = Table(
    "budget_recommendations",
    "Suggested daily budgets of running campaigns, with the same total per currency. One plan a day.",
    "allocation",
    ("as_of", "platform", "campaign_id"),
    (
        Column("as_of", "DATE", "Last day that was complete in every account.", required=True),
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "The platform's id of the campaign.", required=True),
        Column("campaign_name", "VARCHAR", "The campaign's name."),
        CURRENCY,
        money("current_daily", "Current spend a day.", required=True),
        money("suggested_daily", "Suggested spend a day.", required=True),
        money("score_daily", "What the score rule would set: by ROAS, trend and stability, without response curves."),
        Column("change_pct", "DOUBLE", "Change in spend.", "percent"),
        Column("expected_revenue_change", "DOUBLE", "Expected change in revenue.", _A_DAY),
        Column("low", "DOUBLE", "Lower end of its 80 % interval.", _A_DAY),
        Column("high", "DOUBLE", "Upper end of its 80 % interval.", _A_DAY),
        Column("plan_revenue_change", "DOUBLE", "The same for all campaigns of the currency.", _A_DAY),
        Column("plan_low", "DOUBLE", "Lower end of its 80 % interval.", _A_DAY),
        Column("plan_high", "DOUBLE", "Upper end of its 80 % interval.", _A_DAY),
        Column("marginal_roas", "DOUBLE", "Revenue of one more unit of spend at the suggested spend.", "ratio"),
        Column(
            "credibility", "DOUBLE", "Probability that the change returns more than the same money elsewhere; NULL "
            "where nothing changes.", "probability", minimum=0,
        ),
        Column(
            "identification", "VARCHAR", "Whether the response to spend is known, or why not. NULL: not examined.",
            allowed=get_args(Identification),
        ),
        Column("spend_variation_pct", "DOUBLE", "Standard deviation of the weekly spend.", "percent", minimum=0),
        Column(
            "own_variation_pct", "DOUBLE", "The part that neither trend nor shared demand explain.", "percent",
            minimum=0,
        ),
        Column("adstock_decay", "DOUBLE", "Share of a day's effect that carries over to the next.", "ratio", minimum=0),
        Column(
            "adstock_basis", "VARCHAR", "Whether that is fitted on the platform's campaigns, set, or none was found.",
            allowed=get_args(AdstockBasis),
        ),
        money("test_high_daily", "Budget of the first week of a test that would show the response."),
        money("test_low_daily", "Budget of its second week."),
        Column(
            "test_elasticity_error", "DOUBLE", "Standard error of the elasticity after that test.", "ratio", minimum=0
        ),
        Column("outside_observed_share", "DOUBLE", "Distance from the range of observed spend.", "ratio", minimum=0),
        Column(
            "method", "VARCHAR", "Method of the plan.", required=True, allowed=get_args(AllocationMethod)
        ),
        Column("rationale", "VARCHAR", "The reason, as a sentence.", required=True),
        Column("flags", "VARCHAR[]", "Why the budget stays unchanged, or caveats of the change."),
        CREATED_AT,
    ),
    history_column="as_of",
)  # fmt: skip
BUDGET_RESPONSE_CURVES = Table(
    "budget_response_curves",
    "Revenue that is expected at other daily budgets, of the campaigns whose response to spend is known.",
    "allocation",
    ("platform", "campaign_id"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "The platform's id of the campaign.", required=True),
        Column("campaign_name", "VARCHAR", "The campaign's name."),
        CURRENCY,
        Column("as_of", "DATE", "Last day that was complete in every account.", required=True),
        money("current_daily", "Current spend a day.", required=True),
        money("suggested_daily", "Suggested spend a day.", required=True),
        Column("observed_low", "DOUBLE", "Lowest daily spend that was seen.", _A_DAY, required=True, minimum=0),
        Column("observed_high", "DOUBLE", "Highest daily spend that was seen.", _A_DAY, required=True, minimum=0),
        Column(
            "points", "JSON",
            "[{spend, revenue, low, high}] a day, by rising spend; low and high are the ends of the 80 % interval.",
            required=True,
        ),
        CREATED_AT,
    ),
)  # fmt: skip
TABLES = (BUDGET_RECOMMENDATIONS, BUDGET_RESPONSE_CURVES)
