"""What `adops workflow` was told, from text to validated parameters. Nothing is run here."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, err, fail

if TYPE_CHECKING:
    from adops_pipeline.domain.workflows import Parameters, Template, Workflow


@dataclass(frozen=True)
class Order:
    """A workflow with the parameters it shall run with; the template they came from, if any."""

    workflow: "Workflow"
    template: "Template | None"
    parameters: "Parameters"


def order_of(name: str, assignments: Sequence[str], file: str | None) -> Order:
    """Read a workflow's or template's name and its parameters: the file's, with ``--set`` on top.

    Ends the command with exit code 2 and a line for each thing that is wrong.
    """
    from adops_pipeline.domain.workflows import (
        TEMPLATES,
        ParameterError,
        find_workflow,
        instantiate,
        overlay,
        validate,
    )

    template = TEMPLATES.get(name)
    workflow = find_workflow(template.workflow_id) if template else named_workflow(name)
    given = overlay(workflow.parameters, _from_file(file), _assigned(assignments))
    try:
        parameters = instantiate(template, given) if template else validate(workflow.id, given)
    except ParameterError as error:
        refuse(error.lines)
    return Order(workflow, template, parameters)


def named_workflow(name: str) -> "Workflow":
    """The workflow; ends the command with the nearest names where there is neither workflow nor template."""
    from adops_pipeline.domain.workflows import TEMPLATES, WORKFLOWS
    from adops_pipeline.domain.workflows.nearest import did_you_mean

    if name not in WORKFLOWS:
        near = did_you_mean(name, [*WORKFLOWS, *TEMPLATES])
        fail(f"there is no workflow or template {escape(repr(name))}{near} `adops workflow list` has all", USAGE)
    return WORKFLOWS[name]


def refuse(lines: Sequence[str]) -> NoReturn:
    """End with exit code 2 and a line for each wrong parameter."""
    for line in lines:
        err.print(f"[red]parameter[/red] {escape(line)}", highlight=False, soft_wrap=True)
    raise typer.Exit(USAGE)


def _assigned(assignments: Sequence[str]) -> dict[str, Any]:
    """``lookbackDays=7``, ``thresholds.overRatio=1.3``: a value is read as JSON, or else as text."""
    given: dict[str, Any] = {}
    for text in assignments:
        path, equals, value = text.partition("=")
        parts = [part.strip() for part in path.split(".")]
        if not equals or not all(parts):
            fail(f"--set {escape(repr(text))} is not name=value, e.g. --set lookbackDays=7", USAGE)
        place = given
        for part in parts[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                fail(f"--set {escape(path)}: {escape(part)} was set to a value of its own before", USAGE)
        if parts[-1] in place:
            fail(f"--set {escape(path)} is given twice; put commas between several values: a=1,2", USAGE)
        place[parts[-1]] = _value(value.strip())
    return given


def _value(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_number)
    except ValueError:
        return text


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _from_file(file: str | None) -> Mapping[str, Any]:
    """The JSON object of a file, or of standard input for ``-``."""
    if file is None:
        return {}
    shown = "standard input" if file == "-" else escape(file)
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        document = json.loads(text, parse_constant=_no_number)
    except OSError as error:
        fail(f"--params {shown}: {error.strerror}", USAGE)
    except ValueError as error:
        fail(f"--params {shown} is not JSON: {escape(str(error))}", USAGE)
    if not isinstance(document, dict):
        fail(f'--params {shown}: expected an object such as {{"lookbackDays": 7}}', USAGE)
    return document
