"""`adops doctor`: are the settings right, is everything there, and who are we to each platform?"""

import typer
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import FAILED, out
from adops_pipeline.cli.front import load_services

_HELP = """Check all settings, the data folder, the rates file and the warehouse; ask each platform who we are.

Exit code 0 when everything is fine, 1 when something needs a hand, 2 when a setting is wrong or missing.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="doctor", help=_HELP)(doctor)


def doctor() -> None:
    """Examine everything a run depends on."""
    from adops_pipeline.services.health import examine

    services = load_services()
    findings = examine(services.settings, services.warehouse, services.sync.connect)
    table = Table("", "What", "Finding")
    for finding in findings:
        table.add_row(
            "[green]✓[/green]" if finding.is_well else "[red]✗[/red]", finding.subject, escape(finding.detail)
        )
    out.print(table)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(FAILED)
