"""Verdicts: what something is, how severe it is, and why, in one sentence. The one scale of severity is here.

Alerts, workflow results, headlines and tables show the same verdict: an alert is a verdict from a severity on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isfinite

from adops_pipeline.domain.severity import Severity

FRESH_DAYS = 7
"""A budget counts up to this many days after it was last paced: an account that cannot be pulled keeps its verdicts
for a week."""


@dataclass(frozen=True, slots=True)
class SeverityRules:
    """From which stake on a verdict is a warning or critical. Raises ValueError where a number makes no sense.

    Stakes are counted in days of the campaign's usual spend, so that one scale holds for every currency, every size of
    campaign and every analysis: a warning from ``warning_days`` on where it is real with a probability of at least
    ``warning_certainty``, critical from ``critical_days`` and ``critical_certainty`` on, info below. Less money than
    ``least_money`` (by currency) is info however many days it makes. ``least_days_elapsed`` is the number of days of a
    budget's period before its pace can be more than info: one odd day is a third of them.
    """

    warning_days: float = 1.0
    critical_days: float = 3.0
    warning_certainty: float = 0.8
    critical_certainty: float = 0.9
    least_money: Mapping[str, float] = field(default_factory=dict)
    least_days_elapsed: int = 3

    def __post_init__(self) -> None:
        if not 0 < self.warning_days <= self.critical_days:
            raise ValueError("warning_days must be above 0 and at most critical_days")
        if not 0 < self.warning_certainty <= self.critical_certainty <= 1:
            raise ValueError("warning_certainty must be above 0 and at most critical_certainty, which is at most 1")
        if self.least_days_elapsed < 1:
            raise ValueError(f"least_days_elapsed must be at least 1, got {self.least_days_elapsed}")
        for currency, amount in self.least_money.items():
            if not amount >= 0:
                raise ValueError(f"least_money of {currency} must be at least 0, got {amount}")


DEFAULT_SEVERITY = SeverityRules()


@dataclass(frozen=True, slots=True)
class Stake:
    """What is at stake where nobody acts: until the period's end for a sum to spend, in two weeks for a daily budget
    that is not kept to, within a week for anything else.

    ``money`` and ``per_day``, the campaign's usual spend a day, are in ``currency``. ``certainty`` is the probability
    that the stake is real and not chance.
    """

    money: float
    per_day: float
    currency: str
    certainty: float

    @property
    def days(self) -> float:
        """The stake in days of the usual spend; endless where no spend is usual."""
        if not (self.money > 0 and isfinite(self.money)):
            return 0.0
        return self.money / self.per_day if self.per_day > 0 else inf


def severity_of(stake: Stake, rules: SeverityRules = DEFAULT_SEVERITY) -> Severity:
    """The severity of a stake: by money and certainty, whatever analysis it comes from."""
    if stake.money < rules.least_money.get(stake.currency, 0.0):
        return Severity.INFO
    if stake.days >= rules.critical_days and stake.certainty >= rules.critical_certainty:
        return Severity.CRITICAL
    if stake.days >= rules.warning_days and stake.certainty >= rules.warning_certainty:
        return Severity.WARNING
    return Severity.INFO


@dataclass(frozen=True, slots=True)
class Verdict:
    """``kind`` names what it is, alike in alerts, findings and tables; ``severity`` None means nothing to act on.

    ``money_at_stake`` is in the campaign's currency; None where money is not what it is about.
    """

    kind: str
    severity: Severity | None
    sentence: str
    money_at_stake: float | None = None

    def is_at_least(self, least: Severity) -> bool:
        """Whether there is something to act on, of severity ``least`` or above."""
        return self.severity is not None and self.severity.rank >= least.rank


def known_severity(word: object) -> Severity | None:
    """A severity as a table stores it; None for NULL."""
    return None if word is None else Severity(str(word))
