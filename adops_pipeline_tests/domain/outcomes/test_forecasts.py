"""Own forecasts of changed campaigns: of proposals, the newest days first, from what was known on the eve."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.outcomes import Change, own_forecasts
from adops_pipeline_tests.domain.outcomes.worlds import AT, change, day


def steady(last: int = AT + 14, after: float = 1.0) -> pl.DataFrame:
    """Four campaigns with about 100 of spend, 20 conversions and 400 of revenue a day; ``after`` times so from AT."""
    rows = []
    for campaign in range(4):
        rng = np.random.default_rng(campaign)
        for at in range(AT - 70, last + 1):
            level = rng.normal(1.0, 0.03) * (after if at >= AT else 1.0)
            rows.append(("meta-ads", f"{campaign:04}", "EUR", day(at), 100.0 * level, 20.0 * level, 400.0 * level))
    names = ["platform", "campaign_id", "currency", "date", "spend", "conversions", "revenue"]
    return pl.DataFrame(rows, schema=names, orient="row")


def proposed(row: int, at: int = AT) -> Change:
    return replace(change(row, at), source="proposal")


def test_each_metric_is_forecast_a_day_with_its_error_and_ratios_from_their_parts() -> None:
    one = proposed(0)
    found = own_forecasts(steady(), [one, change(1)])
    assert set(found) == {one.id}
    levels = {metric: level for metric, (level, _) in found[one.id].items()}
    assert levels == {
        "spend": pytest.approx(100, rel=0.05), "conversions": pytest.approx(20, rel=0.05),
        "revenue": pytest.approx(400, rel=0.05), "cpa": pytest.approx(levels["spend"] / levels["conversions"]),
        "roas": pytest.approx(levels["revenue"] / levels["spend"]),
    }  # fmt: skip
    errors = {metric: error for metric, (_, error) in found[one.id].items()}
    assert 0 < errors["spend"] < 0.2
    assert errors["cpa"] == pytest.approx(np.hypot(errors["spend"], errors["conversions"]))


def test_nothing_from_the_day_of_the_change_on_is_known() -> None:
    one = proposed(0)
    assert own_forecasts(steady(after=9.0), [one]) == own_forecasts(steady(last=AT - 1), [one])


def test_one_run_forecasts_from_the_newest_four_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adops_pipeline.domain.outcomes.forecasts.MOST_DATES", 2)
    changes = [proposed(row, AT - at) for row, at in enumerate((3, 0, 9, 0))]
    found = own_forecasts(steady(), changes)
    assert set(found) == {changes[0].id, changes[1].id, changes[3].id}


def test_a_campaign_without_days_has_no_forecast() -> None:
    new = replace(proposed(0), campaign_id="9999", changed_on=day(AT) - timedelta(days=100))
    assert own_forecasts(steady(), [new]) == {}
