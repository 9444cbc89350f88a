"""Severity of an alert, a finding or a message: one vocabulary for all of them."""

from enum import StrEnum


class Severity(StrEnum):
    """How serious something is, mildest first."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the mildest. Compare ranks, never the words."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
