"""`adops budget-test`: which campaigns need one, what it says to set, and the A/B test that it defines."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from adops_pipeline_tests.cli.commands import Command, services_of

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
            "CREATE TABLE campaigns (platform VARCHAR, external_id VARCHAR, daily_budget DECIMAL(18, 6), "
            "lifetime_budget DECIMAL(18, 6), is_shared_budget BOOLEAN, end_date DATE)"
        )
        con.execute("INSERT INTO campaigns VALUES ('google-ads', '2041', 105, NULL, false, NULL)")
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
    said = planned("budget-test").words
    assert "spend never varied EUR 100.00 EUR 120.00 EUR 80.00" in said


def test_a_plan_says_what_to_set_when_and_what_is_defined(planned: Command) -> None:
    said = planned("budget-test", NEEDED, "--from", "2026-11-02").out
    for step in ("2026-11-02: set the daily budget to EUR 120.00", "2026-11-09: set it to EUR 80.00",
                 "2026-11-16: set it back to EUR 105.00", "1 - ln(1 + lift) / 0.405"):  # fmt: skip
        assert step in said
    planned_test = planned("budget-test", NEEDED, "--from", "2026-11-02", "--json").document["definition"]
    assert (planned_test["id"], planned_test["period_days"], planned_test["max_days"]) == ("budget-2041-20261102", 7, 7)


@pytest.mark.parametrize(
    ("kept", "steps"),
    [
        # 20 more a day over 30 days are 600; a week of them is spent, and 23 days have 20 less a day: 140 - 460.
        ("daily_budget = NULL, lifetime_budget = 5000, end_date = '2026-12-01'",
         ("set the lifetime budget to EUR 5,600.00, which makes about EUR 120.00 a day",
          "set it to EUR 4,680.00, which makes about EUR 80.00 a day", "set it back to EUR 5,000.00")),
        ("daily_budget = 99, is_shared_budget = true",
         ("give it a daily budget of its own of EUR 120.00 and lower the one of EUR 99.00 that it shares by EUR 100.00",
          "set its own to EUR 80.00", "let it share the budget of EUR 99.00 again")),
        ("daily_budget = NULL",
         ("set the daily budgets of its ad groups to EUR 120.00 in all", "set them to EUR 80.00 in all",
          "set them back to what they were (EUR 100.00 a day were spent)")),
    ],
)  # fmt: skip
def test_what_to_set_depends_on_the_kind_of_budget(
    planned: Command, data_dir: Path, kept: str, steps: tuple[str, str, str]
) -> None:
    with duckdb.connect(str(data_dir / "adops.duckdb")) as con:
        con.execute(f"UPDATE campaigns SET {kept}")
    said = planned("budget-test", NEEDED, "--from", "2026-11-02").out
    for day, step in zip(("2026-11-02", "2026-11-09", "2026-11-16"), steps, strict=True):
        assert f"{day}: {step}\n" in said


@pytest.mark.parametrize(("last_day", "code"), [("2026-11-14", 2), ("2026-11-15", 0)])
def test_a_campaign_that_ends_before_the_test_would_is_not_tested(
    planned: Command, data_dir: Path, last_day: str, code: int
) -> None:
    with duckdb.connect(str(data_dir / "adops.duckdb")) as con:
        con.execute("UPDATE campaigns SET end_date = ?", [last_day])
    said = planned("budget-test", NEEDED, "--from", "2026-11-02", "--start", code=code).words
    assert (f"{NEEDED} ends on {last_day}, before a test from 2026-11-02 on would" in said) == (code == 2)
    assert len(services_of(data_dir).ab_tests.defined()) == (code == 0)


def test_a_started_test_is_one_of_the_declared_tests(planned: Command, data_dir: Path) -> None:
    assert "budget-2041-20261102 is defined" in planned("budget-test", NEEDED, "--from", "2026-11-02", "--start").words
    (test,) = services_of(data_dir).ab_tests.defined()
    assert (test.started_on, test.period_days, test.metric) == (date(2026, 11, 2), 7, "roas")
    assert test.name == 'Budget test: Brand "A"'
    assert (test.variant_a.name, test.variant_b.name) == ("120 a day", "80 a day")
    assert test.variant_a.ad_group_ids == test.variant_b.ad_group_ids == ("20411", "20412")
    again = planned("budget-test", NEEDED, "--from", "2026-11-02", "--start", code=1)
    assert "there is a test 'budget-2041-20261102' already" in again.words
    assert len(services_of(data_dir).ab_tests.defined()) == 1
    assert not (data_dir / "adops.toml").exists()


def test_what_cannot_be_started_is_refused_with_a_reason(planned: Command) -> None:
    assert "needs no budget test" in planned("budget-test", "google-ads:2042", code=2).words
    assert "'soon' is not a date" in planned("budget-test", NEEDED, "--from", "soon", code=2).words
    assert "--start needs a campaign" in planned("budget-test", "--start", code=2).words
