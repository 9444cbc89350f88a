"""Why the cost per acquisition changed: CPA = CPC × 1/CVR, so the log changes of the two add up exactly."""

import math
from dataclasses import dataclass

_LARGEST_LOG = 700.0
"""Of a factor that a float can hold."""


@dataclass(frozen=True, slots=True)
class CpaChange:
    """Two periods' CPA. ``cpc_log + cvr_log == log(cpa_after / cpa_before)``; a lower CVR gives a positive part."""

    cpa_before: float
    cpa_after: float
    cpc_log: float
    cvr_log: float

    @property
    def change_ratio(self) -> float:
        """Relative change of the CPA: 0.2 is 20 % dearer."""
        return self.cpa_after / self.cpa_before - 1.0

    @property
    def cpc_ratio(self) -> float:
        """The part of CPC as a factor less one; (1 + cpc_ratio) · (1 + cvr_ratio) = 1 + change_ratio."""
        return math.expm1(self.cpc_log)

    @property
    def cvr_ratio(self) -> float:
        """The part of 1/CVR as a factor less one."""
        return math.expm1(self.cvr_log)


def decompose_cpa(before: tuple[float, float, float], after: tuple[float, float, float]) -> CpaChange | None:
    """Each side is (spend, clicks, conversions), summed over its period; None where one of the six is not above 0."""
    if not all(math.isfinite(v) and v > 0 for v in (*before, *after)):
        return None
    (spend_0, clicks_0, sales_0), (spend_1, clicks_1, sales_1) = before, after
    cpc_log = math.log(spend_1) - math.log(clicks_1) - math.log(spend_0) + math.log(clicks_0)
    cvr_log = math.log(clicks_1) - math.log(sales_1) - math.log(clicks_0) + math.log(sales_0)
    cpa_before, cpa_after = spend_0 / sales_0, spend_1 / sales_1
    usable = all(math.isfinite(v) and v > 0 for v in (cpa_before, cpa_after, cpa_after / cpa_before))
    usable = usable and max(cpc_log, cvr_log) < _LARGEST_LOG
    return CpaChange(cpa_before, cpa_after, cpc_log, cvr_log) if usable else None
