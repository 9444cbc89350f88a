"""Which verdicts become alerts, and for how long. `domain.verdict` judges severity."""

from dataclasses import dataclass, fields
from datetime import timedelta

from adops_pipeline.domain.severity import Severity


@dataclass(frozen=True, slots=True)
class AlertRules:
    """Defaults suit a team with hundreds of campaigns that reads every alert. ValueError for impossible values."""

    min_severity: Severity = Severity.WARNING
    """Verdicts on budgets, anomalies and benchmarks are alerts from this severity on. A decided test always is one."""
    anomaly_days: int = 2
    """How many last days are looked at for anomalies; an older one cannot be acted on."""
    experiment_days: int = 7
    """How long a decided test is an alert."""
    stale_after: timedelta = timedelta(hours=24)
    """Age of an account's newest data from which it is stale, as for its freshness check; twice that is critical."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int | float) and not value > 0:
                raise ValueError(f"{field.name} must be above 0, got {value}")
        if self.stale_after <= timedelta(0):
            raise ValueError("stale_after must be above 0")


DEFAULT_RULES = AlertRules()
