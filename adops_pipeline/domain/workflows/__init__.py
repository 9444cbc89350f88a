"""Workflows: names, parameters, stages and results. Pure.

The catalogue declares, `validation` reads what people type, `templates` fill in, `results` put findings into words.
"""

from adops_pipeline.domain.workflows.catalogue import (
    WORKFLOWS,
    Stage,
    UnknownWorkflowError,
    Workflow,
    find_workflow,
)
from adops_pipeline.domain.workflows.parameters import Parameters
from adops_pipeline.domain.workflows.templates import TEMPLATES, Template, find_template, instantiate, overlay
from adops_pipeline.domain.workflows.validation import ParameterError, parameter_schema, to_document, validate

__all__ = [
    "TEMPLATES",
    "WORKFLOWS",
    "ParameterError",
    "Parameters",
    "Stage",
    "Template",
    "UnknownWorkflowError",
    "Workflow",
    "find_template",
    "find_workflow",
    "instantiate",
    "overlay",
    "parameter_schema",
    "to_document",
    "validate",
]
