"""Stops: found on the first day that makes them unlikely, and pauses, weekends off and bad days left alone."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy import stats

from adops_pipeline.domain.anomalies import AnomalyRules, detect_anomalies, ended_stops
from adops_pipeline.domain.anomalies.outages import conversion_stops
from adops_pipeline.domain.day_panel import build_panel
from adops_pipeline.domain.maturity import MaturityCurves
from adops_pipeline_tests.domain.anomalies.worlds import AS_OF, DAYS, Values, campaigns, drawn, on, rows

MATURE = {"google-ads": 1}
SHARES = np.array([0.6, 0.75, 0.82, 0.88, 0.92, 0.94, 0.96, 0.97, 0.98, 0.985] + [1.0] * 20)


def found(
    values: Values,
    cause: str,
    settings: pl.DataFrame | None = None,
    curves: MaturityCurves | Mapping[str, int] | None = None,
) -> pl.DataFrame:
    known = campaigns(len(values["spend"])) if settings is None else settings
    table = detect_anomalies(rows(values), AS_OF, curves or MATURE, campaigns=known)
    return table.filter(pl.col("cause") == cause)


def silent(values: Values, last_days: int) -> Values:
    """Nothing delivered on the last days."""
    return {name: np.where(np.arange(DAYS) >= DAYS - last_days, 0.0, one) for name, one in values.items()}


def untracked(values: Values, last_days: int) -> Values:
    """No conversion recorded on the last days."""
    return values | {"conversions": np.where(np.arange(DAYS) >= DAYS - last_days, 0.0, values["conversions"])}


def learnt(low: float = 0.9) -> MaturityCurves:
    days = len(SHARES)
    return MaturityCurves(
        pl.DataFrame(
            {
                "platform": ["google-ads"] * days, "lag_days": range(1, days + 1), "share": SHARES,
                "share_low": low * SHARES, "share_high": SHARES, "revenue_share": SHARES,
                "conversions_seen": [500.0] * days, "basis": ["learnt"] * days,
            }
        )
    )  # fmt: skip


@pytest.mark.parametrize("days", [1, 2, 9])
def test_delivery_that_stops_is_found_on_every_day_from_the_first(days: int) -> None:
    table = found(silent(drawn(4), days), "delivery-stopped")
    assert table.height == 4 * days
    assert table["date"].min() == on(days - 1)
    assert set(table["metric"]) == {"spend"}
    assert set(table["severity"]) == {"critical"}
    last = table.filter(pl.col("date") == AS_OF).row(0, named=True)
    assert (last["observed"], last["direction"]) == (0.0, "down")
    assert last["expected"] == pytest.approx(200.0, rel=0.1)
    assert f"since {on(days - 1)} ({days} day" in last["explanation"]


@pytest.mark.parametrize(
    ("status", "end"), [("paused", None), ("ended", None), ("active", on(3)), ("active", on(1))]
)  # fmt: skip
def test_a_campaign_that_may_not_deliver_has_not_stopped(status: str, end: date | None) -> None:
    assert found(silent(drawn(4), 3), "delivery-stopped", campaigns(4, status, end)).is_empty()


def test_a_campaign_may_deliver_on_its_last_day() -> None:
    assert found(silent(drawn(4), 1), "delivery-stopped", campaigns(4, end=AS_OF)).height == 4


def test_the_least_spend_is_delivery_even_without_impressions() -> None:
    values = silent(drawn(4), 1)
    values["spend"][:, -1] = 0.01
    assert found(values, "delivery-stopped").is_empty()


def test_without_settings_a_stop_is_not_told_from_a_pause() -> None:
    table = detect_anomalies(rows(silent(drawn(4), 3)), AS_OF, MATURE)
    assert table.filter(pl.col("cause") == "delivery-stopped").is_empty()


def test_weekends_off_are_a_habit_and_a_monday_off_is_not() -> None:
    weekday = np.array([on(DAYS - 1 - n).weekday() for n in range(DAYS)])
    off = {name: np.where(weekday >= 5, 0.0, one) for name, one in drawn(20).items()}
    assert found(off, "delivery-stopped").is_empty()
    # Off on Fridays and Saturdays instead, and now on Sunday, the last day, too.
    odd = {name: np.where((weekday == 4) | (weekday == 5), 0.0, one) for name, one in drawn(20).items()}
    assert found(odd, "delivery-stopped").is_empty()
    assert found(silent(odd, 1), "delivery-stopped")["date"].to_list() == [AS_OF] * 20


def test_a_campaign_that_often_has_days_off_needs_a_longer_run() -> None:
    rng = np.random.default_rng(9)
    off = rng.random((200, DAYS)) < 0.1
    off[:, -3:] = False
    values = {name: np.where(off, 0.0, one) for name, one in drawn(200).items()}
    assert found(silent(values, 1), "delivery-stopped").height <= 4
    last = found(silent(values, 3), "delivery-stopped").filter(pl.col("date") == AS_OF)
    assert last.height >= 190


@pytest.mark.parametrize(("rate", "rho"), [(0.0, 0.0), (0.1, 0.3), (0.2, 0.6)])
def test_conversions_that_stop_are_found_by_the_third_day_before_all_are_reported(rate: float, rho: float) -> None:
    values = untracked(drawn(200, rate=rate, rho=rho, seed=3), 3)
    rng = np.random.default_rng(5)
    share = np.concatenate([np.ones(DAYS - len(SHARES)), SHARES[::-1]])
    values["conversions"] = rng.binomial(values["conversions"].astype(np.int64), share).astype(np.float64)
    table = found(values, "tracking-stopped", curves=learnt())
    assert table.filter(pl.col("date") == AS_OF).height >= 190
    assert table.filter(pl.col("date") <= on(3)).height <= 2
    last = table.filter(pl.col("date") == AS_OF).row(0, named=True)
    assert last["explanation"].startswith(f"No conversions since {on(2)} (3 days), where about ")
    assert last["metric"] == "conversions"


def test_conversions_that_go_on_are_no_stop_in_any_noise() -> None:
    for rate, rho in ((0.0, 0.0), (0.2, 0.6), (0.2, 0.8)):
        assert found(drawn(300, rate=rate, rho=rho), "tracking-stopped").height <= 2, (rate, rho)


def test_conversions_of_days_that_are_not_reported_yet_are_not_missed() -> None:
    values = untracked(drawn(50), 3)
    late = learnt(1.0)
    unsure = late.table.with_columns(
        pl.when(pl.col("lag_days") <= 3).then(0.01).otherwise("share_low").alias("share_low")
    )
    late = MaturityCurves(unsure)
    assert found(values, "tracking-stopped", curves=late).filter(pl.col("date") == AS_OF).is_empty()


def test_no_clicks_are_no_stop_of_tracking() -> None:
    assert found(silent(drawn(20), 5), "tracking-stopped").is_empty()


def test_the_probability_is_that_of_a_negative_binomial() -> None:
    values = untracked(drawn(1, conversions=6.0, seed=8), 4)
    panel = build_panel(rows(values), ("spend", "impressions", "clicks", "conversions"), on(DAYS - 2), AS_OF)
    rules = AnomalyRules()
    stops = conversion_stops(panel, np.ones(panel.has_row.shape), np.zeros(1, np.intp), 28, rules)
    expected, since = stops.expected[0, -1], int(stops.since[0, -1])
    assert panel.day(since) == on(3)
    before = slice(since - 56, since)
    per_click = panel["conversions"][0, before].sum() / panel["clicks"][0, before].sum()
    assert expected == pytest.approx(per_click * panel["clicks"][0, since:].sum())
    # Poisson days: only the least variation of the rate, 2 %, is left.
    size = 1 / 0.02
    assert stops.probability[0, -1] == pytest.approx(stats.nbinom.cdf(0, size, size / (size + expected)), rel=1e-6)


def test_a_stop_that_has_ended_stays_as_it_was_found_unless_the_day_was_reported_late() -> None:
    earlier = found(silent(drawn(2), 2), "delivery-stopped")
    now = rows(drawn(2)).filter(pl.col("date") != on(1))
    days = pl.DataFrame({"platform": ["google-ads"] * 2, "account_id": ["a0", "a1"], "as_of": [AS_OF, on(2)]})
    kept = ended_stops(earlier, earlier.clear(), now, days)
    assert kept.select("campaign_id", "date").rows() == [("c000", on(1))]
    assert ended_stops(earlier, earlier, now, days).is_empty()
