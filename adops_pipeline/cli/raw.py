"""`adops raw`: the landed files – what may go, and building the tables anew from them."""

from typing import Annotated

import typer

from adops_pipeline.cli.console import out


def register(app: typer.Typer) -> None:
    """Add the family."""
    family = typer.Typer(
        no_args_is_help=True, help="The landed raw files: prune superseded ones, rebuild tables from them."
    )
    family.command(name="prune")(prune)
    family.command(name="rebuild")(rebuild)
    app.add_typer(family, name="raw")


def prune(
    keep_days: Annotated[int, typer.Option(min=0, help="Keep every file younger than this.")] = 90,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Delete raw files that newer pulls have wholly superseded; the newest of every account and day always stays.

    Example: adops raw prune --keep-days 60 --dry-run
    """
    from adops_pipeline.clock import system_clock
    from adops_pipeline.settings import load_settings
    from adops_pipeline.warehouse.ledger import prune as prune_files
    from adops_pipeline.wiring import build_services

    services = build_services(load_settings())
    with services.warehouse.writing() as con:
        gone = prune_files(con, services.landing, keep_days=keep_days, now=system_clock(), dry_run=dry_run)
    size = sum(item.bytes for item in gone)
    verb = "would free" if dry_run else "freed"
    out.print(f"{len(gone):,} superseded files, {verb} {size / 1e6:,.1f} MB", highlight=False)


def rebuild() -> None:
    """Empty the unified tables and build them anew from the landed files. The snapshot is replaced at the end."""
    from adops_pipeline.settings import load_settings
    from adops_pipeline.warehouse.ledger import rebuild as forget
    from adops_pipeline.warehouse.publish import publish
    from adops_pipeline.warehouse.unify import unify_all
    from adops_pipeline.wiring import build_services

    services = build_services(load_settings())
    with services.warehouse.writing() as con:
        forget(con, services.landing)
        unified = unify_all(con, services.landing, services.normalize_options)
    published = publish(services.warehouse, services.snapshot_path)
    out.print(
        f"rebuilt from {unified.pulls:,} pulls: {sum(published.tables.values()):,} rows, {unified.rejects:,} rejects",
        highlight=False,
    )
