"""Facts about each ad platform that several parts of the product need, stated once per platform. No behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adops_pipeline.domain.vocabulary import Platform


@dataclass(frozen=True, slots=True)
class PlatformFacts:
    """``max_history_days``: how far back daily reports reach, a few days kept in reserve.

    ``restatement_days``: after that many days the platform changes a day's conversions no more.
    ``max_change_days``: how far back its log of changes is read; None: it has none.
    """

    title: str
    max_history_days: int
    restatement_days: int
    max_change_days: int | None


FACTS: Mapping[Platform, PlatformFacts] = MappingProxyType(
    {
        # 37 months of reports, 30 days of change events
        Platform.GOOGLE_ADS: PlatformFacts("Google Ads", 1110, restatement_days=30, max_change_days=29),
        # 37 months of reports; Meta states no limit for activities
        Platform.META_ADS: PlatformFacts("Meta Ads", 1110, restatement_days=28, max_change_days=180),
        # 914 days of reports
        Platform.PINTEREST: PlatformFacts("Pinterest", 910, restatement_days=30, max_change_days=None),
    }
)
