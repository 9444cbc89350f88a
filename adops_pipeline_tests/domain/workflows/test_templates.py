"""Templates and what is laid on top of them."""

import pytest

from adops_pipeline.domain.workflows import (
    TEMPLATES,
    WORKFLOWS,
    ParameterError,
    UnknownWorkflowError,
    find_template,
    instantiate,
    to_document,
)


def test_the_quick_pacing_check_looks_at_all_three_platforms_over_seven_days() -> None:
    document = to_document(instantiate("quick-pacing-check"))
    assert document["platforms"] == ["google-ads", "meta-ads", "pinterest"]
    assert document["lookbackDays"] == 7


@pytest.mark.parametrize("template_id", TEMPLATES)
def test_every_template_is_valid_and_says_who_uses_it(template_id: str) -> None:
    template = TEMPLATES[template_id]
    document = to_document(instantiate(template))
    assert template.workflow_id in WORKFLOWS
    assert template.used_by.endswith((".", "?"))
    for name, value in template.parameters.items():
        assert value == document[name] or value.items() <= document[name].items()


def test_there_are_templates_for_every_workflow() -> None:
    assert {template.workflow_id for template in TEMPLATES.values()} == set(WORKFLOWS)
    assert len(TEMPLATES) >= 9


def test_an_override_in_snake_case_replaces_the_template_s_own_value() -> None:
    document = to_document(instantiate("quick-pacing-check", {"lookback_days": 3}))
    assert document["lookbackDays"] == 3
    assert document["platforms"] == ["google-ads", "meta-ads", "pinterest"]


def test_templates_that_are_not_for_one_platform_know_pinterest_wherever_they_know_meta() -> None:
    chosen = [set(to_document(instantiate(template))["platforms"]) for template in TEMPLATES.values()]
    for platforms in (one for one in chosen if len(one) > 1):
        assert ("meta-ads" in platforms) == ("pinterest" in platforms)


def test_one_threshold_can_be_overridden_and_the_others_stay() -> None:
    document = to_document(instantiate("month-end-close", {"thresholds": {"over_ratio": 1.05}}))
    assert document["thresholds"] == {
        "overRatio": 1.05, "underRatio": 0.98, "overspendProbability": 0.0, "overspendPct": 2,
    }  # fmt: skip


def test_null_gives_the_workflow_s_own_default_back() -> None:
    document = to_document(instantiate("quick-pacing-check", {"platforms": None, "lookbackDays": None}))
    assert document["platforms"] == []
    assert document["lookbackDays"] == 7
    assert "overRatio" not in to_document(instantiate("month-end-close", {"thresholds": None}))["thresholds"]


def test_a_wrong_override_is_named_as_it_was_typed() -> None:
    with pytest.raises(ParameterError) as caught:
        instantiate("month-end-close", {"thresholds": {"over_ratio": 0.5}, "lookback_days": 0})
    assert caught.value.lines == (
        "lookback_days: must be greater than or equal to 1, not 0",
        "thresholds.over_ratio: must be greater than or equal to 1, not 0.5",
    )


def test_a_misspelt_template_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownWorkflowError, match="there is no template 'quick-pacing'; did you mean quick-pa"):
        find_template("quick-pacing")
