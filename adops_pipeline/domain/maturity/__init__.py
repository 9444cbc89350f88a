"""Conversion maturity: how much of a day's conversions is known after k days, and what a young day will come to."""

from adops_pipeline.domain.maturity.arrivals import pulled_lags
from adops_pipeline.domain.maturity.curves import MaturityCurves, MaturityRules, estimate_maturity

__all__ = ["MaturityCurves", "MaturityRules", "estimate_maturity", "pulled_lags"]
