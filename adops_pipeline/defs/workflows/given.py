"""What a run was told, by whoever launched it: a template, parameters on top, validated in one place."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from adops_pipeline.domain.workflows import (
    ParameterError,
    Parameters,
    UnknownWorkflowError,
    Workflow,
    find_template,
    instantiate,
    validate,
)

CONFIG = {
    "template": dg.Field(str, is_required=False, description="A template whose parameters are taken first."),
    "parameters": dg.Field(
        dict,
        is_required=False,
        default_value={},
        description="Parameters by name, as the catalogue has them.",
    ),
}
"""The launchpad's form of every workflow."""


def given_parameters(workflow: Workflow, config: Mapping[str, Any]) -> Parameters:
    """Validated parameters; dg.Failure with a line for each field that is wrong."""
    try:
        template = config.get("template")
        if template is None:
            return validate(workflow.id, config["parameters"])
        chosen = find_template(template)
        if chosen.workflow_id != workflow.id:
            raise dg.Failure(f"template {template} is one of {chosen.workflow_id}, not of {workflow.id}")
        return instantiate(chosen, config["parameters"])
    except (ParameterError, UnknownWorkflowError) as error:
        raise dg.Failure(str(error), allow_retries=False) from None
