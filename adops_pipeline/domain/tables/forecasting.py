"""Forecasts to the end of the month."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_ID, CREATED_AT, CURRENCY, PLATFORM

ForecastMetric = Literal["spend", "conversions", "revenue"]
_VALUE = "account currency for spend and revenue, else a count"
ANALYTICS_FORECASTS = Table(
    "analytics_forecasts",
    "Spend, conversions and revenue that each campaign is likely to end the month with.",
    "forecasting",
    ("platform", "campaign_id", "metric", "period_start"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "The platform's id of the campaign.", required=True),
        Column("campaign_name", "VARCHAR", "The campaign's name."),
        CURRENCY,
        Column(
            "metric", "VARCHAR", "What is forecast.", required=True, allowed=get_args(ForecastMetric)
        ),
        Column(
            "period_start", "DATE", "First day of the month, or the first pulled one if that is later.", required=True
        ),
        Column("period_end", "DATE", "Last day of the month.", required=True),
        Column("as_of", "DATE", "Last complete day that is known.", required=True),
        Column("days_ahead", "BIGINT", "Days that are forecast.", "days", required=True, minimum=0),
        Column("actual_to_date", "DOUBLE", "Known of the month so far.", _VALUE, required=True, minimum=0),
        Column("total", "DOUBLE", "Likely total, late conversions included.", _VALUE, required=True, minimum=0),
        Column(
            "total_low", "DOUBLE", "Lower end of its 80 % interval.", _VALUE, required=True, minimum=0,
            renamed_from="low",
        ),
        Column(
            "total_high", "DOUBLE", "Upper end of its 80 % interval.", _VALUE, required=True, minimum=0,
            renamed_from="high",
        ),
        Column(
            "season_change_pct", "DOUBLE",
            "What the yearly season, learnt from the same weeks a year before, adds to the days ahead. "
            "NULL where less than a year and eight weeks is known or nothing is expected.",
            "percent",
        ),
        Column("is_running", "BOOLEAN", "Whether it spent anything in the last four weeks.", required=True),
        CREATED_AT,
    ),
)  # fmt: skip
TABLES = (ANALYTICS_FORECASTS,)
