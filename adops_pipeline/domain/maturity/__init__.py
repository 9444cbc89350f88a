"""Conversion maturity: share of a day's conversions known after k days, and nowcasts of recent days."""

from adops_pipeline.domain.maturity.arrivals import pulled_lags
from adops_pipeline.domain.maturity.curves import MaturityCurves, MaturityRules, estimate_maturity

__all__ = ["MaturityCurves", "MaturityRules", "estimate_maturity", "pulled_lags"]
