"""Arguments of `adops workflow`, from text to a validated request. Nothing is run here."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, err, fail
from adops_pipeline.cli.files import read_text, shown

if TYPE_CHECKING:
    from adops_pipeline.domain.workflows import Workflow
    from adops_pipeline.domain.workflows.requests import WorkflowRequest


def request_from(name: str, assignments: Sequence[str], file: str | None) -> "WorkflowRequest":
    """Read the parameters of a workflow or template: those of the file, with ``--set`` overriding them.

    Ends the command with exit code 2 and a line for each thing that is wrong.
    """
    from adops_pipeline.domain.workflows import ParameterError
    from adops_pipeline.domain.workflows.requests import resolve_request

    require_workflow(name)
    try:
        return resolve_request(name, _from_file(file), _assigned(assignments))
    except ParameterError as error:
        for line in error.lines:
            err.print(f"[red]parameter[/red] {escape(line)}", highlight=False, soft_wrap=True)
        raise typer.Exit(USAGE) from None


def require_workflow(name: str) -> "Workflow":
    """The workflow of that name or of the template of that name. Ends the command where there is neither."""
    from adops_pipeline.domain.workflows import UnknownWorkflowError
    from adops_pipeline.domain.workflows.requests import find_request_target

    try:
        return find_request_target(name)[0]
    except UnknownWorkflowError as error:
        fail(f"{escape(str(error))}; `adops workflow list` shows all of them", USAGE)


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
                fail(f"--set {escape(path)}: {escape(part)} already has a value", USAGE)
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
    raise ValueError(f"{word} is not JSON")


def _from_file(file: str | None) -> Mapping[str, Any]:
    """The JSON object of a file, or of standard input for ``-``."""
    if file is None:
        return {}
    try:
        document = json.loads(read_text(file, "--params"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        fail(f"{shown(file, '--params')} is not JSON: {escape(str(error))}", USAGE)
    if not isinstance(document, dict):
        fail(f'{shown(file, "--params")}: expected an object such as {{"lookbackDays": 7}}', USAGE)
    return document
