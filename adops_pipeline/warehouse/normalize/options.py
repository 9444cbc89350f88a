"""Options of normalization: which of a platform's clicks, conversions and impressions count."""

from dataclasses import dataclass
from typing import Literal

MetaClicks = Literal["inline_link_clicks", "clicks"]
PinterestTraffic = Literal["paid", "earned", "total"]

META_PURCHASE_PRIORITY = (
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase+onsite_conversion.purchase",
    "onsite_web_purchase",
)
"""Widest first: omni_purchase contains purchase; the pixel's and the on-Meta purchases are disjoint and add up."""


@dataclass(frozen=True, slots=True)
class NormalizeOptions:
    """Choices of the settings.

    ``meta_purchase_priority``: action types, best first; the first that a row has is its purchases; types joined by
    ``+`` are disjoint and summed. ``meta_clicks``: link clicks compare with the other platforms, ``clicks`` has likes
    too. ``pinterest_traffic``: impressions and clicks that were paid for, earned, or both.
    """

    meta_purchase_priority: tuple[str, ...] = META_PURCHASE_PRIORITY
    meta_clicks: MetaClicks = "inline_link_clicks"
    pinterest_traffic: PinterestTraffic = "paid"

    @property
    def meta_purchase_types(self) -> tuple[str, ...]:
        """Every action type in the priority."""
        return tuple(dict.fromkeys(part for joined in self.meta_purchase_priority for part in joined.split("+")))
