"""A request to run a workflow: its name or a template's, and raw parameters, made into validated ones. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adops_pipeline.domain.workflows.catalogue import WORKFLOWS, UnknownWorkflowError, Workflow
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.domain.workflows.parameters import Parameters
from adops_pipeline.domain.workflows.templates import TEMPLATES, Template, instantiate, overlay
from adops_pipeline.domain.workflows.validation import Document, to_document, validate


@dataclass(frozen=True, slots=True)
class WorkflowRequest:
    """A workflow with validated parameters, and the template that they came from, if any."""

    workflow: Workflow
    parameters: Parameters
    template: Template | None = None

    @property
    def document(self) -> Document:
        """The parameters as JSON."""
        return to_document(self.parameters)

    @property
    def template_id(self) -> str | None:
        """Id of the template, if there is one."""
        return self.template.id if self.template is not None else None


def find_request_target(name: str) -> tuple[Workflow, Template | None]:
    """The workflow that ``name`` means, and the template if it names one. Raises UnknownWorkflowError."""
    template = TEMPLATES.get(name)
    workflow_id = template.workflow_id if template is not None else name
    if workflow_id not in WORKFLOWS:
        near = did_you_mean(name, [*WORKFLOWS, *TEMPLATES])
        raise UnknownWorkflowError(f"there is no workflow or template {name!r}{near}")
    return WORKFLOWS[workflow_id], template


def resolve_request(name: str, *given: Mapping[str, Any]) -> WorkflowRequest:
    """The request for the workflow or template called ``name``.

    Each mapping of raw parameters overrides the ones before it, and all override the template. Raises
    UnknownWorkflowError, and ParameterError with a line for each wrong parameter.
    """
    workflow, template = find_request_target(name)
    raw: Mapping[str, Any] = {}
    for mapping in given:
        raw = overlay(workflow.parameters, raw, mapping)
    parameters = instantiate(template, raw) if template is not None else validate(workflow.id, raw)
    return WorkflowRequest(workflow, parameters, template)
