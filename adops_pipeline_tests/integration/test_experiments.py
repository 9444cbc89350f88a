"""The simulated market's own tests through a whole run: verdicts that are true, kept, and seen."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.domain.experiments.definitions import TestDefinition, Variant
from adops_pipeline.sandbox.market import Market, PlantedExperiment
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.warehouse.queries.analytics import show
from adops_pipeline.warehouse.queries.experiments import unevaluated_tests
from adops_pipeline.warehouse.queries.headlines import headlines
from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.templates import copy_into

DAY, DAYS = date(2026, 11, 10), 65
TRUTH = {f"{test.campaign_id}-{test.start:%Y%m%d}": test for test in Market(7).truth.experiments}


ACCOUNTS: dict[str, dict[str, list[str]]] = {
    "google_ads": {"accounts": ["4201987305"]},
    "meta_ads": {"accounts": ["102938475610293", "203847561029384"]},
    "pinterest": {"accounts": ["549755885175"]},
}
"""Settings of the accounts that have the tests, and one of another currency."""


@pytest.fixture(scope="module")
def services(empty_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Services:
    folder = copy_into(empty_data, tmp_path_factory.mktemp("experiments"))
    services = pipeline.services_of(folder, DAY, DAYS, **ACCOUNTS)
    pipeline.run(services)
    return services


def rows(services: Services, query: str) -> list[tuple[object, ...]]:
    with services.warehouse.reading() as con:
        return con.execute(query).fetchall()


def better(test: PlantedExperiment) -> str:
    return "B" if (test.true_lift > 0) is (test.metric == "ctr") else "A"


def test_planted_tests_get_the_right_winner_within_their_days_and_the_rest_is_undecided(services: Services) -> None:
    found = rows(
        services,
        "SELECT tests.id, tests.metric, tests.status, tests.winner, days <= max_days, days FROM ab_tests AS tests"
        " JOIN ab_test_results AS results ON test_id = id AND results.evaluated_at = tests.evaluated_at",
    )
    decided = {str(name): (metric, winner) for name, metric, status, winner, _, _ in found if status == "completed"}
    # those of cpa take up to 43 days: python -m benchmarks.truth_ab_tests follows them to their end
    assert "ctr" in {metric for metric, _ in decided.values()}
    assert all(winner == better(TRUTH[name]) for name, (_, winner) in decided.items())
    assert all(in_time for _, _, _, _, in_time, _ in found)
    undecided = {str(name): (status, winner) for name, _, status, winner, _, _ in found if str(name) not in decided}
    assert undecided
    assert set(undecided.values()) == {("running", None)}
    judged = {str(name) for name, _, _, _, _, days in found if days}
    assert any(TRUTH[name].true_lift == 0 and name in judged for name in undecided)


def test_every_declared_test_has_its_evaluation(services: Services) -> None:
    ids = [test.id for test in services.test_definitions]
    assert len(ids) >= 4
    with services.warehouse.reading() as con:
        assert unevaluated_tests(con, ids) == []


def test_the_same_day_again_changes_no_row(services: Services) -> None:
    before = [rows(services, f"FROM {table} ORDER BY ALL") for table in ("ab_tests", "ab_test_results")]
    services.analysis.experiments(services.test_definitions)
    assert [rows(services, f"FROM {table} ORDER BY ALL") for table in ("ab_tests", "ab_test_results")] == before


def test_verdicts_are_published_with_a_headline_and_a_view(services: Services) -> None:
    with open_snapshot(services.snapshot_path) as con:
        shown = show(con, "test_verdicts")
        (said,) = (headline for headline in headlines(con) if headline.concept == "experiments")
    assert "winner" in shown.columns
    assert {"Variant A", "Variant B"} & {row[shown.columns.index("winner")] for row in shown.rows}
    assert "completed" in said.sentence
    assert "wins by +" in said.sentence


def test_the_headline_calls_no_period_of_a_budget_test_a_winner(services: Services, tmp_path: Path) -> None:
    copy = tmp_path / "adops.duckdb"
    copy.write_bytes(services.snapshot_path.read_bytes())
    with duckdb.connect(str(copy)) as con:
        second = "json_object('name', '80 a day', 'ad_group_ids', variant_a -> 'ad_group_ids')"
        con.execute(f"UPDATE ab_tests SET variant_b = {second}")
        (said,) = (headline for headline in headlines(con) if headline.concept == "experiments")
    assert " was better by +" in said.sentence
    assert " wins " not in said.sentence


def test_ad_groups_that_cannot_be_compared_get_a_reason(services: Services) -> None:
    base = next(test for test in services.test_definitions if test.metric == "cpa")
    (foreign,) = rows(
        services,
        "SELECT ad_group_id, currency FROM analytics_ad_group_metrics WHERE platform = 'meta-ads' AND currency <> 'USD'"
        " GROUP BY ALL HAVING max(date) >= DATE '2026-11-09' ORDER BY ALL LIMIT 1",
    )
    tests = [
        _with(base, "currency", str(foreign[0])),
        _with(base, "empty", "no-such-ad-group"),
    ]
    try:
        services.analysis.experiments(tests)
        found = rows(services, "SELECT id, status || ': ' || reason FROM ab_tests WHERE winner IS NULL")
    finally:
        services.analysis.experiments(services.test_definitions)
    assert {str(name): reason for name, reason in found} == {
        "currency": "invalid: different-currency",
        "empty": "running: no-delivery",
    }


def _with(test: TestDefinition, test_id: str, ad_group: str) -> TestDefinition:
    return replace(test, id=test_id, variant_b=Variant("B", (ad_group,)))
