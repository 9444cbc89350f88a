"""Days with events of the calendar: what the event explains is no finding, and a finding names it."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from adops_pipeline.domain.anomalies import detect_anomalies
from adops_pipeline.domain.anomalies.events import findings
from adops_pipeline.domain.anomalies.explained import Explained
from adops_pipeline.domain.calendar.units import SCHEMA
from adops_pipeline_tests.domain.anomalies.worlds import AS_OF, DAYS, Values, drawn, on, rows

MATURE = {"google-ads": 1}
SALE = on(3)


def calendar(day: date = SALE, low: float = 150.0, high: float = 260.0, account: str = "a0") -> pl.DataFrame:
    row = {
        "platform": "google-ads", "account_id": account, "date": day, "name": "Sale", "kind": "own-event",
        "event_day": 1, "event_days": 1, "basis": "learnt",
        **{f"{m}_change_{end}": x for m in ("spend", "conversions") for end, x in (("low", low), ("high", high))},
    }  # fmt: skip
    return pl.DataFrame([{name: row.get(name) for name in SCHEMA}], schema=SCHEMA)


def sold(factor: float = 3.0) -> Values:
    """Ten campaigns of one account whose day of the sale is ``factor`` times as large."""
    values = drawn(10)
    for one in values.values():
        one[:, DAYS - 1 - 3] *= factor
    return values


def found(values: Values, known: pl.DataFrame | None) -> pl.DataFrame:
    table = detect_anomalies(rows(values, per_account=10), AS_OF, MATURE, calendar=known)
    return table.filter(pl.col("date") == SALE)


def test_a_day_that_its_event_explains_is_no_finding() -> None:
    assert found(sold(), None)["metric"].n_unique() == 3
    assert found(sold(), calendar()).is_empty()


@pytest.mark.parametrize("known", [calendar(on(4)), calendar(account="a1")])
def test_an_event_of_another_day_or_account_explains_nothing(known: pl.DataFrame) -> None:
    assert found(sold(), known).height == found(sold(), None).height


def test_an_event_whose_effect_did_not_come_is_no_finding_but_a_day_far_below_is() -> None:
    assert found(sold(1.0), calendar()).is_empty()
    assert set(found(sold(0.2), calendar())["metric"]) >= {"spend", "impressions"}


def test_a_day_beyond_its_event_is_one_finding_that_names_it() -> None:
    table = found(sold(9.0), calendar())
    (finding,) = findings(table).rows(named=True)
    assert "In the calendar the day is Sale." in finding["explanation"]
    assert set(table["occasion"]) == {"Sale"}
    assert found(sold(9.0), None)["occasion"].to_list().count(None) == found(sold(9.0), None).height


def test_an_event_and_a_change_of_settings_explain_together_what_lies_between_both() -> None:
    event, change = Explained(np.array([[-0.5]]), np.array([[0.25]])), Explained(np.array([[-1.0]]), np.array([[0.5]]))
    beyond = [float(event.together(change).beyond(np.array([[off]]))[0, 0]) for off in (-2.0, -1.5, 0.75, 1.0)]
    assert beyond == [-0.5, 0.0, 0.0, 0.25]
