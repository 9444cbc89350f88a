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
Cause = Literal["delivery-stopped", "tracking-stopped", "budget-changed", "status-changed", "bid-changed"]
_VALUE = "the metric's unit: account currency for spend and cpc, a ratio for ctr, else a count"
ANALYTICS_ANOMALIES = Table(
    "analytics_anomalies",
    "Days on which a campaign's metric left its usual range significantly and by enough money to matter.",
    "anomalies",
    ("platform", "campaign_id", "date", "metric"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "The platform's id of the campaign.", required=True),
        Column("campaign_name", "VARCHAR", "The campaign's name."),
        Column("date", "DATE", "The day, in the account's time zone.", required=True),
        Column(
            "metric", "VARCHAR", "The unusual metric.", required=True,
            allowed=get_args(AnomalyMetric),
        ),
        CURRENCY,
        Column("observed", "DOUBLE", "Observed value.", _VALUE, required=True, minimum=0),
        Column("expected", "DOUBLE", "Expected value for that weekday.", _VALUE, required=True, minimum=0),
        Column("low", "DOUBLE", "Lower end of the usual range.", _VALUE, required=True, minimum=0),
        Column("high", "DOUBLE", "Upper end of the usual range.", _VALUE, required=True, minimum=0),
        Column("score", "DOUBLE", "Distance in robust standard deviations; negative below.", required=True),
        Column("direction", "VARCHAR", "Above or below.", required=True, allowed=get_args(Direction)),
        severity("Severity, by the money at stake in a week and the score.", required=True),
        Column(
            "money_effect", "DOUBLE", "Money value of the day's difference.", ACCOUNT_CURRENCY, required=True, minimum=0
        ),
        Column(
            "cause", "VARCHAR",
            "Likely cause, where known: delivery or conversion tracking has stopped, or a setting was changed in the "
            "week before.",
            allowed=get_args(Cause),
        ),
        Column("occasion", "VARCHAR", "Events of the calendar on that day; NULL: none."),
        Column("event_id", "VARCHAR", "Event that affected many campaigns of the account; NULL if only this one."),
        Column("event_campaigns", "INTEGER", "Number of campaigns affected by the event.", minimum=1),
        Column("explanation", "VARCHAR", "The observation and its effect on CPA, as a sentence.", required=True),
        CREATED_AT,
    ),
    history_column="date",
)  # fmt: skip
TABLES = (ANALYTICS_ANOMALIES,)
