"""Requests: a name and raw parameters become a workflow with validated ones."""

import pytest

from adops_pipeline.domain.workflows import ParameterError, UnknownWorkflowError
from adops_pipeline.domain.workflows.requests import resolve_request


def test_a_workflow_takes_its_parameters_the_later_ones_override() -> None:
    request = resolve_request(
        "pacing-check", {"lookback_days": 3, "thresholds": {"overRatio": 1.5, "underRatio": 0.5}},
        {"lookbackDays": 9, "thresholds": {"overRatio": 2}},
    )  # fmt: skip
    assert (request.workflow.id, request.template_id) == ("pacing-check", None)
    assert request.document["lookbackDays"] == 9
    assert (request.document["thresholds"]["overRatio"], request.document["thresholds"]["underRatio"]) == (2, 0.5)


def test_a_template_gives_the_parameters_that_were_not_given() -> None:
    request = resolve_request("meta-deep-sync", {"lookbackDays": 30})
    assert (request.workflow.id, request.template_id) == ("sync-platforms", "meta-deep-sync")
    assert request.document == {"platforms": ["meta-ads"], "lookbackDays": 30}


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownWorkflowError, match="no workflow or template 'pacing-chek'; did you mean pacing-check"):
        resolve_request("pacing-chek")


def test_wrong_parameters_are_refused_with_a_line_each() -> None:
    with pytest.raises(ParameterError) as refused:
        resolve_request("quick-pacing-check", {"lookbackDays": 0, "platform": "x"})
    assert len(refused.value.lines) == 2
