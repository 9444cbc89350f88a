"""Columns that several tables share, so that the same word means the same thing everywhere."""

from typing import Final

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.column import Column
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform, Report

PLATFORMS = tuple(platform.value for platform in Platform)
REPORTS = tuple(report.value for report in Report)
STATUSES = tuple(status.value for status in CampaignStatus)
MONEY: Final = "DECIMAL(18,6)"
ACCOUNT_CURRENCY = "account currency"

PLATFORM = Column("platform", "VARCHAR", "Ad platform.", required=True, allowed=PLATFORMS)
ACCOUNT_ID = Column("account_id", "VARCHAR", "The platform's id of the ad account.", required=True)
CURRENCY = Column("currency", "VARCHAR", "ISO 4217 code of the account's currency.", required=True)
SYNCED_AT = Column("synced_at", "TIMESTAMP", "Time of the pull, UTC.", unit="UTC", required=True)

CREATED_AT = Column("created_at", "TIMESTAMP", "Time of the computation, UTC.", unit="UTC", required=True)


def money(name: str, description: str, *, required: bool = False) -> Column:
    """An exact amount in the account's currency."""
    return Column(name, MONEY, description, ACCOUNT_CURRENCY, required=required, minimum=0)


def count(name: str, description: str, *, required: bool = True) -> Column:
    """A whole number of things."""
    return Column(name, "BIGINT", description, "count", required=required, minimum=0)


def ratio(name: str, description: str, unit: str) -> Column:
    """A quotient; NULL if its denominator is zero."""
    return Column(name, "DOUBLE", f"{description}; NULL if the denominator is zero.", unit, minimum=0)


def severity(description: str, *, required: bool = False) -> Column:
    """The severity of a verdict."""
    return Column("severity", "VARCHAR", description, required=required, allowed=tuple(Severity))
