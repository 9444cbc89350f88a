"""What a benchmark-review says."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.workflows.parameters import BenchmarkParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_benchmarks
from adops_pipeline.domain.workflows.results.benchmarks import _COLUMNS
from adops_pipeline_tests.domain.workflows.results.frames import END, before, frame


def _rows(*rows: dict[str, Any]) -> pl.DataFrame:
    return frame(
        list(rows),
        _COLUMNS,
        {
            "platform": "google-ads", "campaign_id": "7", "campaign_name": "Brand", "currency": "EUR", "metric": "cpc",
            "period": "week", "period_end": END, "baseline_value": 0.5, "current_value": 0.8, "change_pct": 60.0,
            "z_score": 4.0, "status": "worse", "peer_p25": 0.4, "peer_median": 0.55, "peer_p75": 0.7,
            "severity": "critical", "q_value": 0.001, "money_at_stake": 70.0,
        },
    )  # fmt: skip


def _told(*rows: dict[str, Any], **raw: Any) -> WorkflowResult:
    return review_benchmarks(_rows(*rows), BenchmarkParameters.model_validate(raw))


def test_a_change_for_the_worse_is_told_with_its_past_and_its_peers() -> None:
    result = _told({}, {"campaign_id": "8", "status": "normal"})
    assert result.summary == (
        "Of 2 campaigns compared with their own past through 2026-11-23, 1 got worse and 0 got better in at least one "
        "ratio."
    )
    (finding,) = result.found
    assert (finding.kind, finding.severity) == ("benchmark-worse", "critical")
    assert finding.sentence == (
        "CPC EUR 0.80 from 2026-11-17 to 2026-11-23 against EUR 0.50 from 2026-10-20 to 2026-11-16 (+60.0 %, worse); "
        "its peers' median is EUR 0.55."
    )


def test_the_severity_is_the_one_that_was_judged_with_the_benchmarks() -> None:
    rows = ({"severity": "info", "status": "better"}, {"severity": "warning", "campaign_id": "8"})
    assert [(f.kind, f.severity) for f in _told(*rows).found] == [
        ("benchmark-worse", "warning"), ("benchmark-better", "info"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ({"metrics": ["ctr"]}, 1),
        ({"periods": ["month"]}, 1),
        ({"thresholds": {"changePct": 50}}, 1),
        ({"thresholds": {"zScore": 5}}, 1),
        ({"lookbackDays": 10}, 1),
        ({"campaignIds": ["7"]}, 1),
        ({"changes": ["worse"]}, 1),
        ({"changes": ["better", "worse"]}, 2),
    ],
)
def test_filters_and_thresholds_count(raw: dict[str, Any], kept: int) -> None:
    other = {
        "campaign_id": "8", "metric": "ctr", "period": "month", "period_end": before(20), "change_pct": -30.0,
        "z_score": -6.0, "status": "better",
    }  # fmt: skip
    assert len(_told({}, other).found) == 2
    assert len(_told({}, other, **raw).found) == kept


def test_ratios_without_enough_data_are_counted_and_insignificant_ones_are_not_findings() -> None:
    result = _told({"status": "normal"}, {"metric": "ctr", "status": "insufficient-data", "change_pct": None})
    assert result.summary == "No significant change: 1 campaign compared with their own past through 2026-11-23."
    assert result.left_out == ("1 ratio with too little data to compare.",)
    assert result.tables[0].rows == (("cpc", "week", 0, 0, 1, 0), ("ctr", "week", 0, 0, 0, 1))


def test_no_benchmarks_give_a_clear_result() -> None:
    assert _told().summary == "Nothing to check: there is no benchmark yet; a sync brings it."
    late = _told({}, asOf=date(2027, 3, 1))
    assert late.summary == (
        "Nothing to check: there is no benchmark with a period that ended in the 60 days up to 2027-03-01."
    )
