"""Benchmarks: a campaign's ratios this week and month against its own past, and against its peers."""

from adops_pipeline.domain.benchmarks.rules import METRICS, BenchmarkRules, Metric, Period
from adops_pipeline.domain.benchmarks.table import SCHEMA, benchmark_campaigns

__all__ = ["METRICS", "SCHEMA", "BenchmarkRules", "Metric", "Period", "benchmark_campaigns"]
