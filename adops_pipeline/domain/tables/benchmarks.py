"""Benchmarks: a campaign's ratios against its own past and against its peers."""

from typing import Literal, get_args

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_CURRENCY, ACCOUNT_ID, CREATED_AT, CURRENCY, PLATFORM, severity

BenchmarkMetric = Literal["ctr", "cpc", "cpa", "roas"]
BenchmarkPeriod = Literal["week", "month"]
BenchmarkStatus = Literal["better", "worse", "normal", "insufficient-data"]
_VALUE = "the metric's unit: account currency for cpc and cpa, a ratio for ctr and roas"
ANALYTICS_BENCHMARKS = Table(
    "analytics_benchmarks",
    "Each campaign's metrics of the last week and month against the weeks before, as ratios of sums, and its peers' "
    "quartiles.",
    "benchmarks",
    ("platform", "campaign_id", "metric", "period", "period_start"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "The platform's id of the campaign.", required=True),
        Column("campaign_name", "VARCHAR", "The campaign's name."),
        CURRENCY,
        Column("metric", "VARCHAR", "Which ratio.", required=True, allowed=get_args(BenchmarkMetric)),
        Column(
            "period", "VARCHAR", "7 days against 28, or 28 against 84.", required=True,
            allowed=get_args(BenchmarkPeriod),
        ),
        Column("period_start", "DATE", "First day of the current period.", required=True),
        Column("period_end", "DATE", "Last day of it: complete, and mature for cpa and roas.", required=True),
        Column("baseline_value", "DOUBLE", "The metric in the baseline period.", _VALUE, minimum=0),
        Column("current_value", "DOUBLE", "The metric in the current period.", _VALUE, minimum=0),
        Column(
            "current_low", "DOUBLE",
            "Lower bound (97.5 %, one-sided) of cpc and cpa where hardly any clicks or conversions came.", _VALUE,
            minimum=0,
        ),
        Column(
            "current_high", "DOUBLE",
            "Upper bound (97.5 %, one-sided) of ctr and roas where hardly any clicks or conversions came.", _VALUE,
            minimum=0,
        ),
        Column("change_pct", "DOUBLE", "Change against the baseline.", "percent"),
        Column(
            "z_score", "DOUBLE",
            "Change beyond that of events, in standard errors of the logarithm, for dependent days; positive if it"
            " rose.",
        ),
        Column(
            "status", "VARCHAR", "Whether the change is significant, and good or bad.", required=True,
            allowed=get_args(BenchmarkStatus),
        ),
        Column("peer_p25", "DOUBLE", "Lower quartile of campaigns of this platform and objective.", _VALUE, minimum=0),
        Column("peer_median", "DOUBLE", "Their median.", _VALUE, minimum=0),
        Column("peer_p75", "DOUBLE", "Their upper quartile.", _VALUE, minimum=0),
        Column(
            "q_value", "DOUBLE", "False discovery rate (Benjamini-Hochberg q-value) of the change, within its period.",
            "probability", minimum=0,
        ),
        severity("Severity, by the money at stake and the certainty of the change; NULL if no action is needed."),
        Column(
            "money_at_stake", "DOUBLE", "Loss a week against the baseline; NULL if not worse.",
            ACCOUNT_CURRENCY, minimum=0,
        ),
        Column("occasion", "VARCHAR", "Events of the calendar in the period and its baseline; NULL: none."),
        CREATED_AT,
    ),
)  # fmt: skip
TABLES = (ANALYTICS_BENCHMARKS,)
