"""`adops workflow`: what can be run, running it here or by the daemon, and what became of it."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adops_pipeline.cli.console import FAILED, OK, UNFINISHED
from adops_pipeline.cli.front import by_prefix, load_services, print_json, refusals, say, user_name

if TYPE_CHECKING:
    from adops_pipeline.operations.executions import Execution
    from adops_pipeline.wiring import Services

_FAMILY = """Workflows: list what there is, run one, see what became of it.

Examples:

    adops workflow list

    adops workflow run quick-pacing-check

    adops workflow executions --status failed
"""
_RUN_HELP = """Run a workflow or a template, here and now, and print its result.

It runs in this process and shows in Dagster's UI like any other run. With --queue the daemon of `adops up` runs it, and
the execution's id is printed at once; with --wait the command stays until that is done.

A value of --set is read as JSON or else as text; commas make a list, dots reach into a group. With --params FILE (or -
for standard input) the parameters come from a JSON object; --set goes on top of it.

Exit codes: 0 done, 1 failed or cancelled, 2 a parameter is wrong (a line for each), 3 done and a finding is critical.

Examples:

    adops workflow run pacing-check --set lookbackDays=7 --set platforms=google-ads,meta-ads

    adops workflow run month-end-close --set thresholds.overRatio=1.05 --json

    adops workflow run sync-platforms --set platforms=pinterest --wait
"""
Status = Literal["pending", "running", "completed", "failed", "cancelled"]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
ExecutionId = Annotated[str, typer.Argument(metavar="ID", help="An execution's id; its first 6 characters will do.")]


def register(app: typer.Typer) -> None:
    """Add the family."""
    family = typer.Typer(no_args_is_help=True, help=_FAMILY, rich_markup_mode="markdown")
    family.command(name="list")(list_command)
    family.command(name="show")(show)
    family.command(name="run", help=_RUN_HELP)(run)
    family.command(name="executions")(executions_command)
    family.command(name="cancel")(cancel)
    family.command(name="retry")(retry)
    app.add_typer(family, name="workflow")


def list_command(as_json: AsJson = False) -> None:
    """Every workflow and every template, with descriptions and parameters."""
    from adops_pipeline.cli import workflow_views as views

    if as_json:
        print_json(views.workflows_document())
    else:
        views.list_workflows()


def show(
    name: Annotated[str, typer.Argument(metavar="NAME|ID", help="A workflow, a template, or an execution's id.")],
    as_json: AsJson = False,
) -> None:
    """A workflow with its parameters and stages, a template, or an execution with its result.

    Examples: adops workflow show pacing-check, adops workflow show 1f3a9c02
    """
    from adops_pipeline.cli import workflow_views as views
    from adops_pipeline.domain.workflows import TEMPLATES, WORKFLOWS

    if name in WORKFLOWS:
        workflow = WORKFLOWS[name]
        print_json(views.workflow_document(workflow)) if as_json else views.show_workflow(workflow)
    elif name in TEMPLATES:
        template = TEMPLATES[name]
        print_json(views.template_document(template)) if as_json else views.show_template(template)
    else:
        execution = _execution(load_services(), name)
        views.print_execution(execution) if as_json else views.show_execution(execution)


def run(
    name: Annotated[str, typer.Argument(metavar="WORKFLOW|TEMPLATE", help="What to run; `adops workflow list`.")],
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter; may be repeated.")
    ] = None,
    params: Annotated[str | None, typer.Option(metavar="FILE|-", help="Parameters as a JSON object.")] = None,
    queue: Annotated[bool, typer.Option("--queue", help="Let the daemon run it; print the execution's id.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Let the daemon run it, and stay until it is done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a workflow."""
    from adops_pipeline.cli import workflow_views as views
    from adops_pipeline.cli.workflow_input import order_of

    order = order_of(name, assignments or [], params)
    with refusals():
        if queue or wait:
            from adops_pipeline.cli.workflow_queue import enqueue

            services = load_services()
            execution = enqueue(services, order)
            if wait:
                execution = _followed(services, execution.id, quiet=as_json)
        else:
            from adops_pipeline.cli.workflow_local import run_here

            execution = run_here(order, quiet=as_json)
    if as_json:
        views.print_execution(execution)
    elif execution.has_ended:
        views.show_result(execution)
    else:
        print(execution.id)
    raise typer.Exit(_exit_code(execution))


def executions_command(
    status: Annotated[Status | None, typer.Option(help="Only those.")] = None,
    workflow: Annotated[str | None, typer.Option(help="Only those of a workflow.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """What was run, newest first: by whom it was asked for, how long it took, what came of it.

    Example: adops workflow executions --workflow pacing-check --status failed
    """
    from adops_pipeline.cli import workflow_views as views
    from adops_pipeline.cli.workflow_input import named_workflow
    from adops_pipeline.operations import executions

    if workflow is not None:
        named_workflow(workflow)
    with refusals(), load_services().store.reading() as con:
        rows = executions.latest(con, limit, status=status, workflow_id=workflow)
    if as_json:
        print_json([views.execution_document(row) for row in rows])
    elif rows:
        views.list_executions(rows)
        say("One of them in full: adops workflow show ID")
    else:
        kind = f"No {status} execution" if status else "No execution"
        say(f"{kind}{f' of {workflow}' if workflow else ''} yet; `adops workflow run {workflow or 'NAME'}` makes one.")


def cancel(typed: ExecutionId, as_json: AsJson = False) -> None:
    """Cancel an execution: at once while it waits, as soon as it can stop while it runs."""
    from adops_pipeline.cli import workflow_views as views
    from adops_pipeline.operations import executions

    services = load_services()
    execution = _execution(services, typed)
    with refusals():
        with services.store.writing() as con:
            status = executions.cancel(con, execution.id, services.clock(), by=user_name())
        if as_json:
            views.print_execution(_execution(services, execution.id))
            return
    say(f"{execution.id} is cancelled" if status == "cancelled" else f"{execution.id} was asked to stop")


def retry(
    typed: ExecutionId,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until it is done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask for a failed or cancelled execution again, with the same parameters; the daemon of `adops up` runs it."""
    from adops_pipeline.cli import workflow_views as views
    from adops_pipeline.operations import executions

    services = load_services()
    failed = _execution(services, typed)
    with refusals():
        with services.store.writing() as con:
            again = executions.retry(con, failed.id, requested_by="cli", at=services.clock())
        if wait:
            again = _followed(services, again.id, quiet=as_json)
    if as_json:
        views.print_execution(again)
    elif again.has_ended:
        views.show_result(again)
    else:
        print(again.id)
    raise typer.Exit(_exit_code(again))


def _followed(services: "Services", execution_id: str, *, quiet: bool) -> "Execution":
    from adops_pipeline.cli.workflow_progress import StageLines
    from adops_pipeline.cli.workflow_queue import follow

    with StageLines(visible=not quiet) as lines:
        lines.note(f"execution {execution_id}")
        return follow(services, execution_id, lines)


def _execution(services: "Services", typed: str) -> "Execution":
    """The execution of an id, or of its beginning among the newest thousand."""
    from adops_pipeline.operations import executions

    with refusals(), services.store.reading() as con:
        newest = [execution.id for execution in executions.latest(con, 1000)]
        known = typed if len(typed) >= 32 else by_prefix("execution", typed, newest)
        return executions.get(con, known)


def _exit_code(execution: "Execution") -> int:
    """0 done or waiting, 1 failed or cancelled, 3 done with a critical finding."""
    if execution.status in ("failed", "cancelled"):
        return FAILED
    found = (execution.result or {}).get("found", ())
    return UNFINISHED if any(finding.get("severity") == "critical" for finding in found) else OK
