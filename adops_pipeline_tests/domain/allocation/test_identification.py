"""What the data can and cannot say about a campaign's spend, each reason in a world that makes it true."""

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from adops_pipeline.domain.allocation import AllocationRules, recommend, recommend_with_curves
from adops_pipeline.domain.allocation.demand import shared_demand
from adops_pipeline.domain.allocation.fitting import Fit, fit_curves
from adops_pipeline.domain.allocation.identification import variation
from adops_pipeline.domain.allocation.panel import with_budgets
from adops_pipeline.domain.allocation.weeks import sum_weeks
from adops_pipeline_tests.deferred import Deferred
from adops_pipeline_tests.domain.allocation.worlds import AS_OF, Account

sm = Deferred("statsmodels.api")

RULES = AllocationRules(immature_days=0)


def reasons(account: Account) -> list[str]:
    return recommend(account.daily(), AS_OF, RULES)["identification"].to_list()


def test_budgets_that_moved_for_reasons_of_their_own_identify_the_response() -> None:
    account = Account()
    account.move_budgets()
    assert reasons(account) == ["identified"] * 8


def test_spend_that_never_varied_is_held_with_a_test_that_would_tell() -> None:
    rows = recommend(Account().daily(), AS_OF, RULES)
    assert set(rows["identification"]) == {"spend-never-varied"}
    assert rows["suggested_daily"].to_list() == rows["current_daily"].to_list()
    assert rows["spend_variation_pct"].max() < 5  # type: ignore[operator]
    row = rows.row(0, named=True)
    assert row["test_low_daily"] < row["current_daily"] < row["test_high_daily"]
    assert "its spend never varied; vary it to learn. Test over 14 days: EUR" in row["rationale"]
    assert f"±{row['test_elasticity_error']:.2f}." in row["rationale"]


@pytest.mark.parametrize("days", [120, 364])
@pytest.mark.parametrize("follows_demand", [False, True])
def test_the_two_weeks_of_the_test_make_the_response_known_however_long_it_was_steady(
    days: int, *, follows_demand: bool
) -> None:
    account = Account(days=days)
    if follows_demand:
        account.budget = account.budget * account.share_demand()
        account.deliver()
    plan = recommend(account.daily(), AS_OF, RULES).sort("campaign_id").row(0, named=True)
    now, high, low = (float(plan[name]) for name in ("current_daily", "test_high_daily", "test_low_daily"))
    account.budget[0, -14:-7] *= high / now
    account.budget[0, -7:] *= low / now
    account.deliver()
    tested, *others = recommend(account.daily(), AS_OF, RULES).sort("campaign_id")["identification"]
    assert tested == "identified"
    assert set(others) == {"spend-follows-demand" if follows_demand else "spend-never-varied"}


def test_a_campaign_that_ends_before_a_test_would_gets_none() -> None:
    rows = recommend_with_curves(Account().daily(), AS_OF, RULES, ending=["google-ads:100"]).budgets
    ends, *others = rows.iter_rows(named=True)
    assert [ends[name] for name in ("test_high_daily", "test_low_daily", "test_elasticity_error")] == [None] * 3
    assert ends["rationale"].endswith("vary it to learn. It ends before a test of 14 days would be over.")
    assert all("Test over 14 days" in row["rationale"] for row in others)


def test_spend_that_follows_the_accounts_demand_is_held_too() -> None:
    account = Account()
    account.budget = account.budget * account.share_demand()
    account.deliver()
    rows = recommend(account.daily(), AS_OF, RULES)
    assert set(rows["identification"]) == {"spend-follows-demand"}
    assert rows["spend_variation_pct"].min() > 20  # type: ignore[operator]
    assert rows["own_variation_pct"].max() < 5  # type: ignore[operator]
    assert rows["rationale"].str.contains("vary it to learn").all()


def test_a_campaign_that_cannot_spend_its_budget_is_demand_bound_and_one_that_follows_it_is_not() -> None:
    account = Account()
    account.move_budgets()
    account.spend[0] = 60.0 * account.rng.lognormal(0.0, 0.1, account.days)
    account.spend[1] = 0.7 * account.budget[1] * account.rng.lognormal(0.0, 0.03, account.days)
    assert reasons(account) == ["demand-bound", *["identified"] * 7]


def test_an_unspent_budget_that_never_moved_is_not_called_demand_bound() -> None:
    account = Account()
    account.move_budgets()
    account.spend[0] = 60.0 * np.repeat(account.rng.lognormal(0.0, 0.2, account.days // 7), 7)
    account.budget[0] = 100.0
    assert reasons(account)[0] == "budget-not-spent"


def test_without_known_budgets_nothing_is_said_about_delivery() -> None:
    account = Account()
    account.move_budgets()
    account.spend[0] = 60.0 * np.repeat(account.rng.lognormal(0.0, 0.2, account.days // 7), 7)
    rows = recommend(account.daily().drop("daily_budget"), AS_OF, RULES)
    assert rows["identification"].to_list() == ["identified"] * 8


def test_a_short_history_says_so_before_anything_else() -> None:
    account = Account()
    account.move_budgets()
    daily = account.daily().filter((pl.col("campaign_id") != "103") | (pl.col("date") > AS_OF - timedelta(days=20)))
    assert recommend(daily, AS_OF, RULES)["identification"].to_list()[3] == "too-little-data"


def test_own_variation_is_the_standard_error_of_a_regression_on_trend_and_demand() -> None:
    account = Account()
    account.budget = account.budget * account.share_demand()
    account.deliver()
    account.spend = account.spend * np.repeat(account.rng.lognormal(0.0, 0.1, (8, account.days // 7)), 7, axis=1)
    panel = account.panel()
    weeks = sum_weeks(panel, panel.conversions)
    demand = shared_demand(weeks, panel.account, panel.group)
    own = variation(weeks, demand).own
    design = np.column_stack((np.ones(26), weeks.years, demand[2]))
    oracle = sm.OLS(weeks.log_spend[2], design).fit()
    assert own[2] == pytest.approx(100 * np.sqrt(oracle.scale), rel=1e-3)


def test_shared_demand_is_not_taken_for_the_effect_of_spend() -> None:
    account = Account(campaigns=12)
    account.move_budgets()
    account.budget = account.budget * account.share_demand()
    account.deliver()
    panel = account.panel()
    weeks = sum_weeks(panel, panel.conversions)
    demand = shared_demand(weeks, panel.account, panel.group)
    controlled, naive = (
        _elasticities(fit_curves(weeks, control, panel.group)) for control in (demand, np.zeros_like(demand))
    )
    assert abs(controlled.mean() - 0.5) < 0.1
    assert naive.mean() > 0.7


def _elasticities(fit: Fit) -> npt.NDArray[np.float64]:
    curves = fit.curves()
    odds = curves.slope * (np.log(fit.typical_spend) - curves.log_half)
    return np.asarray(curves.slope / (1 + np.exp(odds)))


def test_peers_demand_is_the_median_of_the_other_campaigns_of_the_account() -> None:
    account = Account(campaigns=5)
    account.move_budgets()
    account.spend[4, : account.days // 2] = 0.0
    panel = account.panel()
    weeks = sum_weeks(panel, panel.conversions)
    index = shared_demand(weeks, panel.account, panel.group)[1, :, 0]
    others = [0, 2, 3, 4]
    logs = np.where(weeks.days > 0, weeks.log_spend, np.nan)[others]
    usual = (weeks.log_spend * weeks.days).sum(axis=1)[others] / weeks.days.sum(axis=1)[others]
    expected = np.nanmedian(logs - usual[:, None], axis=0)
    np.testing.assert_allclose(index, expected - expected[-4:].mean(), atol=1e-12)


def test_budgets_are_in_force_from_the_day_they_changed() -> None:
    account = Account(campaigns=2)
    panel = account.panel()
    first, last = panel.keys["campaign_id"].to_list()
    days = [AS_OF - timedelta(days=n) for n in (500, 2, 0, -1)]
    changes = pl.DataFrame(
        {"platform": panel.keys["platform"][0], "campaign_id": [first, first, first, last],
         "changed_on": [days[0], days[1], days[3], days[2]], "daily_budget": [50.0, 70.0, 90.0, 30.0]}
    )  # fmt: skip
    found = with_budgets(panel, changes.sample(fraction=1.0, shuffle=True, seed=1)).budget
    assert found[0].tolist() == [*[50.0] * (account.days - 3), 70.0, 70.0, 70.0]
    assert np.isnan(found[1, :-1]).all()
    assert found[1, -1] == 30.0
