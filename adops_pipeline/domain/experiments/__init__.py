"""Experiments: A against B on one metric, from sufficient statistics to a decision. Pure statistics, no I/O.

Two arrays of numbers in, a typed result out; degenerate input gives a typed reason, never NaN.
"""

from adops_pipeline.domain.experiments.calculator import compare_proportions, compare_units
from adops_pipeline.domain.experiments.power import sample_size
from adops_pipeline.domain.experiments.results import Comparison

__all__ = ["Comparison", "compare_proportions", "compare_units", "sample_size"]
