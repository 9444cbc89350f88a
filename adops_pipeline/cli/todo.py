"""`adops todo`: what to do today, by account."""

import dataclasses
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from adops_pipeline.cli.console import out
from adops_pipeline.cli.family import AsJson
from adops_pipeline.cli.front import exit_on_refusal, load_services, print_json, print_line
from adops_pipeline.domain.vocabulary import Platform

if TYPE_CHECKING:
    from adops_pipeline.warehouse.queries.todo import TodoRow

_HELP = """What to do today: at most a handful of actions per account, the most money first, one per campaign.

It is made of pacing, outages and other anomalies, decided A/B tests and the budget plan, which do not contradict each
other here. It reads the published data of the last run.

Examples:

    adops todo

    adops todo --platform meta-ads --json
"""
_STYLES = {"critical": "red", "warning": "yellow", "info": "dim"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="todo", help=_HELP)(todo)


def todo(
    platform: Annotated[Platform | None, typer.Option(help="Only accounts of this platform.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the list."""
    from adops_pipeline.warehouse.queries.todo import read_todo

    with exit_on_refusal():
        rows = [row for row in read_todo(load_services().snapshot_path) if platform in (None, row.platform)]
    if as_json:
        print_json([_document(row) for row in rows])
    elif rows:
        _print_lists(rows)
    else:
        print_line("Nothing asks for an action today.")


def _document(row: "TodoRow") -> dict[str, object]:
    money = None if row.money_at_stake is None else str(row.money_at_stake)
    return dataclasses.asdict(row) | {"money_at_stake": money, "as_of": row.as_of.isoformat()}


def _print_lists(rows: Sequence["TodoRow"]) -> None:
    from adops_pipeline.domain.money import format_money

    for _, of_account in groupby(rows, key=lambda row: (row.platform, row.account_id)):
        actions = list(of_account)
        first = actions[0]
        print_line(f"[bold]{escape(first.account_name or first.account_id)}[/bold] ({first.platform}), {first.as_of}")
        for row in actions:
            style = _STYLES[row.severity]
            money = "" if row.money_at_stake is None else f", {format_money(row.money_at_stake, row.currency)} at stake"
            name = escape(row.campaign_name or row.campaign_id)
            print_line(f"  {row.rank}. [{style}]{row.severity}[/{style}] {name}{money}")
            out.print(f"     {escape(row.instruction)}", highlight=False)
            if row.supersedes:
                out.print(f"     [dim]{escape(row.supersedes)}[/dim]", highlight=False)
