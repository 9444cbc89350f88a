"""The words every layer shares: platforms, reports, statuses, date ranges. No behaviour beyond the words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Platform(StrEnum):
    """An ad platform; the value is the one in every table."""

    GOOGLE_ADS = "google-ads"
    META_ADS = "meta-ads"
    PINTEREST = "pinterest"

    @property
    def slug(self) -> str:
        """The platform as an identifier: settings block, module and asset names (``google_ads``)."""
        return self.value.replace("-", "_")


class Report(StrEnum):
    """A kind of raw pull. The first three describe things as they are now; the others cover a range of days."""

    ACCOUNTS = "accounts"
    CAMPAIGNS = "campaigns"
    AD_GROUPS = "ad_groups"
    CHANGES = "changes"
    CAMPAIGN_TOTALS = "campaign_totals"
    CAMPAIGN_DAILY = "campaign_daily"
    AD_GROUP_DAILY = "ad_group_daily"

    @property
    def is_daily(self) -> bool:
        """Whether the report has a row per entity and day."""
        return self in (Report.CAMPAIGN_DAILY, Report.AD_GROUP_DAILY)

    @property
    def is_optional(self) -> bool:
        """Whether an account is complete without it, where the platform refuses it for good."""
        return self in (Report.CHANGES, Report.CAMPAIGN_TOTALS)

    @property
    def has_dates(self) -> bool:
        """Whether a pull of the report covers a range of days."""
        return self not in (Report.ACCOUNTS, Report.CAMPAIGNS, Report.AD_GROUPS)


class CampaignStatus(StrEnum):
    """Unified campaign status."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    REMOVED = "removed"


class Channel(StrEnum):
    """A way to notify people, or with ``webhook`` a program."""

    SLACK = "slack"
    DISCORD = "discord"
    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """Days from ``start`` to ``end``, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"date range ends ({self.end}) before it starts ({self.start})")

    @property
    def days(self) -> int:
        """Number of days in the range, at least 1."""
        return (self.end - self.start).days + 1

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=n) for n in range(self.days))

    def split(self, days: int) -> "list[DateRange]":
        """Cut into consecutive ranges of at most ``days`` days, oldest first."""
        starts = (self.start + timedelta(days=n) for n in range(0, self.days, days))
        return [DateRange(s, min(s + timedelta(days=days - 1), self.end)) for s in starts]

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"
