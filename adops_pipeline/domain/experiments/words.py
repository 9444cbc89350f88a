"""The words of experiments that settings and tables use. No statistics: importing them costs nothing."""

from typing import Literal

Stopping = Literal["always-valid", "fixed-horizon", "group-sequential"]
"""When a difference may be called: at any look, only at ``max_days``, or at looks planned as shares of ``max_days``."""
Spending = Literal["obrien-fleming", "pocock"]
"""How a group-sequential test spends its error over its looks."""
Adjustment = Literal["benjamini-hochberg", "holm"]
"""How a family of tests is corrected for."""
TestStatus = Literal["running", "completed", "inconclusive", "invalid"]
