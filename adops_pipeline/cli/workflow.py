"""`adops workflow`: list workflows, run one here or by the daemon, and see the results."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adops_pipeline.cli.console import FAILED, INTERRUPTED, OK, UNFINISHED, USAGE, fail
from adops_pipeline.cli.family import AsJson, Commands, add_family
from adops_pipeline.cli.front import by_prefix, exit_on_refusal, load_services, login_name, print_json, print_line

if TYPE_CHECKING:
    from adops_pipeline.services.executions import Execution
    from adops_pipeline.wiring import Services

_FAMILY = """List workflows, run one, and see past executions.

Examples:

    adops workflow list

    adops workflow run quick-pacing-check

    adops workflow executions --status failed
"""
_RUN_HELP = """Run a workflow or a template in this process and print its result.

The run also appears in Dagster's UI. With --queue, the workflow is queued for the daemon of `adops up` instead, and the
command prints the id of the execution. With --wait, it queues the workflow and waits until the execution has ended.

The value of --set is read as JSON if it is valid JSON, otherwise as text. Separate the values of a list by commas, and
name a parameter inside a group with a dot. --params reads the parameters from a JSON object in FILE (- for standard
input); --set overrides them.

Exit codes: 0 completed; 1 failed or cancelled; 2 a parameter is wrong (one line for each); 3 completed with a critical
finding; 130 stopped by Ctrl-C or SIGTERM.

Examples:

    adops workflow run pacing-check --set lookbackDays=7 --set platforms=google-ads,meta-ads

    adops workflow run month-end-close --set thresholds.overRatio=1.05 --json

    adops workflow run sync-platforms --set platforms=pinterest --wait
"""
Status = Literal["pending", "running", "completed", "failed", "cancelled"]
_FULL_ID = 32
_SEARCHED = 1000
ExecutionId = Annotated[str, typer.Argument(metavar="ID", help="An execution's id, or its first 6 characters.")]


def register(app: typer.Typer) -> None:
    """Add the family."""
    commands: Commands = {
        "list": list_command, "show": show, "run": run,
        "executions": executions_command, "cancel": cancel, "retry": retry,
    }  # fmt: skip
    add_family(app, "workflow", _FAMILY, commands, {"run": _RUN_HELP})


def list_command(as_json: AsJson = False) -> None:
    """List every workflow and template, with descriptions and parameters."""
    if as_json:
        from adops_pipeline.services.documents.workflows import workflows_document

        print_json(workflows_document())
    else:
        from adops_pipeline.cli.workflow_views import list_workflows

        list_workflows()


def show(
    name: Annotated[str, typer.Argument(metavar="NAME|ID", help="A workflow, a template, or the id of an execution.")],
    as_json: AsJson = False,
) -> None:
    """Show a workflow with its parameters and stages, a template, or an execution with its result.

    Examples: adops workflow show pacing-check, adops workflow show 1f3a9c02
    """
    from adops_pipeline.cli import workflow_views as views
    from adops_pipeline.domain.workflows import TEMPLATES, WORKFLOWS
    from adops_pipeline.services.documents import workflows as documents

    if name in WORKFLOWS:
        workflow = WORKFLOWS[name]
        print_json(documents.workflow_document(workflow)) if as_json else views.show_workflow(workflow)
    elif name in TEMPLATES:
        template = TEMPLATES[name]
        print_json(documents.template_document(template)) if as_json else views.show_template(template)
    else:
        execution = _execution(load_services(), name)
        _print_document(execution) if as_json else views.show_execution(execution)


def run(
    name: Annotated[str, typer.Argument(metavar="WORKFLOW|TEMPLATE", help="What to run; see `adops workflow list`.")],
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter; may be repeated.")
    ] = None,
    params: Annotated[str | None, typer.Option(metavar="FILE|-", help="Parameters as a JSON object.")] = None,
    queue: Annotated[
        bool, typer.Option("--queue", help="Queue it for the daemon and print the id of the execution.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Queue it for the daemon and wait until it has ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a workflow."""
    from adops_pipeline.cli.workflow_input import request_from

    if queue and wait:
        fail("--queue prints the id at once and --wait waits for the end; give one of them", USAGE)
    request = request_from(name, assignments or [], params)
    stopped_by = None
    with exit_on_refusal():
        if queue or wait:
            services = load_services()
            execution = services.executions.request(request, requested_by="cli")
            if wait:
                execution = _followed(services, execution.id, quiet=as_json)
        else:
            from adops_pipeline.cli.workflow_local import run_here

            execution, stopped_by = run_here(request, quiet=as_json)
    _print_and_exit(execution, as_json=as_json, code=None if stopped_by is None else INTERRUPTED)


def executions_command(
    status: Annotated[Status | None, typer.Option(help="Only executions with this status.")] = None,
    workflow: Annotated[str | None, typer.Option(help="Only executions of this workflow.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List executions, newest first: who requested them, how long they took, and their result.

    Example: adops workflow executions --workflow pacing-check --status failed
    """
    from adops_pipeline.cli import workflow_views as views
    from adops_pipeline.cli.workflow_input import require_workflow

    if workflow is not None:
        require_workflow(workflow)
    with exit_on_refusal():
        rows = load_services().executions.newest(limit, status=status, workflow_id=workflow)
    if as_json:
        from adops_pipeline.services.documents.workflows import execution_document

        print_json([execution_document(row) for row in rows])
    elif rows:
        views.list_executions(rows)
        print_line("Details of one: adops workflow show ID")
    else:
        kind = f"No {status} execution" if status else "No execution"
        of_workflow = f" of {workflow}" if workflow else ""
        print_line(f"{kind}{of_workflow} yet. Start one: adops workflow run {workflow or 'NAME'}")


def cancel(typed: ExecutionId, as_json: AsJson = False) -> None:
    """Cancel an execution: at once if it is still queued, otherwise as soon as its run can stop."""
    services = load_services()
    execution = _execution(services, typed)
    with exit_on_refusal():
        execution = services.executions.cancel(execution.id, by=login_name())
    if as_json:
        _print_document(execution)
    elif execution.status == "cancelled":
        print_line(f"{execution.id} is cancelled")
    else:
        print_line(f"{execution.id} was asked to stop")


def retry(
    typed: ExecutionId,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it has ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """Queue a failed or cancelled execution again, with the same parameters. The daemon of `adops up` runs it."""
    services = load_services()
    failed = _execution(services, typed)
    with exit_on_refusal():
        again = services.executions.retry(failed.id, requested_by="cli")
        if wait:
            again = _followed(services, again.id, quiet=as_json)
    _print_and_exit(again, as_json=as_json)


def _print_and_exit(execution: "Execution", *, as_json: bool, code: int | None = None) -> None:
    """Print the execution's result, or its id while it has none, and end with ``code`` or the execution's own."""
    from adops_pipeline.cli import workflow_views as views

    if as_json:
        _print_document(execution)
    elif execution.has_ended:
        views.show_result(execution)
    else:
        print(execution.id)
    raise typer.Exit(_exit_code(execution) if code is None else code)


def _print_document(execution: "Execution") -> None:
    from adops_pipeline.services.documents.workflows import execution_document

    print_json(execution_document(execution))


def _followed(services: "Services", execution_id: str, *, quiet: bool) -> "Execution":
    from adops_pipeline.cli.workflow_progress import StageLines, follow

    with StageLines(visible=not quiet) as lines:
        lines.note(f"execution {execution_id}")
        return follow(services, execution_id, lines)


def _execution(services: "Services", typed: str) -> "Execution":
    """The execution with this id, or with an id that begins so among the newest thousand."""
    with exit_on_refusal():
        if len(typed) >= _FULL_ID:
            return services.executions.get(typed)
        newest = {execution.id: execution for execution in services.executions.newest(_SEARCHED)}
        return newest[by_prefix("execution", typed, newest)]


def _exit_code(execution: "Execution") -> int:
    """0 completed or not ended, 1 failed or cancelled, 3 completed with a critical finding."""
    if execution.status in ("failed", "cancelled"):
        return FAILED
    found = (execution.result or {}).get("found", ())
    return UNFINISHED if any(finding.get("severity") == "critical" for finding in found) else OK
