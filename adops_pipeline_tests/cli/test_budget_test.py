"""`adops budget-test`: which campaigns need one, what it says to set, and the definition that it adds to adops.toml."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.settings import load_settings
from adops_pipeline_tests.cli.commands import Command

NEEDED = "google-ads:2041"


@pytest.fixture
def planned(adops: Command, data_dir: Path) -> Command:
    """A snapshot with a plan in which one of two campaigns needs a budget test, and an older plan with another one."""
    with duckdb.connect(str(data_dir / "adops.duckdb")) as con:
        con.execute(
            "CREATE TABLE budget_recommendations (as_of DATE, platform VARCHAR, campaign_id VARCHAR, campaign_name "
            "VARCHAR, currency VARCHAR, identification VARCHAR, current_daily DECIMAL(18, 6), test_high_daily "
            "DECIMAL(18, 6), test_low_daily DECIMAL(18, 6), test_elasticity_error DOUBLE)"
        )
        con.execute(
            "INSERT INTO budget_recommendations VALUES "
            "('2026-10-30', 'google-ads', '2041', 'Brand \"A\"', 'EUR', 'spend-never-varied', 100, 120, 80, 0.31), "
            "('2026-10-30', 'google-ads', '2042', 'Other', 'EUR', 'identified', 100, NULL, NULL, NULL), "
            "('2026-10-29', 'google-ads', '2043', 'Old', 'EUR', 'spend-never-varied', 100, 120, 80, 0.31)"
        )
        con.execute(
            "CREATE TABLE ad_groups (platform VARCHAR, campaign_id VARCHAR, external_id VARCHAR, status VARCHAR)"
        )
        con.execute(
            "INSERT INTO ad_groups SELECT 'google-ads', c, c || g, s "
            "FROM (VALUES ('2041'), ('2042'), ('2043')) AS a(c), "
            "(VALUES ('1', 'active'), ('2', 'active'), ('3', 'paused')) AS b(g, s)"
        )
    return adops


def test_the_campaigns_of_the_newest_plan_that_need_a_test_are_listed_with_their_active_ad_groups(
    planned: Command,
) -> None:
    (test,) = planned("budget-test", "--json").document
    assert (test["campaign"], test["ad_group_ids"]) == (NEEDED, ["20411", "20412"])
    assert "spend-never-varied" in planned("budget-test").words


def test_a_plan_says_what_to_set_when_and_shows_the_definition(planned: Command) -> None:
    said = planned("budget-test", NEEDED, "--from", "2026-11-02").out
    for step in ("2026-11-02: set the daily budget to EUR 120.00", "2026-11-09: set it to EUR 80.00",
                 "2026-11-16: set it back to EUR 100.00", "1 - ln(1 + lift) / 0.405", "[[ab_tests]]"):  # fmt: skip
        assert step in said


def test_a_started_test_is_one_of_the_declared_tests(planned: Command, data_dir: Path) -> None:
    (data_dir / "adops.toml").write_text("[pacing]\nlinear_under = 0.8\n", encoding="utf-8")
    planned("budget-test", NEEDED, "--from", "2026-11-02", "--start")
    settings = load_settings()
    (test,) = (declared.definition() for declared in settings.ab_tests)
    assert settings.pacing.linear_under == Decimal("0.8")
    assert (test.started_on, test.period_days, test.metric) == (date(2026, 11, 2), 7, "roas")
    assert test.name == 'Budget test: Brand "A"'
    assert test.variant_a.ad_group_ids == test.variant_b.ad_group_ids == ("20411", "20412")
    again = planned("budget-test", NEEDED, "--from", "2026-11-02", "--start", code=1)
    assert "is there already" in again.words
    assert len(load_settings().ab_tests) == 1


def test_what_cannot_be_started_is_refused_with_a_reason(planned: Command, data_dir: Path) -> None:
    assert "needs no budget test" in planned("budget-test", "google-ads:2042", code=2).words
    assert "'soon' is not a date" in planned("budget-test", NEEDED, "--from", "soon", code=2).words
    assert "--start needs a campaign" in planned("budget-test", "--start", code=2).words
    toml_file = data_dir / "adops.toml"
    toml_file.write_text("ab_tests = []\n", encoding="utf-8")
    refused = planned("budget-test", NEEDED, "--from", "2026-11-02", "--start", code=1)
    assert "Where ab_tests stands in one line" in refused.words
    assert toml_file.read_text(encoding="utf-8") == "ab_tests = []\n"
