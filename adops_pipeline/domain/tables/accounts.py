"""Ad accounts."""

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import ACCOUNT_ID, CURRENCY, PLATFORM, SYNCED_AT

AD_ACCOUNTS = Table(
    "ad_accounts",
    "Ad accounts that the credentials can read; manager accounts, which have no campaigns, are left out.",
    "metrics",
    ("platform", "account_id"),
    (
        PLATFORM,
        ACCOUNT_ID,
        Column("name", "VARCHAR", "The account's name."),
        CURRENCY,
        Column(
            "timezone", "VARCHAR", "IANA time zone of the platform's days; Pinterest reports in UTC.", required=True
        ),
        SYNCED_AT,
    ),
)
TABLES = (AD_ACCOUNTS,)
