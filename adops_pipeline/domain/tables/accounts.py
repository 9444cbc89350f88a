"""Ad accounts."""

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_ID, CURRENCY, PLATFORM, SYNCED_AT

AD_ACCOUNTS = Table(
    "ad_accounts",
    "Ad accounts that the credentials can read; managers, which hold no campaigns, are left out.",
    "metrics",
    ("platform", "account_id"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("name", "VARCHAR", "The account's name."),
        CURRENCY,
        Column(
            "timezone", "VARCHAR", "IANA zone in which the platform cuts days; Pinterest reports in UTC.", required=True
        ),
        SYNCED_AT,
    ),
)
TABLES = (AD_ACCOUNTS,)
