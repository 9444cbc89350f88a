"""Facts about each ad platform that several parts of the product need, stated once per platform. No behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adops_pipeline.domain.vocabulary import Platform


@dataclass(frozen=True, slots=True)
class PlatformFacts:
    """``max_history_days``: how far back daily reports reach, a few days kept in reserve.

    ``restatement_days``: after that many days the platform changes a day's conversions no more.
    """

    title: str
    max_history_days: int
    restatement_days: int


FACTS: Mapping[Platform, PlatformFacts] = MappingProxyType(
    {
        Platform.GOOGLE_ADS: PlatformFacts("Google Ads", max_history_days=1110, restatement_days=30),  # 37 months
        Platform.META_ADS: PlatformFacts("Meta Ads", max_history_days=1110, restatement_days=28),  # 37 months
        Platform.PINTEREST: PlatformFacts("Pinterest", max_history_days=910, restatement_days=30),  # 914 days
    }
)
