"""Insights split by properties of the people reached. Shares are fixed; the parts of a row add up to it exactly."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

from adops_pipeline.sandbox.market import MarketAccount, MarketDay, minor_digits

_SHARES: Mapping[str, Mapping[str, Decimal]] = {
    "age": {
        "18-24": Decimal("0.16"),
        "25-34": Decimal("0.29"),
        "35-44": Decimal("0.24"),
        "45-54": Decimal("0.15"),
        "55-64": Decimal("0.10"),
        "65+": Decimal("0.06"),
    },
    "device_platform": {
        "mobile_app": Decimal("0.82"),
        "mobile_web": Decimal("0.06"),
        "desktop": Decimal("0.12"),
    },
    "gender": {"female": Decimal("0.55"), "male": Decimal("0.43"), "unknown": Decimal("0.02")},
    "publisher_platform": {
        "facebook": Decimal("0.51"),
        "instagram": Decimal("0.42"),
        "audience_network": Decimal("0.05"),
        "messenger": Decimal("0.02"),
    },
}
BREAKDOWNS = frozenset((*_SHARES, "country"))
"""Breakdowns that are emulated; ``country`` is the account's own."""

_WHOLE = Decimal(1)
_SUMMED = tuple(f.name for f in fields(MarketDay) if f.name not in ("date", "campaign_id", "ad_group_id"))


def parts(
    day: MarketDay, breakdowns: tuple[str, ...], account: MarketAccount
) -> Iterator[tuple[dict[str, str], MarketDay]]:
    """The row's parts with impressions, each with its values of the breakdowns."""
    groups = [({account.country: _WHOLE} if name == "country" else _SHARES[name]).items() for name in breakdowns]
    below = Decimal(0)
    for combination in product(*groups):
        share = _WHOLE
        for _, one in combination:
            share *= one
        part = _between(day, below, below + share, account.currency)
        below += share
        if part.impressions:
            yield dict(zip(breakdowns, (value for value, _ in combination), strict=True)), part


def _between(day: MarketDay, low: Decimal, high: Decimal, currency: str) -> MarketDay:
    """The slice of every figure between two shares: rounding at both ends keeps the sum of all slices exact."""
    unit = Decimal(1).scaleb(-minor_digits(currency))
    figures: dict[str, int | Decimal] = {}
    for name in _SUMMED:
        total = getattr(day, name)
        step = unit if name in ("spend", "revenue") else _WHOLE
        slice_ = (total * high).quantize(step, ROUND_HALF_UP) - (total * low).quantize(step, ROUND_HALF_UP)
        figures[name] = int(slice_) if isinstance(total, int) else slice_
    return replace(day, **figures)  # type: ignore[arg-type]
