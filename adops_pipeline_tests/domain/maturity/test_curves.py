"""What maturity curves promise: no bias from young days, no leaps, no currency, and intervals that hold."""

import math
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.maturity import MaturityCurves, MaturityRules, estimate_maturity
from adops_pipeline_tests.profiles import examples

TRUE = np.array([1 - 0.5 * (math.exp(-k / 5) - math.exp(-6)) / (1 - math.exp(-6)) for k in range(31)])
FIRST = date(2025, 1, 1)
RULES = MaturityRules(horizon_days={"google-ads": 30})


def history(
    days: int = 80, campaigns: int = 8, every: int = 1, worth: float = 40.0, seed: int = 1
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Revisions and pulls of one account looked at ``every`` so many days for ``days`` days, 31 days back."""
    rng = np.random.default_rng(seed)
    final = rng.poisson(25, (campaigns, days + 31))
    arrived = np.cumsum(rng.multinomial(final, np.diff(TRUE, prepend=0.0)), axis=2)
    rows, pulls = [], []
    last: dict[tuple[int, int], int] = {}
    for n in range(31, days + 31, every):
        today = FIRST + timedelta(days=n)
        pulls.append(("google-ads", "1", today - timedelta(days=31), today - timedelta(days=1), today))
        for c in range(campaigns):
            for d in range(n - 31, n):
                value = int(arrived[c, d, min(n - d, 30)])
                if last.get((c, d)) != value:
                    last[c, d] = value
                    day, at = FIRST + timedelta(days=d), datetime.combine(today, time(9), UTC)
                    rows.append(("google-ads", "1", str(c), day, at, n - d, float(value), value * worth))
    names = ["platform", "account_id", "campaign_id", "date", "pulled_at", "lag_days", "conversions", "revenue"]
    spans = ["platform", "account_id", "range_start", "range_end", "pulled_on"]
    return pl.DataFrame(rows, schema=names, orient="row"), pl.DataFrame(pulls, schema=spans, orient="row")


@pytest.mark.parametrize("every", [1, 3])
def test_the_curve_is_within_3_points_of_the_truth_although_most_days_are_young(every: int) -> None:
    revisions, pulls = history(days=45, every=every)
    shares = estimate_maturity(revisions, pulls, RULES).shares("google-ads")
    assert np.abs(shares - TRUE[1:]).max() < 0.03


def test_only_the_pulls_tell_that_a_day_stopped_changing() -> None:
    revisions, pulls = history(days=60)
    young = pulls.filter(pl.col("pulled_on") < FIRST + timedelta(days=45))
    early = estimate_maturity(revisions.filter(pl.col("lag_days") < 15), pulls, RULES).shares("google-ads")
    cut = estimate_maturity(revisions.filter(pl.col("lag_days") < 15), young, RULES).shares("google-ads")
    # With looks that found nothing, everything after lag 15 has come; with none, the prior's tail stays.
    assert early[14] > 0.999
    assert early[14] > cut[14]


def test_shares_never_fall_and_end_at_one() -> None:
    curve = estimate_maturity(*history(days=12, campaigns=1), RULES)
    for column in ("share", "revenue_share"):
        shares = curve.shares("google-ads", column)
        assert (np.diff(shares) >= 0).all()
        assert shares[-1] == 1.0
    table = curve.table
    assert (table["share_low"] <= table["share"]).all()
    assert (table["share_high"] >= table["share"]).all()


def test_conversions_taken_back_do_not_break_the_curve() -> None:
    revisions, pulls = history(days=40)
    back = revisions.with_columns(
        pl.when(pl.col("lag_days") > 20).then(pl.col("conversions") * 0.7).otherwise(pl.col("conversions"))
    )
    shares = estimate_maturity(back, pulls, RULES).shares("google-ads")
    assert np.isfinite(shares).all()
    assert (np.diff(shares) >= 0).all()


def test_the_currency_of_an_account_does_not_matter() -> None:
    cents, pulls = history(worth=40.0)
    yen, _ = history(worth=6000.0)
    one = estimate_maturity(cents, pulls, RULES).shares("google-ads", "revenue_share")
    other = estimate_maturity(yen, pulls, RULES).shares("google-ads", "revenue_share")
    assert one == pytest.approx(other, abs=1e-9)


def test_the_order_of_rows_does_not_matter() -> None:
    revisions, pulls = history(days=35)
    shuffled = estimate_maturity(revisions.sample(fraction=1.0, shuffle=True, seed=3), pulls.reverse(), RULES)
    assert shuffled.table.equals(estimate_maturity(revisions, pulls, RULES).table)


def test_without_any_history_the_prior_stands() -> None:
    revisions, pulls = history(days=5)
    curves = estimate_maturity(revisions.clear(), pulls.clear(), RULES)
    assert curves.table.is_empty()
    assert curves.shares("pinterest") == pytest.approx(RULES.prior("pinterest"))


def test_a_day_is_mature_at_the_first_lag_with_the_share_asked_for() -> None:
    table = pl.DataFrame(
        {"platform": ["google-ads"] * 4, "lag_days": [1, 2, 3, 4], "share": [0.5, 0.9, 0.98, 1.0]},
    )
    curves = MaturityCurves(table)
    assert curves.mature_after_days("google-ads") == 3
    assert curves.mature_after_days("google-ads", 0.985) == 4
    assert curves.mature_after_days("google-ads", 0.1) == 1


def test_a_young_day_is_scaled_up_and_an_old_one_left_alone() -> None:
    curves = estimate_maturity(*history(), RULES)
    as_of = date(2025, 6, 30)
    ages = {1: as_of, 40: as_of - timedelta(days=39), 0: as_of + timedelta(days=1)}
    daily = pl.DataFrame(
        {
            "platform": ["google-ads"] * 3,
            "date": list(ages.values()),
            "conversions": [12.0, 30.0, 5.0],
            "revenue": [480.0, 1200.0, 200.0],
        }
    )
    young, old, today = curves.nowcast(daily, as_of).iter_rows(named=True)
    assert young["conversions_final"] == pytest.approx(12 / TRUE[1], rel=0.04)
    assert young["conversions_low"] < young["conversions_final"] < young["conversions_high"]
    assert young["revenue_final"] == pytest.approx(480 / TRUE[1], rel=0.04)
    assert old["conversions_low"] == old["conversions_final"] == old["conversions_high"] == 30.0
    assert today["conversions_final"] is None
    assert today["conversions_low"] is None


def test_the_interval_of_a_nowcast_holds_the_final_value_about_four_times_in_five() -> None:
    rng, as_of = np.random.default_rng(5), date(2025, 6, 30)
    curves = estimate_maturity(*history(), RULES)
    ages = np.tile(np.arange(1, 13), 400)
    final = rng.poisson(40, len(ages))
    seen = rng.binomial(final, TRUE[ages])
    daily = pl.DataFrame(
        {
            "platform": ["google-ads"] * len(ages),
            "date": [as_of - timedelta(days=int(a) - 1) for a in ages],
            "conversions": seen.astype(float),
            "revenue": seen * 1.0,
        }
    )
    rows = curves.nowcast(daily, as_of)
    held = (rows["conversions_low"].to_numpy() <= final) & (final <= rows["conversions_high"].to_numpy())
    assert 0.75 <= held.mean() <= 0.85


def test_a_curve_is_assumed_until_a_day_was_looked_at_again_then_learning_then_learnt() -> None:
    bases = {}
    for days in (1, 2, 6, 7):
        table = estimate_maturity(*history(days=days), RULES).table
        assert table["basis"].n_unique() == 1
        bases[days] = table["basis"][0]
    assert bases == {1: "assumed", 2: "learning", 6: "learning", 7: "learnt"}


def test_a_small_account_is_still_learning_after_a_week() -> None:
    revisions, pulls = history(days=7, campaigns=1)
    few = revisions.with_columns(pl.col("conversions") / 10)
    assert estimate_maturity(few, pulls, RULES).table["basis"][0] == "learning"
    assert estimate_maturity(revisions, pulls, RULES).table["basis"][0] == "learnt"


def test_what_one_look_showed_is_no_evidence_of_what_arrives_later() -> None:
    once = estimate_maturity(*history(days=1), RULES).table
    again = estimate_maturity(*history(days=2), RULES).table
    assert (once["conversions_seen"] == 0).all()
    assert (again["conversions_seen"] > 0).all()


def test_the_assumed_interval_reaches_from_a_very_late_platform_to_a_same_day_one() -> None:
    table = estimate_maturity(*history(days=1), RULES).table
    late = 1 - 0.9 * (np.exp(-np.arange(30) / 12) - np.exp(-29 / 12)) / (1 - np.exp(-29 / 12))
    assert table["share_low"].to_numpy() == pytest.approx(late)
    assert (table["share_high"] == 1.0).all()
    assert table["share"].to_numpy() == pytest.approx(RULES.prior("google-ads"))


def test_a_share_whose_interval_is_too_wide_can_be_left_out() -> None:
    revisions, pulls = history(1)
    known = estimate_maturity(revisions.clear(), pulls.head(1))
    cut, platform = known.without_unknown(0.2), pulls["platform"][0]
    narrow = 1.0 - known.shares(platform, "share_low") <= 0.2
    assert 0 < narrow.sum() < len(narrow)
    assert cut.shares(platform).tolist() == np.where(narrow, known.shares(platform), 0.0).tolist()
    assert cut.shares(platform, "revenue_share").tolist() == cut.shares(platform).tolist()
    assert cut.shares(platform, "share_low").tolist() == known.shares(platform, "share_low").tolist()


def test_an_uncertain_share_widens_the_nowcast() -> None:
    day = date(2025, 6, 30)
    daily = pl.DataFrame({"platform": ["google-ads"], "date": [day], "conversions": [400.0], "revenue": [1.0]})
    assumed = estimate_maturity(*history(days=1), RULES).nowcast(daily, day).row(0, named=True)
    learnt = estimate_maturity(*history(days=60), RULES).nowcast(daily, day).row(0, named=True)
    assert assumed["conversions_low"] == pytest.approx(400, abs=8), "a same-day platform has reported everything"
    assert assumed["conversions_high"] >= 4000 - 1e-6, "a very late one has reported a tenth"
    assert learnt["conversions_high"] - learnt["conversions_low"] < 150


def test_a_platform_without_a_curve_has_the_assumed_interval() -> None:
    curves = MaturityCurves(pl.DataFrame({"platform": ["google-ads"], "lag_days": [1], "share": [1.0]}), RULES)
    assert curves.shares("pinterest", "share_low")[0] == pytest.approx(0.1)
    assert (curves.shares("pinterest", "share_high") == 1.0).all()


@examples(30)
@given(
    values=st.lists(st.floats(min_value=0, max_value=1e12), min_size=1, max_size=12),
    lags=st.lists(st.integers(min_value=0, max_value=60), min_size=12, max_size=12),
)
def test_no_nan_for_any_finite_history(values: list[float], lags: list[int]) -> None:
    _, pulls = history(days=20)
    n = len(values)
    revisions = pl.DataFrame(
        {
            "platform": ["google-ads"] * n,
            "account_id": ["1"] * n,
            "campaign_id": ["9"] * n,
            "date": [FIRST + timedelta(days=20)] * n,
            "pulled_at": [datetime(2025, 2, 1, tzinfo=UTC) + timedelta(hours=i) for i in range(n)],
            "lag_days": lags[:n],
            "conversions": values,
            "revenue": values[::-1],
        }
    )
    table = estimate_maturity(revisions, pulls, RULES).table
    for column in ("share", "share_low", "share_high", "revenue_share"):
        assert np.isfinite(table[column].to_numpy()).all()
        assert table[column].is_between(0.0, 1.0).all()
