"""Benchmarks: a campaign's metrics this week and month against its own past and its peers."""

from adops_pipeline.domain.benchmarks.rules import METRICS, BenchmarkRules
from adops_pipeline.domain.benchmarks.table import benchmark_campaigns

__all__ = ["METRICS", "BenchmarkRules", "benchmark_campaigns"]
