"""How often campaigns at rest are called changed, where days vary and depend on each other."""

import polars as pl
import pytest

from adops_pipeline.domain.benchmarks import METRICS, BenchmarkRules, benchmark_campaigns
from adops_pipeline_tests.domain.benchmarks.worlds import AS_OF, MATURE, campaigns, drawn, rows


@pytest.mark.parametrize(("noise", "rho", "limit"), [(0.1, 0.0, 0.07), (0.2, 0.6, 0.08), (0.2, 0.8, 0.1)])
def test_campaigns_at_rest_seldom_look_changed(noise: float, rho: float, limit: float) -> None:
    table = benchmark_campaigns(rows(drawn(300, noise, rho, seed=1)), campaigns(300), AS_OF, MATURE)
    for metric in METRICS:
        for period in ("week", "month"):
            of = table.filter(pl.col("metric") == metric, pl.col("period") == period)
            assert of.filter(pl.col("z_score").abs() >= 1.96).height <= limit * 300, (metric, period)
    assert table.filter(pl.col("status").is_in(["better", "worse"])).height <= 3, "after Benjamini and Hochberg"


def test_the_false_discovery_rate_is_a_setting() -> None:
    frame = rows(drawn(60, 0.2, 0.6, seed=2))

    def called(rate: float) -> int:
        table = benchmark_campaigns(frame, campaigns(60), AS_OF, MATURE, BenchmarkRules(false_discovery_rate=rate))
        return table.filter(pl.col("status").is_in(["better", "worse"])).height

    assert called(0.1) < called(1.0) <= 0.08 * 60 * 8
