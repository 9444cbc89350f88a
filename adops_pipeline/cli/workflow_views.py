"""Workflows, templates and executions as people read them, and as JSON. Nothing is run or changed here."""

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from rich.markup import escape

from adops_pipeline.cli.console import out
from adops_pipeline.cli.front import SHORT, duration, grid, moment, print_json, say
from adops_pipeline.domain.workflows import TEMPLATES, WORKFLOWS, Template, Workflow, parameter_schema
from adops_pipeline.domain.workflows.results import WorkflowResult, render_text
from adops_pipeline.domain.workflows.schemas import describe, schema_at
from adops_pipeline.operations.executions import Execution

COLOURS = {
    "pending": "yellow", "running": "cyan", "completed": "green", "succeeded": "green", "failed": "red",
    "cancelled": "magenta", "skipped": "dim",
}  # fmt: skip


def list_workflows() -> None:
    """Every workflow, then every template."""
    table = grid("Workflow", "What it does", "Parameters", fold=("What it does", "Parameters"))
    for workflow in WORKFLOWS.values():
        table.add_row(f"[bold]{workflow.id}[/bold]", escape(workflow.description), ", ".join(_names(workflow)))
    out.print(table)
    table = grid("Template", "Of workflow", "For whom and what", fold=("For whom and what",))
    for template in TEMPLATES.values():
        table.add_row(f"[bold]{template.id}[/bold]", template.workflow_id, escape(template.used_by))
    out.print(table)
    say("One of them in full: adops workflow show pacing-check. Start one: adops workflow run quick-pacing-check")


def workflows_document() -> dict[str, Any]:
    """All workflows with their JSON schemas, all templates."""
    return {
        "workflows": [workflow_document(workflow) for workflow in WORKFLOWS.values()],
        "templates": [template_document(template) for template in TEMPLATES.values()],
    }


def workflow_document(workflow: Workflow) -> dict[str, Any]:
    """A workflow; ``parameters`` is their JSON schema."""
    return {
        "id": workflow.id,
        "name": workflow.name,
        "description": workflow.description,
        "timeout_seconds": workflow.timeout_seconds,
        "stages": [{"name": stage.name, "title": stage.title} for stage in workflow.stages],
        "templates": [t.id for t in TEMPLATES.values() if t.workflow_id == workflow.id],
        "parameters": parameter_schema(workflow.id),
    }


def template_document(template: Template) -> dict[str, Any]:
    """A template with the parameters that it fills in."""
    return {
        "id": template.id, "name": template.name, "workflow_id": template.workflow_id, "used_by": template.used_by,
        "parameters": dict(template.parameters),
    }  # fmt: skip


def show_template(template: Template) -> None:
    """What a template fills in, for whom."""
    say(f"[bold]{template.id}[/bold]  {escape(template.name)}, a template of {template.workflow_id}")
    say(escape(template.used_by))
    table = grid("Parameter", "Filled in with", fold=("Filled in with",))
    for name, value in _flat(template.parameters):
        table.add_row(name, escape(_shown(value)))
    out.print(table)
    say(f"Every parameter can be changed: adops workflow run {template.id} --set name=value")
    say(f"All of them: adops workflow show {template.workflow_id}")


def show_workflow(workflow: Workflow) -> None:
    """Parameters with limits and defaults, stages, templates."""
    say(f"[bold]{workflow.id}[/bold]  {escape(workflow.description)}")
    table = grid("Parameter", "Default", "May be", "Meaning", fold=("Default", "May be", "Meaning"))
    for name, default, limits, meaning in _parameters(workflow):
        table.add_row(name, escape(default), escape(limits), escape(meaning))
    out.print(table)
    for number, stage in enumerate(workflow.stages, start=1):
        say(f"  {number}. {escape(stage.title)}")
    own = [template for template in TEMPLATES.values() if template.workflow_id == workflow.id]
    if own:
        table = grid("Template", "For whom and what", fold=("For whom and what",))
        for template in own:
            table.add_row(f"[bold]{template.id}[/bold]", escape(template.used_by))
        out.print(table)
    say(f"Start it: adops workflow run {own[0].id if own else workflow.id}")


def list_executions(rows: Sequence[Execution]) -> None:
    """One line an execution, newest first."""
    table = grid("Id", "Workflow", "Status", "Asked for", "By", "Took", "What came of it", right=("Took",),
                 fold=("What came of it",))  # fmt: skip
    for row in rows:
        news = (row.result or {}).get("summary") or row.error or ""
        name = row.template_id or row.workflow_id
        table.add_row(row.id[:SHORT], name, _coloured(row.status), moment(row.requested_at), row.requested_by,
                      duration(row.seconds), escape(shorten(str(news), 110, placeholder=" …")))  # fmt: skip
    out.print(table)


def show_execution(execution: Execution) -> None:
    """Status, stages, result or error."""
    name = f"{execution.workflow_id} ({execution.template_id})" if execution.template_id else execution.workflow_id
    say(f"[bold]{name}[/bold]  {_coloured(execution.status)}  {execution.id}")
    asked = f"asked for by {execution.requested_by} at {moment(execution.requested_at)} UTC"
    say(escape(asked + (f", took {duration(execution.seconds)}" if execution.seconds is not None else "")))
    if execution.retry_of:
        say(f"attempt {execution.attempt}, a retry of {execution.retry_of}")
    if execution.cancel_requested_at and not execution.has_ended:
        say("[yellow]it was asked to stop[/yellow]")
    given = [f"{name}={_shown(value)}" for name, value in _flat(execution.parameters)]
    if given:
        say(f"[dim]{escape('  '.join(given))}[/dim]")
    if execution.stages:
        table = grid("Stage", "Status", "Took", right=("Took",))
        for stage in execution.stages:
            table.add_row(escape(stage["title"]), _coloured(stage["status"]), duration(stage["seconds"]))
        out.print(table)
    show_result(execution)


def show_result(execution: Execution) -> None:
    """What an execution says at its end: its result in words, or why there is none."""
    if execution.result is not None:
        text = result_text(execution.result).rstrip()
        out.print(text, highlight=False, markup=False, soft_wrap=True)
    if execution.error:
        say(f"[red]{execution.status}[/red] {escape(execution.error)}")


def result_text(result: Mapping[str, Any]) -> str:
    """A stored result in words. One that an older store brought along may have a summary alone, or less."""
    try:
        return render_text(WorkflowResult.from_document(result))
    except (KeyError, TypeError, ValueError):
        return str(result.get("summary") or dict(result))


def execution_document(execution: Execution) -> dict[str, Any]:
    """An execution as JSON; stages without the steps that they are made of."""
    names = ("name", "title", "status", "started_at", "finished_at", "seconds", "error")
    return {
        "id": execution.id, "workflow_id": execution.workflow_id, "template_id": execution.template_id,
        "parameters": execution.parameters, "status": execution.status, "requested_by": execution.requested_by,
        "requested_at": execution.requested_at, "started_at": execution.started_at,
        "finished_at": execution.finished_at, "seconds": execution.seconds, "run_id": execution.run_id,
        "attempt": execution.attempt, "retry_of": execution.retry_of,
        "stages": [{name: stage.get(name) for name in names} for stage in execution.stages],
        "result": execution.result, "error": execution.error,
    }  # fmt: skip


def print_execution(execution: Execution) -> None:
    """The document on stdout."""
    print_json(execution_document(execution))


def _coloured(status: str) -> str:
    colour = COLOURS.get(status)
    return f"[{colour}]{status}[/{colour}]" if colour else status


def _names(workflow: Workflow) -> list[str]:
    return list(parameter_schema(workflow.id)["properties"])


def _parameters(workflow: Workflow) -> list[tuple[str, str, str, str]]:
    """Name, default, limits and meaning of every parameter; those of a group by their dotted names."""
    schema = parameter_schema(workflow.id)
    rows = []
    for name, node in schema["properties"].items():
        below = schema_at(schema, (name,)).get("properties", {})
        for inner, part in below.items():
            rows.append(_parameter(schema, (name, inner), part))
        if not below:
            rows.append(_parameter(schema, (name,), node))
    return rows


def _parameter(schema: Mapping[str, Any], path: tuple[str, ...], node: Mapping[str, Any]) -> tuple[str, str, str, str]:
    limits = describe(schema_at(schema, path), schema)
    return ".".join(path), _shown(node.get("default")), limits, str(node.get("description", ""))


def _flat(parameters: Mapping[str, Any], owner: str = "") -> list[tuple[str, Any]]:
    """Dotted names and values; what is empty is left out."""
    rows: list[tuple[str, Any]] = []
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{owner}{name}.")
        elif value not in (None, [], ()):
            rows.append((owner + name, value))
    return rows


def _shown(value: object) -> str:
    if value is None or value in ([], {}):
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
