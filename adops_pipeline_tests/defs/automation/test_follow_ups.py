"""What starts by itself after an analysis: each occasion once, and only what is due."""

import dagster as dg
import pytest

from adops_pipeline.defs.automation.follow_ups import overpacing_sensor, test_sample_sensor
from adops_pipeline_tests.defs.automation.conftest import Stage

sample_sensor: dg.SensorDefinition = test_sample_sensor
del test_sample_sensor  # its name is one that pytest would collect


def _asked(stage: Stage) -> list[tuple[str, str, object]]:
    return [(one.workflow_id, one.requested_by, one.parameters) for one in stage.every_execution()]


def _declare_test(stage: Stage, sample_a: float, sample_b: float) -> None:
    stage.change(
        "INSERT INTO ab_tests BY NAME SELECT 't1' AS id, 'meta-ads' AS platform, 'running' AS status,"
        " 1000 AS min_sample_size"
    )
    stage.change(
        "INSERT INTO ab_test_results BY NAME SELECT 't1' AS test_id, DATE '2026-11-10' AS evaluated_at,"
        " CAST(? AS DOUBLE) AS sample_a, CAST(? AS DOUBLE) AS sample_b",
        sample_a,
        sample_b,
    )


def test_a_test_that_has_reached_its_sample_is_evaluated_once(stage: Stage) -> None:
    _declare_test(stage, 1000, 1200)
    stage.published()
    cursor = stage.evaluate(sample_sensor).cursor
    ((workflow, asked_by, parameters),) = _asked(stage)
    assert (workflow, asked_by) == ("ab-test-evaluation", "alert")
    assert isinstance(parameters, dict)
    assert parameters["testIds"] == ["t1"]
    stage.clock.forward(3600)
    stage.published()
    stage.evaluate(sample_sensor, cursor)
    assert len(_asked(stage)) == 1


def test_a_test_of_which_one_arm_is_short_of_its_sample_is_left_to_run(stage: Stage) -> None:
    _declare_test(stage, 999, 5000)
    stage.published()
    stage.evaluate(sample_sensor)
    assert _asked(stage) == []


def _spend(stage: Stage, ratio: float, verdict: str = "overpacing") -> None:
    stage.change(
        "UPDATE analytics_budgets SET verdict = ?, seasonal_ratio = ?"
        " WHERE campaign_id = (SELECT min(campaign_id) FROM analytics_budgets)",
        verdict,
        ratio,
    )


def test_a_budget_that_runs_away_is_checked_once_a_period(stage: Stage) -> None:
    _spend(stage, 1.5)
    stage.published()
    cursor = stage.evaluate(overpacing_sensor).cursor
    ((workflow, asked_by, parameters),) = _asked(stage)
    assert (workflow, asked_by) == ("pacing-check", "alert")
    with stage.services.warehouse.reading() as con:
        found = con.execute("SELECT min(campaign_id) FROM analytics_budgets").fetchone()
    assert found is not None
    assert isinstance(parameters, dict)
    assert parameters["campaignIds"] == [found[0]]
    _spend(stage, 1.9)
    stage.published()
    cursor = stage.evaluate(overpacing_sensor, cursor).cursor
    assert len(_asked(stage)) == 1
    stage.change("UPDATE analytics_budgets SET period_start = period_start + INTERVAL 1 MONTH")
    stage.published()
    stage.evaluate(overpacing_sensor, cursor)
    assert len(_asked(stage)) == 2


@pytest.mark.parametrize(("ratio", "verdict"), [(1.49, "overpacing"), (3.0, "paused")])
def test_a_budget_within_the_threshold_or_paused_is_not_checked(stage: Stage, ratio: float, verdict: str) -> None:
    _spend(stage, ratio, verdict)
    stage.published()
    stage.evaluate(overpacing_sensor)
    assert _asked(stage) == []
