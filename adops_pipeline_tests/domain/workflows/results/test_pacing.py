"""What a pacing-check says."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.workflows.parameters import PacingParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_pacing
from adops_pipeline_tests.domain.workflows.results.frames import END, before, budgets

_OVER: dict[str, Any] = {
    "campaign_id": "8", "campaign_name": "Autumn", "platform": "meta-ads", "status": "overpacing",
    "spent_to_date": 2500, "seasonal_ratio": 1.25, "projected_total": 3700, "projected_low": 3500,
    "projected_high": 3900, "overspend_probability": 0.99, "required_daily_spend": 50,
    "daily_budget": 60,
}  # fmt: skip
_UNDER: dict[str, Any] = {
    "campaign_id": "9", "status": "underpacing", "seasonal_ratio": 0.7, "projected_total": 1900,
    "overspend_probability": 0.0,
}  # fmt: skip
_LIKELY: dict[str, Any] = {"campaign_id": "10", "overspend_probability": 0.95, "projected_total": 3200}


def _told(*rows: dict[str, Any], **raw: Any) -> WorkflowResult:
    return review_pacing(budgets(*rows), PacingParameters.model_validate(raw))


def test_an_overpacing_budget_is_listed_with_its_numbers_and_what_to_set() -> None:
    result = _told({}, _OVER)
    assert result.summary == (
        "Of 2 budgets through 2026-11-23: 1 overpacing, 0 underpacing and 1 on track. At the present pace targets and "
        "flights will be exceeded by EUR 700.00."
    )
    (finding,) = result.found
    assert (finding.kind, finding.severity, str(finding.subject)) == ("overpacing", "critical", "Autumn (meta-ads)")
    assert finding.sentence == (
        "EUR 2,500.00 of EUR 3,000.00 spent, 125 % of the target for now, 10 days left; likely end EUR 3,700.00 "
        "(EUR 3,500.00 to EUR 3,900.00). Set the daily budget to EUR 50.00: at the present EUR 120.00 a day the period "
        "ends on 3 December at EUR 3,700.00 instead of EUR 3,000.00."
    )
    assert finding.numbers["projected_total"] == Decimal(3700)
    assert [str(check) for check in result.checked] == [
        "2 budgets through 2026-11-23",
        "2 of them in delivery with a budget",
    ]
    assert result.tables[0].rows == (("google-ads", "on-track", "", 1), ("meta-ads", "overpacing", "critical", 1))


@pytest.mark.parametrize(
    ("thresholds", "listed"),
    [({"overRatio": 1.3}, ["8", "9"]), ({"overRatio": 1.31}, ["9"]), ({"underRatio": 0.5}, ["8"])],
)
def test_the_thresholds_hold_for_daily_budgets_alike(thresholds: dict[str, float], listed: list[str]) -> None:
    over = {"basis": "daily", "status": "over-delivering", "delivery_ratio": 1.3, "delivery_days": 28}
    under = {"basis": "daily", "status": "under-delivering", "delivery_ratio": 0.5, "delivery_days": 28}
    rows = [over | {"campaign_id": "8", "seasonal_ratio": 1.3}, under | {"campaign_id": "9", "seasonal_ratio": 0.5}]
    assert [finding.subject.campaign_id for finding in _told(*rows, thresholds=thresholds).found] == listed


@pytest.mark.parametrize(
    ("thresholds", "listed"),
    [
        ({}, ["8", "10", "9"]),
        ({"overRatio": 1.25}, ["8", "10", "9"]),
        ({"overRatio": 1.26}, ["10", "9"]),
        ({"underRatio": 0.71}, ["8", "10", "9"]),
        ({"underRatio": 0.7}, ["8", "10"]),
        ({"overspendProbability": 0.95}, ["8", "10", "9"]),
        ({"overspendProbability": 0.96}, ["8", "9"]),
        ({"overspendPct": 6.6}, ["8", "10", "9"]),
        ({"overspendPct": 6.7}, ["8", "9"]),
    ],
)
def test_thresholds_narrow_what_is_listed_and_never_its_severity(
    thresholds: dict[str, float], listed: list[str]
) -> None:
    everything = {finding.subject.campaign_id: finding.severity for finding in _told(_OVER, _UNDER, _LIKELY).found}
    result = _told(_OVER, _UNDER, _LIKELY, thresholds=thresholds)
    assert [finding.subject.campaign_id for finding in result.found] == listed
    assert all(finding.severity is everything[finding.subject.campaign_id] for finding in result.found)
    outside = 3 - len(listed)
    assert result.left_out == ((f"{outside} verdict outside the thresholds.",) if outside else ())


def test_what_is_not_in_delivery_or_has_no_budget_is_listed_and_what_has_ended_is_not() -> None:
    result = _told(
        {"campaign_id": "1", "status": "no-data", "spent_to_date": 0},
        {"campaign_id": "2", "status": "no-budget", "budget": None},
        {"campaign_id": "3", "status": "ended"},
        {"campaign_id": "4", "campaign_status": "paused"},
    )
    assert [(f.kind, f.severity) for f in result.found] == [
        ("no-delivery", "critical"), ("no-budget", "info"), ("paused", "info"),
    ]  # fmt: skip
    assert result.summary == (
        "Of 4 budgets through 2026-11-23: 0 overpacing, 0 underpacing, 0 on track, 1 without delivery, 1 without a "
        "known budget, 1 paused and 1 ended."
    )


def test_the_most_severe_come_first_and_the_most_days_at_stake_among_them() -> None:
    near = {**_OVER, "campaign_id": "2", "projected_total": 3400}
    warning = {**_OVER, "campaign_id": "1", "projected_total": 9000, "overspend_probability": 0.85}
    assert [f.subject.campaign_id for f in _told(near, warning, _OVER).found] == ["8", "2", "1"]


def test_findings_below_the_severity_asked_for_are_counted_not_listed() -> None:
    result = _told(_OVER, {"campaign_id": "2", "status": "no-budget"}, minSeverity="warning")
    assert len(result.found) == 1
    assert result.left_out == ("1 finding below warning not listed.",)


def test_only_the_newest_row_counts_and_it_says_since_when() -> None:
    rows = [{**_OVER, "status": "on-track", "as_of": before(3)}, {**_OVER, "as_of": before(2)}, _OVER]
    (finding,) = _told(*rows).found
    assert finding.sentence.endswith("It has been overpacing since 2026-11-21.")


def test_budgets_not_paced_within_the_days_are_left_out_and_counted() -> None:
    result = _told({}, {**_OVER, "as_of": before(20)})
    assert result.found == ()
    assert result.left_out == ("1 budget has not been paced in the days up to 2026-11-23 that count.",)


def test_an_account_whose_day_ends_later_still_counts_with_one_day_of_lookback() -> None:
    assert len(_told({}, {**_OVER, "as_of": before(1)}, lookbackDays=1).found) == 1


def test_later_rows_than_the_day_asked_for_do_not_count() -> None:
    calm = {"campaign_id": "8", "platform": "meta-ads", "as_of": before(5)}
    result = _told({"as_of": before(5)}, _OVER, calm, asOf="2026-11-18")
    assert result.summary.startswith("Of 2 budgets through 2026-11-18: 0 overpacing")


@pytest.mark.parametrize("raw", [{"platforms": ["meta-ads"]}, {"campaignIds": ["8"]}, {"campaignIds": ["meta-ads:8"]}])
def test_only_the_selected_campaigns_count(raw: dict[str, Any]) -> None:
    result = _told({}, _OVER, **raw)
    assert result.checked[0].count == 1
    assert len(result.found) == 1


def test_a_project_means_its_campaigns() -> None:
    parameters = PacingParameters(project_id="p1")
    result = review_pacing(budgets({}, _OVER), parameters, project={("google-ads", "7"), ("meta-ads", "99")})
    assert result.checked[0].count == 1
    with pytest.raises(ValueError, match="campaigns of project p1 must be handed in"):
        review_pacing(budgets({}), parameters)


def test_a_campaign_on_a_shared_budget_means_that_budget() -> None:
    rows = budgets({"campaign_id": "900", "is_shared_budget": True}, _OVER)
    shared = {("google-ads", "7"): "900"}
    for raw in ({"campaignIds": ["7"]}, {"campaignIds": ["google-ads:7"]}):
        result = review_pacing(rows, PacingParameters.model_validate(raw), shared_budgets=shared)
        assert (result.checked[0].count, result.left_out) == (1, ())
    project = review_pacing(rows, PacingParameters(project_id="p"), {("google-ads", "7")}, shared)
    assert project.checked[0].count == 1


def test_a_campaign_asked_for_that_has_no_budget_row_is_named() -> None:
    result = _told({}, campaignIds=["7", "12", "13"])
    assert result.left_out == ("No data for campaigns 12 and 13.",)


def test_money_of_different_currencies_is_never_added() -> None:
    yen = {**_OVER, "campaign_id": "9", "currency": "JPY"}
    assert _told(_OVER, yen).summary.endswith("exceeded by EUR 700.00 and JPY 700.")


@pytest.mark.parametrize("has_columns", [False, True])
def test_an_empty_table_gives_a_clear_result(has_columns: bool) -> None:
    result = review_pacing(budgets() if has_columns else pl.DataFrame(), PacingParameters())
    assert result.summary == "Nothing to check: there is no paced budget yet; a sync brings it."
    assert (result.found, result.checked) == ((), ())


def test_a_selection_without_rows_says_what_was_asked_for() -> None:
    result = _told({}, platforms=["pinterest"], campaignIds=["5"])
    assert result.summary == "Nothing to check: there is no paced budget for pinterest, campaign 5."
    old = _told({"as_of": before(30)}, asOf=END)
    assert old.summary == "Nothing to check: there is no paced budget in the 7 days up to 2026-11-23."


def test_a_frame_that_lacks_columns_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="the frame lacks status and recommendation"):
        review_pacing(budgets({}).drop("status", "recommendation"), PacingParameters())


def test_numbers_that_are_not_finite_never_reach_the_result() -> None:
    (finding,) = _told({**_OVER, "seasonal_ratio": float("nan"), "overspend_probability": float("inf")}).found
    assert (finding.numbers["seasonal_ratio"], finding.numbers["overspend_probability"]) == (None, None)
