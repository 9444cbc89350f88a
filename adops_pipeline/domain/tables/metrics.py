"""The unified daily metrics, their restatement history, and what could not be normalized."""

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
    Column("campaign_id", "VARCHAR", "Campaign, as the platform numbers it.", required=True),
    Column("date", "DATE", "Day in the account's time zone (Pinterest: UTC).", required=True),
    Column("campaign_name", "VARCHAR", "The campaign's name on that pull."),
)
_AD_GROUP = (
    Column("ad_group_id", "VARCHAR", "Ad group (Meta: ad set), as the platform numbers it.", required=True),
    Column("ad_group_name", "VARCHAR", "The ad group's name on that pull."),
)
_CONVERSIONS = Column(
    "conversions", "DOUBLE", "Sales; fractional on Google, which shares credit out.", "count", required=True, minimum=0
)
_MEASURES = (
    CURRENCY,
    count("impressions", "Times an ad was shown."),
    count("clicks", "Clicks that lead away from the platform: link clicks on Meta, paid ones on Pinterest."),
    money("spend", "What the platform charged.", required=True),
    money("revenue", "Value of the conversions.", required=True),
    _CONVERSIONS,
    ratio("ctr", "Clicks over impressions", "ratio"),
    ratio("cpc", "Spend over clicks", "account currency per click"),
    ratio("cpa", "Spend over conversions", "account currency per conversion"),
    ratio("roas", "Revenue over spend", "ratio"),
    Column(
        "spend_reporting", MONEY, "Spend in the reporting currency; NULL where no rate is known.", "reporting currency"
    ),
    Column(
        "revenue_reporting",
        MONEY,
        "Revenue in the reporting currency; NULL where no rate is known.",
        "reporting currency",
    ),
    Column("platform_metrics", "JSON", "The platform's own other metrics of that row."),
    SYNCED_AT,
)

ANALYTICS_METRICS = Table(
    "analytics_metrics",
    "One row per platform, account, campaign and day with delivery.",
    "metrics",
    ("platform", "account_id", "campaign_id", "date"),
    (PLATFORM, ACCOUNT_ID, *_CAMPAIGN, *_MEASURES),
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
    "The restatement history: a campaign's day each time it first appeared or changed, with the values of that pull.",
    "metrics",
    ("platform", "campaign_id", "date", "pulled_at"),
    (
        PLATFORM,
        ACCOUNT_ID,
        *_CAMPAIGN[:2],
        Column("pulled_at", "TIMESTAMP", "When these values were asked for.", "UTC", required=True),
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
    "Raw rows that could not be normalized, each with its reason; nothing that was received is lost.",
    "metrics",
    ("reject_id",),
    (
        Column("reject_id", "VARCHAR", "Hash of where the row stood and what it held.", required=True),
        PLATFORM,
        Column("report", "VARCHAR", "The raw report it came in.", required=True, allowed=REPORTS),
        ACCOUNT_ID,
        Column("date", "DATE", "Day the row names, where it names one."),
        Column("reason", "VARCHAR", "What is wrong with it.", required=True),
        Column("raw", "JSON", "The row as the platform sent it.", required=True),
        Column("pulled_at", "TIMESTAMP", "When it was pulled.", "UTC", required=True),
    ),
)
TABLES = (ANALYTICS_METRICS, ANALYTICS_AD_GROUP_METRICS, ANALYTICS_METRIC_REVISIONS, ANALYTICS_REJECTS)
