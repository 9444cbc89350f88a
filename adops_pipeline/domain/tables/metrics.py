"""The unified daily metrics, their restatement history, and what could not be normalized."""

from dataclasses import replace

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import (
    ACCOUNT_ID,
    CURRENCY,
    MONEY,
    PLATFORM,
    REPORTS,
    SYNCED_AT,
    count,
    money,
    ratio,
)

_CAMPAIGN = (
    Column("campaign_id", "VARCHAR", "The platform's id of the campaign.", required=True),
    Column("date", "DATE", "Day in the account's time zone (Pinterest: UTC).", required=True),
    Column("campaign_name", "VARCHAR", "The campaign's name at that pull."),
)
_AD_GROUP = (
    Column("ad_group_id", "VARCHAR", "The platform's id of the ad group (Meta: ad set).", required=True),
    Column("ad_group_name", "VARCHAR", "The ad group's name at that pull."),
)
_CONVERSIONS = Column(
    "conversions",
    "DOUBLE",
    "Conversions; fractional on Google, which attributes them to several clicks.",
    "count",
    required=True,
    minimum=0,
)
_NOT_TAKEN = "NULL if what the platform wrote could not be taken: a note in analytics_rejects says why."
_MEASURES = (
    CURRENCY,
    count("impressions", f"Times an ad was shown. {_NOT_TAKEN}", required=False),
    count("clicks", f"Outbound clicks: link clicks on Meta, paid clicks on Pinterest. {_NOT_TAKEN}", required=False),
    money("spend", "Amount charged by the platform.", required=True),
    money("revenue", f"Value of the conversions. {_NOT_TAKEN}"),
    replace(_CONVERSIONS, description=f"{_CONVERSIONS.description} {_NOT_TAKEN}", required=False),
    ratio("ctr", "Clicks over impressions", "ratio"),
    ratio("cpc", "Spend over clicks", "account currency per click"),
    ratio("cpa", "Spend over conversions", "account currency per conversion"),
    ratio("roas", "Revenue over spend", "ratio"),
    Column(
        "spend_reporting", MONEY, "Spend in the reporting currency; NULL if no rate is known.", "reporting currency"
    ),
    Column(
        "revenue_reporting",
        MONEY,
        "Revenue in the reporting currency; NULL if no rate is known.",
        "reporting currency",
    ),
    Column("platform_metrics", "JSON", "Other metrics of the row, as the platform reports them."),
    SYNCED_AT,
)
_RIPENESS = (
    Column("is_complete_day", "BOOLEAN", "Whether the day was over, in the account's time zone, when last pulled."),
    Column(
        "conversions_share_known",
        "DOUBLE",
        "Share of the day's final conversions expected to be known at its age when last pulled, by analytics_maturity;"
        " NULL where no curve applies: the day was not over, or nothing was learnt about the platform yet.",
        "share of the final value",
        minimum=0,
    ),
)

ANALYTICS_METRICS = Table(
    "analytics_metrics",
    "One row per platform, account, campaign and day with delivery.",
    "metrics",
    ("platform", "account_id", "campaign_id", "date"),
    (PLATFORM, ACCOUNT_ID, *_CAMPAIGN, *_MEASURES, *_RIPENESS),
    history_column="date",
)
ANALYTICS_AD_GROUP_METRICS = Table(
    "analytics_ad_group_metrics",
    "One row per platform, account, campaign, ad group and day with delivery.",
    "metrics",
    ("platform", "account_id", "campaign_id", "ad_group_id", "date"),
    (PLATFORM, ACCOUNT_ID, *_CAMPAIGN, *_AD_GROUP, *_MEASURES),
    history_column="date",
)
ANALYTICS_METRIC_REVISIONS = Table(
    "analytics_metric_revisions",
    "Restatement history: the values of a campaign's day whenever a pull first showed or changed them.",
    "metrics",
    ("platform", "campaign_id", "date", "pulled_at"),
    (
        PLATFORM,
        ACCOUNT_ID,
        *_CAMPAIGN[:2],
        Column("pulled_at", "TIMESTAMP", "Time of the pull.", "UTC", required=True),
        Column("lag_days", "INTEGER", "Days from the day itself to the pull, in the account's time zone.", "days"),
        count("impressions", "Times an ad was shown, as of that pull."),
        count("clicks", "Clicks, as of that pull."),
        money("spend", "Spend, as of that pull.", required=True),
        _CONVERSIONS,
        money("revenue", "Value of the conversions, as of that pull.", required=True),
    ),
)
ANALYTICS_REJECTS = Table(
    "analytics_rejects",
    "Raw rows that could not be normalized, or not wholly, each with its reason.",
    "metrics",
    ("reject_id",),
    (
        Column("reject_id", "VARCHAR", "Hash of the row's position and content.", required=True),
        PLATFORM,
        Column("report", "VARCHAR", "Report of the row.", required=True, allowed=REPORTS),
        ACCOUNT_ID,
        Column("date", "DATE", "Day of the row, if it has one."),
        Column("reason", "VARCHAR", "Reason of the rejection.", required=True),
        Column("raw", "JSON", "The row, as the platform sent it.", required=True),
        Column("pulled_at", "TIMESTAMP", "Time of the pull.", "UTC", required=True),
    ),
)
TABLES = (ANALYTICS_METRICS, ANALYTICS_AD_GROUP_METRICS, ANALYTICS_METRIC_REVISIONS, ANALYTICS_REJECTS)
