"""Outcomes: what a change of a campaign did, measured against campaigns that were not changed."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_ID, PLATFORM

Action = Literal["raise_budget", "cut_budget", "pause", "activate", "bid_up", "bid_down", "create", "other"]
OutcomeSource = Literal["proposal", "platform-log"]
OutcomeMetric = Literal["spend", "conversions", "revenue", "cpa", "roas"]
OutcomeMethod = Literal["controls", "controls-of-all-platforms", "own-forecast", "account"]
OutcomeVerdict = Literal["pending", "helped", "hurt", "unclear", "not-measurable"]
_VALUE = "a day for spend, conversions and revenue; else the metric's unit"
_SHARE = "ratio, -1 to infinity"

ACTION_OUTCOMES = Table(
    "action_outcomes",
    "What a change of a campaign did, by metric: the 14 days after it against what matched campaigns that were not "
    "changed say would have happened. Changes are applied proposals and those of the platforms' logs.",
    "outcomes",
    ("change_id", "metric"),
    (
        Column("change_id", "VARCHAR", "Id of the change: its proposal's, else made of campaign, kind and day.",
               required=True),
        Column("proposal_id", "VARCHAR", "Proposal that was applied; NULL for a change from a platform's log."),
        Column("source", "VARCHAR", "How the change is known.", required=True, allowed=get_args(OutcomeSource)),
        Column("metric", "VARCHAR", "Metric that was measured.", required=True, allowed=get_args(OutcomeMetric)),
        Column(
            "is_primary", "BOOLEAN",
            "Whether the change is judged by it: conversions where a running campaign was to buy more, else CPA.",
            required=True,
        ),
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "The platform's id of the campaign.", required=True),
        Column("campaign_name", "VARCHAR", "The campaign's name."),
        Column("agent_id", "VARCHAR", "Agent that proposed the change; NULL if a person made it."),
        Column("action", "VARCHAR", "Kind of change.", required=True, allowed=get_args(Action)),
        Column(
            "condition", "VARCHAR",
            "Condition under which it was made, as its proposal states it; else the season of the northern hemisphere.",
        ),
        Column("applied_at", "TIMESTAMP", "Time of the change.", "UTC", required=True),
        Column("changed_on", "DATE", "Day of the change, in the account's time zone.", required=True),
        Column("pre_start", "DATE", "First day of the time before."),
        Column("pre_end", "DATE", "Last day of the time before."),
        Column("post_start", "DATE", "First day of the time after; the day of the change belongs to neither.",
               required=True),
        Column("post_end", "DATE", "Last day of the time after.", required=True),
        Column("before", "DOUBLE", "The metric in the time before; the account's if so measured.", _VALUE, minimum=0),
        Column("after", "DOUBLE", "The metric in the time after; the account's if so measured.", _VALUE, minimum=0),
        Column("expected", "DOUBLE", "The metric to expect in the time after without the change.", _VALUE, minimum=0),
        Column("effect_ratio", "DOUBLE", "Effect of the change: after over expected, less one.", _SHARE),
        Column("effect_low", "DOUBLE", "Lower end of its 80 % interval.", _SHARE),
        Column("effect_high", "DOUBLE", "Upper end of its 80 % interval.", _SHARE),
        Column("effect_error", "DOUBLE", "Standard error of log(1 + effect_ratio).", "log ratio", minimum=0),
        Column(
            "before_after_ratio", "DOUBLE",
            "After over before, less one: for comparison only. It counts trend, season and the return from an extreme.",
            _SHARE,
        ),
        Column(
            "forecast_ratio", "DOUBLE",
            "After over the campaign's own forecast of the eve, less one: for comparison, or where controls lack.",
            _SHARE,
        ),
        Column("controls", "INTEGER", "Number of campaigns it was compared with.", "count", required=True, minimum=0),
        Column(
            "pretrend_p", "DOUBLE",
            "P of a difference from the controls as large as that before the change; below 0.01 nothing is measured.",
            "probability", minimum=0,
        ),
        Column(
            "method", "VARCHAR", "What the expected value rests on; account: the account with and without it.",
            allowed=get_args(OutcomeMethod),
        ),
        Column(
            "probability_better", "DOUBLE", "Probability that the change moved the metric in the wanted direction.",
            "probability", minimum=0,
        ),
        Column("verdict", "VARCHAR", "What the measurement says.", required=True, allowed=get_args(OutcomeVerdict)),
        Column("reason", "VARCHAR", "The reason of the verdict as a sentence.", required=True),
        Column(
            "partitions", "VARCHAR",
            "Monthly partitions of analytics_metrics that hold the compared days, with commas; NULL if none are.",
        ),
        Column("run_id", "VARCHAR", "Dagster run that gave the verdict; NULL while pending, and outside of runs."),
        Column("measured_at", "TIMESTAMP", "Time of the computation.", "UTC", required=True),
    ),
    history_column="changed_on",
)  # fmt: skip
TABLES = (ACTION_OUTCOMES,)
