"""Anomalies: campaign days that left their usual range."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import (
    ACCOUNT_CURRENCY,
    ACCOUNT_ID,
    CREATED_AT,
    CURRENCY,
    PLATFORM,
    severity,
)

AnomalyMetric = Literal["spend", "impressions", "ctr", "cpc", "conversions"]
Direction = Literal["up", "down"]
Cause = Literal["delivery-stopped", "tracking-stopped"]
_VALUE = "the metric's unit: account currency for spend and cpc, a ratio for ctr, else a count"
ANALYTICS_ANOMALIES = Table(
    "analytics_anomalies",
    "Days on which a campaign's metric left its usual range by more than chance and by enough money to matter.",
    "anomalies",
    ("platform", "campaign_id", "date", "metric"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "Campaign, as the platform numbers it.", required=True),
        Column("campaign_name", "VARCHAR", "The campaign's name."),
        Column("date", "DATE", "The day, in the account's time zone.", required=True),
        Column(
            "metric", "VARCHAR", "What is unusual.", required=True,
            allowed=get_args(AnomalyMetric),
        ),
        CURRENCY,
        Column("observed", "DOUBLE", "What was seen.", _VALUE, required=True, minimum=0),
        Column("expected", "DOUBLE", "What that weekday usually shows.", _VALUE, required=True, minimum=0),
        Column("low", "DOUBLE", "Lower end of the usual range.", _VALUE, required=True, minimum=0),
        Column("high", "DOUBLE", "Upper end of the usual range.", _VALUE, required=True, minimum=0),
        Column("score", "DOUBLE", "Distance in robust standard deviations; negative below.", required=True),
        Column("direction", "VARCHAR", "Above or below.", required=True, allowed=get_args(Direction)),
        severity("By the money at stake in a week and the score.", required=True),
        Column(
            "money_effect", "DOUBLE", "What the day's difference is worth.", ACCOUNT_CURRENCY, required=True, minimum=0
        ),
        Column(
            "cause", "VARCHAR", "Likely cause, where the data show one: delivery or conversion tracking has stopped.",
            allowed=get_args(Cause),
        ),
        Column("event_id", "VARCHAR", "Event that struck many campaigns of the account that day; NULL: this alone."),
        Column("event_campaigns", "INTEGER", "Number of campaigns that the event struck.", minimum=1),
        Column("explanation", "VARCHAR", "What was seen and what it did to the CPA, in words.", required=True),
        CREATED_AT,
    ),
    history_column="date",
)  # fmt: skip
TABLES = (ANALYTICS_ANOMALIES,)
