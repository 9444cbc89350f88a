"""From when on people are told. Numbers a person may set; no computation."""

from dataclasses import dataclass, fields
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class AlertRules:
    """Defaults are meant for a team with hundreds of campaigns that reads every alert. ValueError on nonsense.

    Ratios are shares of 1. What is flagged on a table is broader than this: alerts are the part worth an interruption.
    """

    over_ratio: float = 1.2
    """Spent over the seasonal target from which an overpacing budget is told: below, tomorrow often corrects it."""
    under_ratio: float = 0.7
    """The same for underpacing; money not spent is less urgent than money gone."""
    least_days_elapsed: int = 3
    """Days of a period before its pace is told: one odd day is a third of it."""
    overspend_probability: float = 0.9
    """Probability of ending over budget from which a budget on pace is told, if the likely end is far enough over."""
    overspend_share: float = 0.1
    """How far over its budget the likely end must be to matter; over by its low end too, it is critical."""
    unreachable_share: float = 0.1
    """Share of the budget that the platform's own limits leave unspent for underpacing to be critical."""
    fresh_days: int = 3
    """Rows this many days older than their platform's newest are history: their campaigns are no longer judged."""
    anomaly_days: int = 2
    """How many last days of a platform are looked at for anomalies; an older one cannot be acted on."""
    anomaly_score: float = 5.0
    """Least robust score, in standard deviations."""
    benchmark_metrics: tuple[str, ...] = ("cpa", "roas")
    """Ratios that cost money when they worsen. ctr and cpc move with them, and alone rarely ask for an action."""
    benchmark_z: float = 4.0
    """Least |z| of a worsening: by chance alone one in 30,000 comparisons, at 1.96 one in 40."""
    benchmark_change_pct: float = 25.0
    """Least relative change, in percent."""
    experiment_days: int = 7
    """How long a decided test is news."""
    stale_after: timedelta = timedelta(hours=26)
    """Age of an account's newest data from which it is told: a missed day, not a missed sync of every 6 hours."""
    rejected_share: float = 0.01
    """Share of an account's rows that could not be normalized; one odd row in a hundred changes no decision."""
    least_rejected_rows: int = 10
    """Least number of them."""

    def __post_init__(self) -> None:
        if not 0 < self.under_ratio < 1 < self.over_ratio:
            raise ValueError("under_ratio must be within (0, 1) and over_ratio above 1")
        for name in ("overspend_probability", "overspend_share", "unreachable_share", "rejected_share"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} must be within (0, 1], got {getattr(self, name)}")
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and not value > 0:
                raise ValueError(f"{field.name} must be above 0, got {value}")
        if self.stale_after <= timedelta(0):
            raise ValueError("stale_after must be above 0")


DEFAULT_RULES = AlertRules()
