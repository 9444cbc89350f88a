"""`adops raw`: delete superseded raw files, rebuild the tables from raw files, read every raw file."""

from typing import Annotated

import typer
from rich.markup import escape

from adops_pipeline.cli.console import UNFINISHED, out
from adops_pipeline.cli.front import exit_on_refusal, load_services, print_line


def register(app: typer.Typer) -> None:
    """Add the family."""
    family = typer.Typer(
        no_args_is_help=True,
        help="Delete superseded raw files, find damaged ones, or rebuild the tables from them.",
    )
    family.command(name="prune")(prune)
    family.command(name="rebuild")(rebuild)
    family.command(name="verify")(verify)
    app.add_typer(family, name="raw")


def prune(
    keep_days: Annotated[int, typer.Option(min=0, max=36500, help="Keep files newer than this many days.")] = 90,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be deleted.")] = False,
) -> None:
    """Delete raw files that newer pulls supersede completely; the newest for each account and day is always kept.

    Unfinished files of failed pulls go, too, when they are that old. `adops prune` deletes everything that is old.

    Example: adops raw prune --keep-days 60 --dry-run
    """
    from adops_pipeline.services.documents.retention import prune_lines

    with exit_on_refusal():
        pruned = load_services().retention.prune_raw(keep_days, dry_run=dry_run)
    for line in prune_lines(pruned, dry_run=dry_run):
        out.print(line, highlight=False, soft_wrap=True)


def rebuild(
    without_damaged: Annotated[
        bool, typer.Option("--without-damaged", help="Build although raw files are damaged or missing, without those.")
    ] = False,
) -> None:
    """Build the unified tables again from the raw files, and replace warehouse and snapshot when that is whole.

    A damaged warehouse file is kept aside. Analyses of a new file are computed by the next `adops run`.

    Example: adops raw rebuild
    """
    with exit_on_refusal():
        rebuilt = load_services().rebuilding.rebuild(without_damaged=without_damaged)
    if rebuilt.kept_aside:
        out.print(f"the damaged file was kept as {rebuilt.kept_aside}", highlight=False, soft_wrap=True)
    out.print(
        f"rebuilt from {rebuilt.pulls:,} pulls: {rebuilt.rows:,} rows, {rebuilt.rejects:,} rejects", highlight=False
    )


def verify() -> None:
    """Read every raw file and name those that are damaged or missing; `adops up` does it every night.

    Exit code 3 if there are any.

    Example: adops raw verify
    """
    from adops_pipeline.services.quality import RESTORE

    with exit_on_refusal():
        found = load_services().quality.raw_files()
    for one in found:
        print_line(f"[red]damaged[/red] {escape(one.example)}")
    if found:
        print_line(f"{len(found):,} raw files are not as they landed: {RESTORE}")
        raise typer.Exit(UNFINISHED)
    print_line("every raw file is as it landed")
