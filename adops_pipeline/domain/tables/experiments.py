"""Experiments: declared A/B tests, and what each day's evaluation of them said.

`started_at`, `completed_at` and `evaluated_at` are days in the account's time zone, not UTC timestamps as other columns
named so. The specification gives the names. The values are days by nature: a test counts whole days, and an evaluation
is identified by its last complete day, so that repeating it on the same day replaces its row.
"""

from typing import get_args

from adops_pipeline.domain.experiments.metrics import MetricName
from adops_pipeline.domain.experiments.results import Assignment, Dependence, Unit, Verdict, Winner
from adops_pipeline.domain.experiments.words import TestStatus
from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import CREATED_AT, PLATFORM

_VALUE = "the metric's unit: account currency for cpc, cpa and cpm, else a ratio"
_DAY = "day"
_SHARE = "share of A's value"
_METRIC = Column("metric", "VARCHAR", "Metric of the test.", required=True, allowed=get_args(MetricName))
_STATUS = Column("status", "VARCHAR", "Current status of the test.", required=True, allowed=get_args(TestStatus))
_WINNER = Column("winner", "VARCHAR", "The better arm of a completed test.", allowed=get_args(Winner))
_REASON = Column("reason", "VARCHAR", "Reason for the status, from a fixed vocabulary.", required=True)
_EXPLANATION = Column("explanation", "VARCHAR", "The reason as a sentence.", required=True)


def _p(name: str, description: str) -> Column:
    return Column(name, "DOUBLE", description, "probability", minimum=0)


AB_TESTS = Table(
    "ab_tests",
    "Declared A/B tests with their status. A decision is final: later days do not change it.",
    "experiments",
    ("id",),
    (
        Column("id", "VARCHAR", "Id of the test.", required=True),
        PLATFORM,
        Column("campaign_id", "VARCHAR", "Campaign under which it is shown.", required=True),
        Column("agent_id", "VARCHAR", "Agent that requested it; NULL if a person did."),
        Column("name", "VARCHAR", "Display name.", required=True),
        Column("variant_a", "JSON", "{name, ad_group_ids} of arm A.", required=True),
        Column("variant_b", "JSON", "{name, ad_group_ids} of arm B.", required=True),
        _METRIC,
        _STATUS,
        _WINNER,
        _REASON,
        _EXPLANATION,
        Column("results", "JSON", "Figures of the newest evaluation; of a decided test, of the one that decided it."),
        Column(
            "min_sample_size", "DOUBLE", "Smallest sample per arm before a verdict.", "the metric's denominator",
            minimum=0,
        ),
        Column("max_days", "INTEGER", "Days of data after which it ends undecided.", "days", minimum=1),
        Column("started_at", "DATE", "First day that counts, in the account's time zone.", _DAY, required=True),
        Column("completed_at", "DATE", "Day of the deciding or last evaluation; NULL while it runs.", _DAY),
        Column("evaluated_at", "DATE", "Day of the newest evaluation; NULL before there is a complete day.", _DAY),
        Column("family", "VARCHAR", "Family of the test; significance is corrected over a family."),
        Column("agreement", "JSON", "Definition of the test; a change makes it a new test.", required=True),
        CREATED_AT,
    ),
)  # fmt: skip
AB_TEST_RESULTS = Table(
    "ab_test_results",
    "Every evaluation of every A/B test: one row per day of evaluation.",
    "experiments",
    ("test_id", "evaluated_at"),
    (
        Column("test_id", "VARCHAR", "Id of the test.", required=True),
        Column("evaluated_at", "DATE", "Last complete day of its accounts at the evaluation.", _DAY, required=True),
        _METRIC,
        Column("method", "VARCHAR", "z, exact, log-delta or fieller; with `+cuped` if adjusted by pre-period data."),
        Column("window_start", "DATE", "First day of the evaluated data."),
        Column("window_end", "DATE", "Last day of the evaluated data; conversion metrics wait for mature days."),
        Column("days", "INTEGER", "Number of evaluated days.", "days", required=True, minimum=0),
        Column("is_look", "BOOLEAN", "Whether the stopping rule was applied to these data.", required=True),
        Column("currency", "VARCHAR", "Currency of the values, where the metric has money."),
        Column("value_a", "DOUBLE", "The metric of arm A.", _VALUE, minimum=0),
        Column("value_b", "DOUBLE", "The metric of arm B.", _VALUE, minimum=0),
        Column("sample_a", "DOUBLE", "Sample of arm A.", "the metric's denominator"),
        Column("sample_b", "DOUBLE", "Sample of arm B.", "the metric's denominator"),
        Column("lift", "DOUBLE", "B over A, less one.", _SHARE),
        Column("ci_low", "DOUBLE", "Lower end of the lift's interval at level 1 - alpha.", _SHARE),
        Column("ci_high", "DOUBLE", "Upper end of it.", _SHARE),
        Column("abs_ci_low", "DOUBLE", "Lower end of the interval of B less A.", _VALUE),
        Column("abs_ci_high", "DOUBLE", "Upper end of it.", _VALUE),
        _p("p_value", "Two-sided p for a single look planned beforehand."),
        Column("z", "DOUBLE", "Test statistic; above 0 where B's value is the higher."),
        _p("always_valid_p", "P that holds however often the test is looked at."),
        _p("adjusted_p", "The deciding p after its family's correction; NULL without a family."),
        _p("srm_p", "P of a split of impressions as uneven as this, by day; NULL where no split was promised."),
        _p("probability_b_beats_a", "Probability that B's true value is the better one."),
        Column("unit", "VARCHAR", "What varies by chance: days, units or single trials.", allowed=get_args(Unit)),
        Column(
            "dependence", "VARCHAR",
            "paired-days: arms compared day by day, the correlation of days estimated; declared-independent: units "
            "that the definition declares as independent of each other (method z or exact).",
            allowed=get_args(Dependence),
        ),
        Column(
            "effective_sample_size", "DOUBLE", "Independent units that the data are worth: dependent days count less.",
            "the unit", minimum=0,
        ),
        Column(
            "assignment", "VARCHAR", "Whether chance decided who saw which arm, as declared; else observational.",
            allowed=get_args(Assignment),
        ),
        Column("variance_reduction_ratio", "DOUBLE", "Share of variance that the past took off.", "ratio"),
        Column("days_to_decision", "INTEGER", "Further days until a decision is due.", "days", minimum=0),
        _STATUS,
        Column(
            "verdict", "VARCHAR", "What the data say under the stopping rule.", required=True,
            allowed=get_args(Verdict),
        ),
        _WINNER,
        _REASON,
        _EXPLANATION,
        CREATED_AT,
    ),
    history_column="evaluated_at",
)  # fmt: skip
TABLES = (AB_TESTS, AB_TEST_RESULTS)
