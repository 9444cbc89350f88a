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
    "spent_to_date": Decimal(2500), "seasonal_ratio": 1.25, "projected_total": Decimal(3700),
    "projected_low": Decimal(3500), "projected_high": Decimal(3900), "overspend_probability": 0.99,
    "recommendation": "Set the daily budget to EUR 50.00.",
}  # fmt: skip


def _told(*rows: dict[str, Any], **raw: Any) -> WorkflowResult:
    return review_pacing(budgets(*rows), PacingParameters.model_validate(raw))


def test_an_overpacing_budget_is_told_with_its_numbers_and_what_to_set() -> None:
    result = _told({}, _OVER)
    assert result.summary == (
        "Of 2 budgets through 2026-11-23, 1 overpace, 0 underpace and 1 are on track. At the present pace budgets will "
        "be exceeded by EUR 700.00."
    )
    (finding,) = result.found
    assert (finding.severity, str(finding.subject)) == ("critical", "Autumn (meta-ads)")
    assert finding.sentence == (
        "Overpacing: EUR 2,500.00 of EUR 3,000.00 spent, 1.25 times its target, 10 days left; likely end EUR 3,700.00 "
        "(EUR 3,500.00 to EUR 3,900.00). Set the daily budget to EUR 50.00."
    )
    assert finding.numbers["projected_total"] == Decimal(3700)
    assert [str(check) for check in result.checked] == [
        "2 budgets through 2026-11-23",
        "2 of them in delivery with a budget",
    ]


def test_overpacing_is_a_warning_while_the_low_end_stays_within_the_budget() -> None:
    (finding,) = _told({**_OVER, "projected_low": Decimal(3010)}).found
    assert finding.severity == "warning"


def test_a_budget_that_is_used_up_before_its_time_is_critical() -> None:
    (finding,) = _told({**_OVER, "projected_low": Decimal(3010), "spent_to_date": Decimal(3000)}).found
    assert finding.severity == "critical"


@pytest.mark.parametrize(("ratio", "severity"), [(0.8, "warning"), (0.4, "critical")])
def test_underpacing_grows_critical_below_half_the_target(ratio: float, severity: str) -> None:
    (finding,) = _told({"status": "underpacing", "seasonal_ratio": ratio, "projected_total": Decimal(2000)}).found
    assert finding.severity == severity
    assert finding.sentence.startswith("Underpacing: EUR 2,000.00 of EUR 3,000.00 spent")


def test_a_pace_that_is_fine_is_named_only_when_it_will_most_likely_overspend_by_enough() -> None:
    likely = {"overspend_probability": 0.95, "projected_total": Decimal(3200)}
    assert _told({**likely, "projected_total": Decimal(3100)}).found == ()
    assert _told({**likely, "overspend_probability": 0.85}).found == ()
    (finding,) = _told(likely).found
    assert finding.sentence.startswith("On pace, but likely to overspend: ")
    assert "1 are on pace but likely to overspend" in _told(likely).summary


def test_ratios_of_the_user_overrule_the_day_s_tolerance() -> None:
    rows = {"seasonal_ratio": 1.06}
    assert _told(rows).found == ()
    assert len(_told(rows, thresholds={"overRatio": 1.05}).found) == 1
    assert _told(_OVER, thresholds={"overRatio": 1.3, "overspendProbability": 1}).found == ()
    assert len(_told({"seasonal_ratio": 0.97}, thresholds={"underRatio": 0.98}).found) == 1


def test_campaigns_without_delivery_or_budget_are_named_and_ended_ones_are_not() -> None:
    result = _told(
        {"campaign_id": "1", "status": "no-data", "recommendation": "Check that it is running."},
        {"campaign_id": "2", "status": "no-budget", "recommendation": "No budget is known."},
        {"campaign_id": "3", "status": "ended"},
    )
    assert [(f.severity, f.sentence) for f in result.found] == [
        ("warning", "Check that it is running."),
        ("info", "No budget is known."),
    ]
    assert result.summary == (
        "Of 3 budgets through 2026-11-23, 0 overpace, 0 underpace, 0 are on track, 1 deliver nothing, 1 have no known "
        "budget and 1 have ended or not begun."
    )


def test_the_gravest_come_first_and_the_farthest_off_budget_among_them() -> None:
    near = {**_OVER, "campaign_id": "2", "projected_total": Decimal(3300), "projected_low": Decimal(3200)}
    warning = {**_OVER, "campaign_id": "1", "projected_low": Decimal(2000), "projected_total": Decimal(9000)}
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
    result = _told({"as_of": before(5)}, _OVER, {**_OVER, "as_of": before(5), "status": "on-track"}, asOf="2026-11-18")
    assert result.summary.startswith("Of 2 budgets through 2026-11-18, 0 overpace")


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


def test_a_paused_campaign_is_no_alarm_for_not_spending_but_still_for_overspending() -> None:
    idle = {"status": "underpacing", "seasonal_ratio": 0.0, "recommendation": "It is paused: resume it."}
    paused = {("google-ads", "7"), ("meta-ads", "8")}
    result = review_pacing(budgets(idle, _OVER), PacingParameters(), paused=paused)
    assert [(f.severity, f.subject.campaign_id) for f in result.found] == [("critical", "8"), ("info", "7")]
    assert result.found[1].sentence == "It is paused: resume it."
    assert "1 overpace, 0 underpace, 0 are on track and 1 are paused" in result.summary
    silent = review_pacing(budgets({"status": "no-data"}), PacingParameters(), paused=paused)
    assert silent.found[0].severity == "info"


def test_money_of_different_currencies_is_never_added() -> None:
    yen = {**_OVER, "campaign_id": "9", "currency": "JPY"}
    assert _told(_OVER, yen).summary.endswith("exceeded by EUR 700.00 and JPY 700.")


@pytest.mark.parametrize("rows", [pl.DataFrame(), budgets()])
def test_an_empty_table_gives_a_clear_result(rows: pl.DataFrame) -> None:
    result = review_pacing(rows, PacingParameters())
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
