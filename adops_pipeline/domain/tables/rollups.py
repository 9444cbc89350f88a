"""Roll-ups: sums of `analytics_metrics` that publishing keeps up to date, so that the API answers quickly at any size.

They repeat what the tables say in another layout: query the tables; `warehouse.rollups` computes the roll-ups.
"""

from dataclasses import replace

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_ID, CURRENCY, MONEY, PLATFORM, count, money
from adops_pipeline.domain.tables.metrics import ANALYTICS_METRICS
from adops_pipeline.domain.tables.pacing import ANALYTICS_BUDGETS

_REPORTING = "reporting currency"
_NUMBER = Column("campaign_no", "INTEGER", "Number of the campaign in rollup_campaigns.", required=True)
_PROJECT_ID = Column("project_id", "VARCHAR", "The campaign's project when the snapshot was published.")
_DATE = Column("date", "DATE", "Day in the account's time zone.", required=True)
_BASE = {column.name: column for column in ANALYTICS_METRICS.columns}
_SHARE = replace(_BASE["conversions_share_known"], description="As in analytics_metrics; of several rows, the lowest.")
_SUMS = (
    count("impressions", "Sum of the impressions."),
    count("clicks", "Sum of the clicks."),
    money("spend", "Sum of the spend.", required=True),
    Column("conversions", "DOUBLE", "Sum of the conversions.", "count", required=True),
    money("revenue", "Sum of the revenue.", required=True),
    Column("conversions_nowcast", "DOUBLE", "Conversions of each day over the share that is known.", "count"),
    Column("revenue_nowcast", "DOUBLE", "Revenue of each day over the share of conversions that is known.",
           "account currency"),
    Column("spend_reporting", MONEY, "Spend in the reporting currency, of the rows with a rate.", _REPORTING),
    Column("revenue_reporting", MONEY, "Revenue in the reporting currency, of the rows with a rate.", _REPORTING),
    Column("revenue_reporting_nowcast", "DOUBLE", "Nowcast of revenue_reporting.", _REPORTING),
    money("spend_without_rate", "Part of the spend that has no exchange rate."),
    money("revenue_without_rate", "Part of the revenue that has no exchange rate."),
)  # fmt: skip

ROLLUP_CAMPAIGNS = Table(
    "rollup_campaigns",
    "Numbers that the roll-ups give to campaigns with delivery, by currency. A number is never given twice.",
    "rollups",
    ("campaign_no",),
    (
        _NUMBER,
        PLATFORM,
        ACCOUNT_ID,
        Column("campaign_id", "VARCHAR", "The platform's id of the campaign.", required=True),
        CURRENCY,
        _PROJECT_ID,
    ),
)
ROLLUP_CAMPAIGN_DAYS = Table(
    "rollup_campaign_days",
    "Days of campaigns with delivery, ordered by date.",
    "rollups",
    ("date", "campaign_no"),
    (
        _DATE,
        _NUMBER,
        *(_BASE[name] for name in ("impressions", "clicks", "spend", "conversions", "revenue", "spend_reporting",
                                   "revenue_reporting", "conversions_share_known", "is_complete_day")),
    ),
)  # fmt: skip
ROLLUP_DAILY = Table(
    "rollup_daily",
    "Sums by day, account and project, ordered by date. Amounts of different currencies are in different rows.",
    "rollups",
    ("date", "first_campaign_no"),
    (
        _DATE,
        Column(
            "first_campaign_no",
            "INTEGER",
            "Lowest campaign_no of the account, currency and project.",
            required=True,
            minimum=0,
        ),
        PLATFORM,
        ACCOUNT_ID,
        CURRENCY,
        _PROJECT_ID,
        *_SUMS,
        _SHARE,
        _BASE["is_complete_day"],
    ),
)
ROLLUP_PACING = replace(
    ANALYTICS_BUDGETS,
    name="rollup_pacing",
    description="Rows of analytics_budgets on each account's newest day, of accounts pulled in the last week.",
    concept="rollups",
    key=("platform", "campaign_id", "as_of"),
    history_column=None,
)
TABLES = (ROLLUP_CAMPAIGNS, ROLLUP_CAMPAIGN_DAYS, ROLLUP_DAILY, ROLLUP_PACING)
