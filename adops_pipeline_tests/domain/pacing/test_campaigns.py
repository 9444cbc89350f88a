"""Many campaigns at once: pots, targets, time zones, order, and what stays out of a judgement."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.pacing import MonthlyTarget, PacingError, last_complete_day, pace_campaigns
from adops_pipeline.domain.pacing.report import SCHEMA

THROUGH = date(2025, 9, 15)
MONEY = pl.Decimal(18, 6)
ACCOUNTS = pl.DataFrame(
    {"platform": ["google-ads", "meta-ads"], "account_id": ["g", "m"], "timezone": ["Asia/Tokyo", "America/New_York"]}
)


def campaign(
    external_id: str, daily: float | None = 50, platform: str = "google-ads", **more: object
) -> dict[str, object]:
    account = {"google-ads": "g", "meta-ads": "m"}[platform]
    row = {"platform": platform, "account_id": account, "external_id": external_id, "name": f"Campaign {external_id}"}
    budget = None if daily is None else Decimal(str(daily))
    plain = {"status": "active", "currency": "EUR", "daily_budget": budget, "lifetime_budget": None}
    dates = {"is_shared_budget": False, "shared_budget_id": None, "start_date": date(2025, 1, 1), "end_date": None}
    return {**row, **plain, **dates, **more}


def table(*rows: Mapping[str, object]) -> pl.DataFrame:
    kinds = {"daily_budget": MONEY, "lifetime_budget": MONEY, "shared_budget_id": pl.String(), "end_date": pl.Date()}
    return pl.DataFrame(list(rows), schema_overrides=kinds)


def spend(levels: Mapping[str, float], days: int = 60, platform: str = "google-ads") -> pl.DataFrame:
    rows = [
        (platform, name, THROUGH - timedelta(days=n), Decimal(str(level)))
        for name, level in levels.items()
        for n in range(days)
    ]
    names = ["platform", "campaign_id", "date", "spend"]
    return pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"spend": MONEY})


def test_a_shared_budget_is_one_pot_and_its_campaigns_are_never_paced_alone() -> None:
    shared = {"is_shared_budget": True, "shared_budget_id": "pool"}
    known = table({**campaign("a", 100), **shared}, {**campaign("b", 100), **shared}, campaign("c", 50))
    rows = pace_campaigns(spend({"a": 80, "b": 20, "c": 50}), known, ACCOUNTS, (), THROUGH)
    assert rows["campaign_id"].to_list() == ["c", "pool"]
    pot = rows.row(1, named=True)
    assert pot["is_shared_budget"]
    assert pot["campaign_name"] == "Shared budget: Campaign a, Campaign b"
    assert pot["budget"] == 3000
    assert pot["spent_to_date"] == 1500
    assert pot["status"] == "limited"


def test_a_groups_target_is_split_by_recent_spend_and_adds_up() -> None:
    known = table(campaign("a"), campaign("b"), campaign("m1", platform="meta-ads"))
    daily = pl.concat([spend({"a": 30, "b": 20}), spend({"m1": 49.99}, platform="meta-ads")])
    group = MonthlyTarget("Brand", Decimal("1000.01"), "EUR", ("google-ads:a", "google-ads:b", "meta-ads:m1"))
    rows = pace_campaigns(daily, known, ACCOUNTS, (group,), THROUGH)
    budgets = [row["budget"] for row in rows.iter_rows(named=True)]
    assert sum(budgets) == Decimal("1000.01")
    assert float(budgets[0]) == pytest.approx(300.03, abs=0.05)
    assert set(rows["basis"]) == {"target"}
    assert rows["monthly_budget"].to_list() == budgets
    assert rows["status"].to_list() == ["overpacing"] * 3


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (
            (
                MonthlyTarget("One", Decimal(1), "EUR", ("google-ads:a",)),
                MonthlyTarget("Two", Decimal(1), "EUR", ("google-ads:a", "google-ads:b")),
            ),
            "google-ads:a is in two monthly targets: 'One' and 'Two'",
        ),
        ((MonthlyTarget("One", Decimal(1), "USD", ("google-ads:a",)),), "in USD, but google-ads:a in EUR"),
        ((MonthlyTarget("One", Decimal(1), "EUR", ("google-ads:s",)),), "name google-ads:pool in its place"),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_its_name(targets: tuple[MonthlyTarget, ...], message: str) -> None:
    shared = campaign("s", is_shared_budget=True, shared_budget_id="pool")
    known = table(campaign("a"), campaign("b"), shared)
    with pytest.raises(PacingError, match=message):
        pace_campaigns(spend({"a": 50}), known, ACCOUNTS, targets, THROUGH)


def test_every_account_is_judged_through_its_own_last_complete_day() -> None:
    known = table(campaign("a"), campaign("m1", platform="meta-ads"))
    daily = pl.concat([spend({"a": 50}), spend({"m1": 50}, platform="meta-ads")])
    now = datetime(2025, 9, 15, 16, tzinfo=UTC)  # the 16th in Tokyo, noon of the 15th in New York
    rows = pace_campaigns(daily, known, ACCOUNTS, (), now)
    assert rows["as_of"].to_list() == [date(2025, 9, 15), date(2025, 9, 14)]
    assert rows["spent_to_date"].to_list() == [750, 700]
    with pytest.raises(PacingError, match="time zone of account google-ads:g"):
        pace_campaigns(daily, known, ACCOUNTS.tail(1), (), now)
    with pytest.raises(PacingError):
        last_complete_day(datetime(2025, 9, 15), "UTC")  # noqa: DTZ001


def test_a_paused_campaign_is_not_projected_to_spend() -> None:
    known = table(campaign("a"), campaign("b", status="paused"))
    rows = pace_campaigns(spend({"a": 50, "b": 50}), known, ACCOUNTS, (), THROUGH)
    running, paused = rows.iter_rows(named=True)
    assert running["projected_total"] > 1400
    assert paused["projected_total"] == paused["projected_high"] == 750
    assert paused["recommendation"] == "It is paused; its daily budget is EUR 50.00."


def test_a_budget_history_makes_the_month_exact() -> None:
    history = pl.DataFrame(
        {
            "platform": ["google-ads"] * 2,
            "campaign_id": ["a"] * 2,
            "changed_on": [date(2025, 8, 1), date(2025, 9, 11)],
            "daily_budget": [Decimal(40), Decimal(50)],
        }
    )
    row = pace_campaigns(spend({"a": 40}), table(campaign("a")), ACCOUNTS, (), THROUGH, budgets=history).row(
        0, named=True
    )
    assert row["budget"] == 40 * 10 + 50 * 20
    assert row["pacing_target"] == 40 * 10 + 50 * 5
    assert row["monthly_budget"] == 1500


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    known = table(*(campaign(f"c{n}", float(rng.integers(20, 90))) for n in range(20)))
    daily = spend({f"c{n}": float(rng.integers(20, 90)) for n in range(20)})
    rows = pace_campaigns(daily, known, ACCOUNTS, (), THROUGH)
    shuffled = daily.sample(fraction=1.0, shuffle=True, seed=1)
    assert pace_campaigns(shuffled, known.reverse(), ACCOUNTS, (), THROUGH).equals(rows)
    assert dict(rows.schema) == SCHEMA


def test_the_interval_holds_the_months_end_about_four_times_in_five() -> None:
    rng = np.random.default_rng(11)
    names = [f"c{n:03}" for n in range(150)]
    days = 260
    noise = rng.standard_normal((len(names), days))
    for day in range(1, days):
        noise[:, day] = 0.4 * noise[:, day - 1] + np.sqrt(1 - 0.16) * noise[:, day]
    amounts = np.round(50 * np.exp(0.2 * noise), 2)
    last = date(2025, 9, 30)
    rows = [
        ("pinterest", name, last - timedelta(days=days - 1 - d), float(amounts[c, d]))
        for c, name in enumerate(names)
        for d in range(days)
    ]
    names_of = ["platform", "campaign_id", "date", "spend"]
    daily = pl.DataFrame(rows, schema=names_of, orient="row").with_columns(pl.col("spend").cast(MONEY))
    known = table(*(campaign(name) for name in names)).with_columns(pl.lit("pinterest").alias("platform"))
    paced = pace_campaigns(daily.filter(pl.col("date") <= THROUGH), known, ACCOUNTS, (), THROUGH)
    final = daily.filter(pl.col("date") >= date(2025, 9, 1)).group_by("campaign_id").agg(pl.col("spend").sum())
    held = paced.join(final, on="campaign_id").select(
        pl.col("spend").is_between("projected_low", "projected_high").mean()
    )
    assert 0.70 <= held.item() <= 0.90


def test_no_campaigns_give_an_empty_table() -> None:
    rows = pace_campaigns(spend({"a": 50}), table(campaign("a")).clear(), ACCOUNTS, (), THROUGH)
    assert rows.is_empty()
    assert dict(rows.schema) == SCHEMA
