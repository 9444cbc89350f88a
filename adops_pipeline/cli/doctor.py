"""`adops doctor`: checks settings, files and the access to each platform."""

import typer
from rich.markup import escape
from rich.table import Column, Table

from adops_pipeline.cli.console import FAILED, out
from adops_pipeline.cli.front import load_services

_HELP = """Check settings, data folder, rates, currencies and warehouse, and which identity each platform reports.

Exit code: 0 if all checks pass, 1 if one fails, 2 if a setting is wrong or missing.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="doctor", help=_HELP)(doctor)


def doctor() -> None:
    """Check everything that a run depends on."""
    from adops_pipeline.services.health import examine

    services = load_services()
    findings = examine(services.settings, services.warehouse, services.sync.connect, services.clock().date())
    table = Table("", "What", Column("Finding", overflow="fold"))  # paths and ids are whole
    for finding in findings:
        table.add_row(
            "[green]✓[/green]" if finding.is_well else "[red]✗[/red]", finding.subject, escape(finding.detail)
        )
    out.print(table)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(FAILED)
