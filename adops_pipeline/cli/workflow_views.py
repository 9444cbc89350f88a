"""Tables and texts about workflows, templates and executions for the terminal."""

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from rich.markup import escape

from adops_pipeline.cli.console import out
from adops_pipeline.cli.front import SHORT, duration, grid, moment, print_line
from adops_pipeline.domain.workflows import TEMPLATES, WORKFLOWS, Template, Workflow, parameter_schema
from adops_pipeline.domain.workflows.results import WorkflowResult, render_text
from adops_pipeline.domain.workflows.schemas import describe_parameters
from adops_pipeline.services.executions import Execution

COLOURS = {
    "pending": "yellow", "running": "cyan", "completed": "green", "succeeded": "green", "failed": "red",
    "cancelled": "magenta", "skipped": "dim",
}  # fmt: skip


def list_workflows() -> None:
    """Print every workflow, then every template."""
    table = grid("Workflow", "What it does", "Parameters", fold=("What it does", "Parameters"))
    for workflow in WORKFLOWS.values():
        table.add_row(f"[bold]{workflow.id}[/bold]", escape(workflow.description), ", ".join(_names(workflow)))
    out.print(table)
    table = grid("Template", "Workflow", "Who uses it, for what", fold=("Who uses it, for what",))
    for template in TEMPLATES.values():
        table.add_row(f"[bold]{template.id}[/bold]", template.workflow_id, escape(template.used_by))
    out.print(table)
    print_line("Details of one: adops workflow show pacing-check. Run one: adops workflow run quick-pacing-check")


def show_template(template: Template) -> None:
    """Print what a template sets, and who uses it."""
    print_line(f"[bold]{template.id}[/bold]  {escape(template.name)}, a template of {template.workflow_id}")
    print_line(escape(template.used_by))
    table = grid("Parameter", "Value", fold=("Value",))
    for name, value in _flat(template.parameters):
        table.add_row(name, escape(_shown(value)))
    out.print(table)
    print_line(f"Override a parameter: adops workflow run {template.id} --set name=value")
    print_line(f"All parameters: adops workflow show {template.workflow_id}")


def show_workflow(workflow: Workflow) -> None:
    """Print a workflow with its parameters, stages and templates."""
    print_line(f"[bold]{workflow.id}[/bold]  {escape(workflow.description)}")
    table = grid("Parameter", "Default", "Allowed", "Meaning", fold=("Default", "Allowed", "Meaning"))
    for name, default, limits, meaning in _parameters(workflow):
        table.add_row(name, escape(default), escape(limits), escape(meaning))
    out.print(table)
    for number, stage in enumerate(workflow.stages, start=1):
        print_line(f"  {number}. {escape(stage.title)}")
    own = [template for template in TEMPLATES.values() if template.workflow_id == workflow.id]
    if own:
        table = grid("Template", "Who uses it, for what", fold=("Who uses it, for what",))
        for template in own:
            table.add_row(f"[bold]{template.id}[/bold]", escape(template.used_by))
        out.print(table)
    print_line(f"Run it: adops workflow run {own[0].id if own else workflow.id}")


def list_executions(rows: Sequence[Execution]) -> None:
    """Print one line for each execution."""
    table = grid("Id", "Workflow", "Status", "Requested", "By", "Duration", "Result", right=("Duration",),
                 fold=("Result",))  # fmt: skip
    for row in rows:
        outcome = escape(shorten(str((row.result or {}).get("summary") or row.error or ""), 110, placeholder=" …"))
        name = row.template_id or row.workflow_id
        table.add_row(row.id[:SHORT], escape(name), _coloured(row.status), moment(row.requested_at),
                      escape(row.requested_by), duration(row.seconds), outcome)  # fmt: skip
    out.print(table)


def show_execution(execution: Execution) -> None:
    """Print an execution with its stages and its result or error."""
    name = f"{execution.workflow_id} ({execution.template_id})" if execution.template_id else execution.workflow_id
    print_line(f"[bold]{escape(name)}[/bold]  {_coloured(execution.status)}  {execution.id}")
    requested = f"requested by {execution.requested_by} at {moment(execution.requested_at)} UTC"
    print_line(escape(requested + (f", took {duration(execution.seconds)}" if execution.seconds is not None else "")))
    if execution.retry_of:
        print_line(f"attempt {execution.attempt}, a retry of {execution.retry_of}")
    if execution.cancel_requested_at and not execution.has_ended:
        print_line("[yellow]cancellation was requested; it has not stopped yet[/yellow]")
    given = [f"{name}={_shown(value)}" for name, value in _flat(execution.parameters)]
    if given:
        print_line(f"[dim]{escape('  '.join(given))}[/dim]")
    if execution.stages:
        table = grid("Stage", "Status", "Duration", right=("Duration",))
        for stage in execution.stages:
            table.add_row(escape(stage["title"]), _coloured(stage["status"]), duration(stage["seconds"]))
        out.print(table)
    show_result(execution)


def show_result(execution: Execution) -> None:
    """Print the result of an execution as text, or why it failed."""
    if execution.result is not None:
        text = result_text(execution.result).rstrip()
        out.print(text, highlight=False, markup=False, soft_wrap=True)
    if execution.error:
        print_line(f"[red]{execution.status}[/red] {escape(execution.error)}")


def result_text(result: Mapping[str, Any]) -> str:
    """A stored result as text. A result imported from an older store may have a summary only, or not even that."""
    try:
        return render_text(WorkflowResult.from_document(result))
    except (KeyError, TypeError, ValueError):
        return str(result.get("summary") or dict(result))


def _coloured(status: str) -> str:
    colour = COLOURS.get(status)
    return f"[{colour}]{status}[/{colour}]" if colour else status


def _names(workflow: Workflow) -> list[str]:
    return list(parameter_schema(workflow.id)["properties"])


def _parameters(workflow: Workflow) -> list[tuple[str, str, str, str]]:
    """Name, default, limits and meaning of every parameter; those of a group by their dotted names."""
    words = describe_parameters(parameter_schema(workflow.id))
    return [(one.name, _shown(one.default), one.allowed, one.description) for one in words]


def _flat(parameters: Mapping[str, Any], owner: str = "") -> list[tuple[str, Any]]:
    """Dotted names and values; empty values are left out."""
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
