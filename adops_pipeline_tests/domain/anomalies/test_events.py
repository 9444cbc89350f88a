"""What strikes many campaigns of an account at once is one finding; what strikes one is its own."""

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.anomalies import detect_anomalies
from adops_pipeline.domain.anomalies.events import findings
from adops_pipeline_tests.domain.anomalies.worlds import AS_OF, DAYS, campaigns, drawn, on, rows

MATURE = {"google-ads": 1}


def detected(factor: float, struck: int, back: int = 1, days: int = 1) -> pl.DataFrame:
    """Three accounts of ten campaigns each; everything of the first ``struck`` ones times ``factor``."""
    values = drawn(30, seed=4)
    for one in values.values():
        one[:struck, DAYS - back - days : DAYS - back] *= factor
    table = detect_anomalies(rows(values, per_account=10), AS_OF, MATURE, campaigns=campaigns(30))
    return table.with_columns(pl.lit("name").alias("campaign_name"))


def test_four_days_of_threefold_delivery_are_one_finding_per_account_and_day() -> None:
    table = detected(3.0, 30, back=2, days=4)
    struck = table.filter(pl.col("date").is_between(on(5), on(2)))
    assert struck.height >= 200  # spend, impressions and conversions of thirty campaigns
    per_day = findings(struck).group_by("account_id", "date").len()
    assert per_day.height == 12
    assert set(per_day["len"]) == {1}


def test_a_shock_that_all_share_is_one_finding_though_it_takes_few_noisy_campaigns_beyond_their_bands() -> None:
    values = drawn(60, noise=0.2, rho=0.4, rate=0.2, seed=4)
    for one in values.values():
        one[:, DAYS - 6 : DAYS - 2] *= 3.0
    table = detect_anomalies(rows(values, per_account=20), AS_OF, MATURE, campaigns=campaigns(60))
    struck = table.filter(pl.col("date").is_between(on(5), on(2))).with_columns(campaign_name=pl.lit("name"))
    by_metric = struck.group_by("account_id", "date", "metric").agg(pl.col("campaign_id").n_unique())
    assert min(by_metric["campaign_id"].to_list()) < 10, "fewer than half"
    found = findings(struck)
    assert found.group_by("account_id", "date").len()["len"].to_list() == [1] * 12
    assert min(found["event_campaigns"].to_list()) >= 10, "most of the twenty"
    assert " far beyond the usual in " in found["explanation"][0]


def test_a_campaign_that_stops_while_the_others_rise_is_its_own_finding() -> None:
    values = drawn(10, seed=4)
    for one in values.values():
        one[:9, -1] *= 3.0
        one[9, -1] = 0.0
    table = detect_anomalies(rows(values, per_account=10), AS_OF, MATURE, campaigns=campaigns(10))
    stopped = table.filter(pl.col("cause") == "delivery-stopped")
    assert stopped["campaign_id"].to_list() == ["c009"]
    assert stopped["event_id"].to_list() == [None]
    assert set(table.filter(pl.col("event_id").is_not_null())["event_campaigns"]) == {9}


@pytest.mark.parametrize("struck", [30, 4])
def test_the_days_after_a_shock_are_no_findings_though_the_level_before_them_is_the_shock(struck: int) -> None:
    table = detected(3.0, struck, back=3, days=4)
    assert not table.filter(pl.col("date") == on(3)).is_empty()
    assert table.filter(pl.col("date") > on(3)).is_empty()


def test_a_collapse_after_a_shock_is_found() -> None:
    values = drawn(30, seed=4)
    for one in values.values():
        one[:, DAYS - 7 : DAYS - 3] *= 3.0
        one[:, DAYS - 3 :] *= 0.2
    table = detect_anomalies(rows(values, per_account=10), AS_OF, MATURE, campaigns=campaigns(30))
    after = table.filter(pl.col("date") == on(2), pl.col("metric") == "spend")
    assert after.height == 30
    assert after["expected"].max() < 300, "the level before the shock"  # type: ignore[operator]


def test_an_event_has_the_sums_of_its_campaigns_and_names_how_many() -> None:
    table = detected(3.0, 10)
    event = findings(table.filter(pl.col("date") == on(1))).row(0, named=True)
    assert (event["campaign_id"], event["campaign_name"], event["account_id"]) == (None, None, "a0")
    assert event["event_campaigns"] == 10
    own = table.filter(pl.col("event_id").is_not_null(), pl.col("metric") == event["metric"])
    assert event["observed"] == own["observed"].sum()
    assert event["expected"] == own["expected"].sum()
    assert event["severity"] == "critical"
    assert event["explanation"].startswith("10 campaigns of the account left their usual ")
    assert "calendar" not in event["explanation"]
    by_metric = table.group_by("metric").agg(pl.col("money_effect").sum())["money_effect"]
    assert event["money_effect"] == by_metric.max()
    own = table.head(1).with_columns(event_id=pl.lit(None, pl.String))
    assert findings(pl.concat([table, own]))["campaign_id"].to_list() == [own["campaign_id"][0], None]


def test_fewer_than_half_of_the_campaigns_are_findings_of_their_own() -> None:
    table = detected(3.0, 4)
    assert table["event_id"].is_null().all()
    assert findings(table)["campaign_id"].n_unique() == 4
    assert detected(3.0, 5)["event_id"].drop_nulls().unique().to_list() == [f"google-ads/a0/{on(1)}"]


def test_two_campaigns_of_a_small_account_are_no_event() -> None:
    values = drawn(2, seed=4)
    for one in values.values():
        one[:, -2] *= 3.0
    table = detect_anomalies(rows(values, per_account=2), AS_OF, MATURE, campaigns=campaigns(2))
    assert table.height >= 4
    assert table["event_id"].is_null().all()


def test_an_account_whose_delivery_stops_is_one_finding_that_says_so() -> None:
    values = {name: np.where(np.arange(DAYS) >= DAYS - 1, 0.0, one) for name, one in drawn(10).items()}
    table = detect_anomalies(rows(values, per_account=10), AS_OF, MATURE, campaigns=campaigns(10))
    event = findings(table.with_columns(pl.lit("name").alias("campaign_name"))).row(0, named=True)
    assert event["cause"] == "delivery-stopped"
    assert event["explanation"].startswith(
        "10 campaigns of the account have stopped delivering together: spend down in 10"
    )


def test_no_rows_are_no_findings() -> None:
    table = detected(1.0, 0).clear()
    assert findings(table).is_empty()
    assert findings(table).columns == table.columns
