"""What evaluating tests reads and writes: rows come back as they went in."""

from datetime import UTC, date, datetime

import polars as pl

from adops_pipeline.domain.experiments.evaluation import Evaluated
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.frames import replace_rows
from adops_pipeline.warehouse.queries.experiments import ad_group_days, known_tests, unevaluated_tests
from adops_pipeline_tests.domain.experiments.toy_tests import Arm, after, days_of, defined, look

NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
DAILY = days_of(Arm("a"), Arm("b", ctr=0.025), Arm("c"), Arm("d", ctr=0.0201))
TESTS = [
    defined("won", agent_id="agent-7", min_sample_size=500.0),
    defined("open", variant_a=defined().variant_a, family="f"),
]


def write(warehouse: Warehouse, found: Evaluated) -> None:
    with warehouse.writing() as con:
        replace_rows(con, "ab_tests", found.tests, created_at=NOW)
        scope = found.results.select("test_id", "evaluated_at")
        replace_rows(con, "ab_test_results", found.results, scope, created_at=NOW)


def test_evaluations_come_back_as_they_were_written(warehouse: Warehouse) -> None:
    found = look(TESTS, DAILY, after(10))
    write(warehouse, found)
    with warehouse.reading() as con:
        known = known_tests(con)
    assert known.tests.select(found.tests.columns).equals(found.tests)
    assert known.results.select(found.results.columns).equals(found.results)


def test_a_later_evaluation_from_stored_rows_equals_one_from_memory(warehouse: Warehouse) -> None:
    first = look(TESTS, DAILY, after(6))
    write(warehouse, first)
    with warehouse.reading() as con:
        known = known_tests(con)
    stored = Evaluated(known.tests.select(first.tests.columns), known.results.select(first.results.columns))
    assert look(TESTS, DAILY, after(14), stored).tests.equals(look(TESTS, DAILY, after(14), first).tests)


def test_only_the_days_and_ad_groups_that_are_asked_for_are_read(warehouse: Warehouse) -> None:
    with warehouse.writing() as con:
        con.execute(
            "INSERT INTO analytics_ad_group_metrics BY NAME SELECT 'pinterest' AS platform, '1' AS account_id,"
            " 'c' AS campaign_id, 'g' || n % 3 AS ad_group_id, DATE '2026-09-01' + n::INTEGER AS date,"
            " 'EUR' AS currency, n AS impressions, 1 AS clicks, 0.1 AS spend, 2 AS revenue, 0.5 AS conversions,"
            " TIMESTAMP '2026-09-30' AS synced_at FROM range(20) AS days(n)"
        )
    with warehouse.reading() as con:
        days = ad_group_days(con, {"g1", "g2"}, date(2026, 9, 16))
        nothing = ad_group_days(con, (), date(2026, 9, 16))
    assert sorted(days["impressions"].to_list()) == [16, 17, 19]
    assert set(days["ad_group_id"]) == {"g1", "g2"}
    assert nothing.is_empty()
    assert nothing.columns == days.columns


def test_a_declared_test_without_evaluation_or_reason_is_found(warehouse: Warehouse) -> None:
    found = look([*TESTS, defined("later", started_on=after(90))], DAILY, after(10))
    write(warehouse, Evaluated(found.tests, found.results.filter(pl.col("test_id") != "open")))
    with warehouse.reading() as con:
        missing = unevaluated_tests(con, ["won", "open", "later", "never-run"])
        assert [violation.example for violation in missing] == ["id=never-run", "id=open"]
        assert unevaluated_tests(con, []) == []
