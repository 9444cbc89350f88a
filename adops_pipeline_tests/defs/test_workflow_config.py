"""The launchpad offers each workflow's parameters with types and defaults, and its templates."""

from typing import Any

import dagster as dg
import pytest

from adops_pipeline.defs.workflow_config import without_defaults, workflow_config
from adops_pipeline.defs.workflows import JOBS
from adops_pipeline.domain.workflows import TEMPLATES, WORKFLOWS, Workflow, to_document, validate

_JOBS = {job.name: job for job in JOBS}
_WORKFLOWS = [workflow for workflow in WORKFLOWS.values() if not workflow.is_sync]


def _received(workflow: Workflow, config: dict[str, Any]) -> dict[str, Any]:
    """The config that the ops receive, after Dagster's checks."""
    ops = dg.validate_run_config(_JOBS[workflow.job_name], config)["ops"]
    (received,) = {repr(ops[stage.name]["config"]): ops[stage.name]["config"] for stage in workflow.stages}.values()
    return dict(received)


@pytest.mark.parametrize("workflow", _WORKFLOWS, ids=lambda one: one.id)
def test_without_config_a_run_has_the_defaults_and_stored_parameters_pass(workflow: Workflow) -> None:
    defaults = to_document(validate(workflow.id, {}))
    given = _received(workflow, {})["parameters"]
    assert to_document(validate(workflow.id, given)) == defaults
    assert without_defaults(workflow, given) == {}
    for template in TEMPLATES.values():
        if template.workflow_id == workflow.id:
            stored = to_document(validate(workflow.id, template.parameters))
            received = _received(workflow, {"template": template.id, "parameters": stored})
            assert (received["template"], received["parameters"]) == (template.id, stored)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"parameters": {"lookbackDays": "many"}}, 'parameters:lookbackDays. Value "many"'),
        ({"parameters": {"platforms": ["google"]}}, "parameters:platforms[0] not in enum type"),
        ({"parameters": {"thresholds": {"overRatio": "high"}}}, "parameters:thresholds:overRatio"),
        ({"template": "month-end"}, "template not in enum type"),
        ({"templates": "month-end-close"}, '"templates"'),
    ],
)
def test_a_wrong_type_or_template_is_named_before_the_run_starts(config: dict[str, Any], words: str) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError) as refused:
        dg.validate_run_config(_JOBS["pacing_check"], config)
    assert words in str(refused.value)


def test_what_differs_from_the_default_goes_before_a_template_and_the_rest_does_not() -> None:
    workflow = WORKFLOWS["pacing-check"]
    given = {"lookbackDays": 7, "minSeverity": "critical", "thresholds": {"overspendPct": 0.0, "underRatio": 0.5}}
    filled = _received(workflow, {"parameters": given})["parameters"]
    assert filled["thresholds"]["overspendProbability"] == 0.0
    kept = without_defaults(workflow, filled)
    assert (kept["minSeverity"], kept["thresholds"]) == ("critical", {"underRatio": 0.5})
    assert "platforms" not in kept


def test_each_parameter_says_what_it_is_and_its_limits() -> None:
    parameters: Any = workflow_config(WORKFLOWS["pacing-check"])["parameters"].config_type
    lookback = parameters.fields["lookbackDays"]
    assert lookback.description == "Days in which a budget must have been paced to count. (from 1 to 400)"
    assert (str(lookback.config_type.given_name), lookback.default_value) == ("Int", 7)
