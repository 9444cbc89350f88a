"""What a pause or an activation did to the campaign's account: its figures with the campaign against those without it.

A campaign that does not run has no figures of its own to compare. Its account has: what the campaign spends and brings
is added to what the other campaigns did. What others take over from it, or lose to it, is not seen. Pure.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

from scipy import special

from adops_pipeline.domain.outcomes.counterfactual import COVERAGE
from adops_pipeline.domain.tables.outcomes import OutcomeMetric

_TAIL = (1 - COVERAGE) / 2
_ORDER_SPREAD = 1.0
"""Standard deviation of an order's value over its mean, where only sums are known."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Spend, conversions and revenue of some days."""

    spend: float
    conversions: float
    revenue: float

    def value(self, metric: OutcomeMetric, days: int) -> float | None:
        """The metric: a day for sums, None for a ratio to nothing."""
        if metric in ("cpa", "roas"):
            top, below = (self.spend, self.conversions) if metric == "cpa" else (self.revenue, self.spend)
            return top / below if below > 0 else None
        found = {"spend": self.spend, "conversions": self.conversions, "revenue": self.revenue}
        return found[metric] / days

    @property
    def rate(self) -> float:
        """Conversions for a unit of spend."""
        return self.conversions / self.spend

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(
            self.spend - other.spend, self.conversions - other.conversions, max(self.revenue - other.revenue, 0.0)
        )


@dataclass(frozen=True, slots=True)
class Known:
    """A positive quantity: its value, and the ends of its 80 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, half_width: float = 0.0) -> "Known":
        """From half the width of the interval on the log scale."""
        return cls(value, value * exp(-half_width), value * exp(half_width))

    def times(self, factor: float) -> "Known":
        """So many times it."""
        return Known(self.value * factor, self.low * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class Part:
    """What the campaign adds: its spend, conversions for a unit of it, and revenue for a unit of it if known."""

    spend: Known
    rate: Known
    roas: Known | None
    dearer: float | None = None
    """Probability that its conversions cost more than the account's, where the interval does not give it."""


@dataclass(frozen=True, slots=True)
class Added:
    """Log of the account's metric with the campaign over that without it, with the ends of its 80 % interval."""

    effect: float
    half_width: float
    with_it: float
    without_it: float


def rate_of(conversions: float, spend: float, account: Sums) -> tuple[Known, float]:
    """Conversions for a unit of spend, from few of them, and the probability that this is below the account's.

    Gamma posterior; the prior is the account's own rate with the weight of one conversion, so a campaign that was
    picked because it happened to sell nothing is not taken for one that never will.
    """
    usual = account.rate
    # By `scipy.special`: to import `scipy.stats` takes a tenth of a whole run's time.
    shape, spent = conversions + 1.0, spend + 1.0 / usual
    low, high = (float(special.gammaincinv(shape, share)) / spent for share in (_TAIL, 1 - _TAIL))
    return Known(shape / spent, low, high), float(special.gammainc(shape, usual * spent))


def roas_of(sums: Sums, rate: Known) -> Known | None:
    """Revenue for a unit of spend, as uncertain as the number and the values of its orders."""
    if sums.conversions < 1 or sums.revenue <= 0:
        return None
    wider = sqrt(1 + _ORDER_SPREAD**2)
    found = sums.revenue / sums.spend
    return Known(found, found * (rate.low / rate.value) ** wider, found * (rate.high / rate.value) ** wider)


def added(metric: OutcomeMetric, rest: Sums, part: Part, days: int) -> Added | None:
    """What the campaign does to its account's metric; None where it cannot be formed.

    The interval adds up the squares of what each uncertain quantity does by itself.
    """
    without = rest.value(metric, days)
    roas = part.roas
    if without is None or without <= 0 or (roas is None and metric in ("revenue", "roas")):
        return None
    roas = roas or Known.of(1.0)

    def ratio(quantities: list[float]) -> float:
        spend, rate, worth = quantities
        whole = Sums(rest.spend + spend, rest.conversions + spend * rate, rest.revenue + spend * worth)
        found = whole.value(metric, days)
        return log((found or without) / without)

    middle = [part.spend.value, part.rate.value, roas.value]
    centre = ratio(middle)
    up = down = 0.0
    for at, known in enumerate((part.spend, part.rate, roas)):
        ends = [ratio([*middle[:at], end, *middle[at + 1 :]]) - centre for end in (known.low, known.high)]
        down += min(*ends, 0.0) ** 2
        up += max(*ends, 0.0) ** 2
    low, high = centre - sqrt(down), centre + sqrt(up)
    effect = (low + high) / 2
    return Added(effect, (high - low) / 2, exp(effect) * without, without)
