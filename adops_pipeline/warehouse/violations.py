"""What a check of the warehouse finds: one broken promise of one table. Vocabulary only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that ``rows`` rows (or account-days, where the promise is about those) of ``table`` break."""

    table: str
    promise: str
    rows: int
    example: str
