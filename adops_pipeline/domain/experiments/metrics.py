"""The metrics an experiment may be judged on: their parts, their kind and which direction is good.

No statistics here; a metric that is not in ``METRICS`` cannot be tested.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

MetricName = Literal["ctr", "cvr", "cpc", "cpa", "cpm", "roas"]
MetricKind = Literal["proportion", "ratio"]


@dataclass(frozen=True, slots=True)
class Metric:
    """``scale * sum(numerator) / sum(denominator)`` over a variant's units."""

    name: MetricName
    kind: MetricKind
    """``proportion``: successes out of trials. ``ratio``: a quotient of two sums that is no such share."""
    numerator: str
    denominator: str
    is_higher_better: bool
    scale: float = 1.0
    """1000 for cost per mille, else 1."""

    @property
    def has_money(self) -> bool:
        """Whether the value depends on the currency or the market it is measured in."""
        return self.numerator in ("spend", "revenue")

    def better(self, value_a: float, value_b: float) -> Literal["A", "B"] | None:
        """The variant with the better value; None where they are equal."""
        if value_a == value_b:
            return None
        return "B" if (value_b > value_a) is self.is_higher_better else "A"


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "ctr": Metric("ctr", "proportion", "clicks", "impressions", is_higher_better=True),
        "cvr": Metric("cvr", "proportion", "conversions", "clicks", is_higher_better=True),
        "cpc": Metric("cpc", "ratio", "spend", "clicks", is_higher_better=False),
        "cpa": Metric("cpa", "ratio", "spend", "conversions", is_higher_better=False),
        "cpm": Metric("cpm", "ratio", "spend", "impressions", is_higher_better=False, scale=1000.0),
        "roas": Metric("roas", "ratio", "revenue", "spend", is_higher_better=True),
    }
)


def find_metric(name: str) -> Metric | None:
    """The metric called ``name``, in any letter case; None where there is none."""
    return METRICS.get(name.strip().lower())
