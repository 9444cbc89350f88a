"""What an anomaly-scan says."""

from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.workflows.parameters import AnomalyParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_anomalies
from adops_pipeline_tests.domain.workflows.results.frames import anomalies, before, days, metrics

_DAILY = metrics(*days(10), *days(10, platform="meta-ads", campaign_id="9"))


def _told(*rows: dict[str, Any], **raw: Any) -> WorkflowResult:
    return review_anomalies(anomalies(*rows), _DAILY, AnomalyParameters.model_validate(raw))


def test_an_unusual_day_is_told_in_its_own_words() -> None:
    result = _told({"severity": "critical"}, {"metric": "cpc"})
    assert result.summary == (
        "2 unusual values in 1 of 2 campaigns over the 7 days up to 2026-11-23; 1 of them critical."
    )
    assert (result.found[0].kind, result.found[0].severity) == ("anomaly", "critical")
    assert result.found[0].sentence == ("On 2026-11-23: Spend of EUR 200.00 is 100% above the EUR 100.00 expected.")
    assert result.tables[0].rows == (("cpc", "up", 0, 1, 0), ("spend", "up", 0, 0, 1))
    assert [str(check) for check in result.checked] == ["2 campaigns through 2026-11-23", "14 campaign days"]


def test_an_event_is_one_finding_on_the_account() -> None:
    event = {"event_id": "google-ads/1/2026-11-23", "event_campaigns": 2, "severity": "critical"}
    result = _told(event, event | {"campaign_id": "8"}, {"metric": "cpc", "campaign_id": "5"})
    assert result.summary.startswith("2 unusual values in 3 of 2 campaigns over")
    assert [f.subject.campaign_id for f in result.found] == [None, "5"]
    assert result.found[0].numbers["event_campaigns"] == 2


def test_nothing_unusual_is_not_nothing_known() -> None:
    assert _told().summary == "Nothing unusual in 2 campaigns over the 7 days up to 2026-11-23."
    unknown = review_anomalies(anomalies(), pl.DataFrame(), AnomalyParameters())
    assert unknown.summary == "Nothing to check: there is no day of delivery yet; a sync brings it."


def test_newest_come_first_among_equally_grave_ones_and_the_stronger_on_the_same_day() -> None:
    result = _told(
        {"date": before(2), "score": 50.0}, {"metric": "cpc", "score": -5.0}, {"score": 9.0},
        {"date": before(6), "severity": "critical", "metric": "ctr"},
    )  # fmt: skip
    assert [f.numbers["metric"] for f in result.found] == ["ctr", "spend", "cpc", "spend"]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ({"lookbackDays": 2}, 1),
        ({"metrics": ["cpc"]}, 1),
        ({"directions": ["down"]}, 1),
        ({"platforms": ["meta-ads"]}, 0),
        ({"thresholds": {"score": 7}}, 1),
        ({"thresholds": {"changePct": 60}}, 1),
        ({"thresholds": {"leastMoney": {"EUR": "60"}}}, 1),
        ({"thresholds": {"leastMoney": {"USD": "60"}}}, 2),
        ({"asOf": "2026-11-20"}, 1),
    ],
)
def test_filters_and_thresholds_count(raw: dict[str, Any], kept: int) -> None:
    rows: tuple[dict[str, Any], ...] = (
        {},
        {
            "date": before(3),
            "metric": "cpc",
            "direction": "down",
            "observed": 50.0,
            "score": -8.0,
            "money_effect": 50.0,
        },
    )
    assert len(_told(*rows, **raw).found) == kept


def test_values_below_the_thresholds_are_counted() -> None:
    assert _told({}, thresholds={"score": 7}).left_out == ("1 unusual value below the thresholds.",)


def test_days_without_delivery_are_no_quiet_days() -> None:
    result = _told(asOf="2026-12-23")
    assert result.summary == "Nothing to check: there is no day of delivery in the 7 days up to 2026-12-23."


def test_the_days_looked_at_end_with_the_last_one_judged() -> None:
    result = review_anomalies(anomalies({}), _DAILY, AnomalyParameters(), through=before(1))
    assert result.summary == "Nothing unusual in 2 campaigns over the 7 days up to 2026-11-22."
