"""Measures of delivery as whole numbers of small units, and the metrics that follow from their sums.

Sums and differences of whole numbers are exact. Ratios of a period are ratios of its sums.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

UNITS: Mapping[str, float] = {
    "impressions": 1, "clicks": 1, "spend": 1e6, "conversions": 1e9, "revenue": 1e6, "conversions_nowcast": 1e9,
    "revenue_nowcast": 1e6, "spend_reporting": 1e6, "revenue_reporting": 1e6, "revenue_reporting_nowcast": 1e6,
    "spend_without_rate": 1e6, "revenue_without_rate": 1e6,
}  # fmt: skip
"""The measures in the order of the arrays, each with the number of units in one."""
MEASURES = tuple(UNITS)
_PLACES = {name: place for place, name in enumerate(MEASURES)}
SUMS = ("impressions", "clicks", "spend", "conversions", "revenue")
RATIOS = {"ctr": ("clicks", "impressions"), "cpc": ("spend", "clicks"), "cpa": ("spend", "conversions"),
          "roas": ("revenue", "spend")}  # fmt: skip
METRICS = (*SUMS, *RATIOS)


def measure(sums: Ints, name: str) -> Floats:
    """A measure of sums (measures x anything)."""
    found: Floats = sums[_PLACES[name]] / UNITS[name]
    return found


def metric(sums: Ints, name: str, *, is_nowcast: bool) -> Floats:
    """A metric of sums (measures x anything): a sum, or a ratio of sums, NaN where its denominator is zero."""
    if name in SUMS:
        has_nowcast = is_nowcast and name in ("conversions", "revenue")
        return measure(sums, f"{name}_nowcast" if has_nowcast else name)
    return _ratio(*(metric(sums, part, is_nowcast=is_nowcast) for part in RATIOS[name]))


def metrics(sums: Ints, *, is_nowcast: bool) -> dict[str, Floats]:
    """Every metric by name."""
    found = {name: metric(sums, name, is_nowcast=is_nowcast) for name in SUMS}
    return found | {name: _ratio(found[above], found[below]) for name, (above, below) in RATIOS.items()}


def _ratio(above: Floats, below: Floats) -> Floats:
    # Dividing by NaN instead of zero warns of nothing.
    found: Floats = above / np.where(below == 0, np.nan, below)
    return found


def change(now: Floats, before: Floats) -> Floats:
    """Relative change, NaN where nothing was before."""
    found: Floats = _ratio(now, before) - 1
    return found
