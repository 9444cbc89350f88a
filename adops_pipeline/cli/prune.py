"""`adops prune`: delete what is older than the settings of `[retention]`."""

from typing import Annotated

import typer

from adops_pipeline.cli.console import out
from adops_pipeline.cli.family import AsJson
from adops_pipeline.cli.front import exit_on_refusal, load_services, print_json
from adops_pipeline.cli.own_runs import say_who_runs


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="prune")(prune)


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be deleted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete what is older than the settings of `[retention]` allow; `adops up` does it every day.

    Superseded raw files, events, messages, Dagster's runs and logs, unfinished files. What is still needed stays.

    Example: adops prune --dry-run
    """
    import dagster as dg

    from adops_pipeline.cli.dagster_home import ensure_dagster_home
    from adops_pipeline.dagster_storage.retention import prune_in_turn
    from adops_pipeline.services.documents.retention import prune_document, prune_lines

    services = load_services()
    ensure_dagster_home(services.settings.data_dir)
    with exit_on_refusal(), dg.DagsterInstance.get() as instance:
        found = prune_in_turn(services, instance, say_who_runs, dry_run=dry_run)
        services.close_store()
    if as_json:
        print_json(prune_document(found, dry_run=dry_run))
        return
    for line in prune_lines(found, dry_run=dry_run):
        out.print(line, highlight=False, soft_wrap=True)
