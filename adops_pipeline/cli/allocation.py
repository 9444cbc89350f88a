"""`adops allocate`: the best split of a total over response curves. Curves come from a file, not the warehouse."""

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import USAGE, fail, out
from adops_pipeline.cli.files import read_text, shown
from adops_pipeline.cli.front import print_json

_MOST = Decimal(10) ** 15
_HELP = """Split a budget over response curves so that the marginal return is the same on every curve.

FILE is `{"curves": [{"name", "beta", "half_saturation", "slope", "min", "max"}]}`; the response to spend s is
beta·s^slope / (half_saturation^slope + s^slope). The plan respects each minimum and maximum and sums to the cent.

Example:

    adops allocate --curves curves.json --total 1000 --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="allocate", help=_HELP)(allocate_command)


def allocate_command(
    curves: Annotated[Path, typer.Option(metavar="FILE.json", help="JSON file of response curves.")],
    total: Annotated[str, typer.Option(help="Budget to split.")],
    step: Annotated[
        str, typer.Option(help="Smallest unit of money: 0.01, or 1 for currencies without cents.")
    ] = "0.01",
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    """Find the best split."""
    from adops_pipeline.domain.allocation import AllocationError, allocate, parse_curves

    document = _document(curves)
    try:
        parsed, bounds = parse_curves(document)
        plan = allocate(parsed, _amount("--total", total), bounds, step=_amount("--step", step, above_zero=True))
    except AllocationError as error:
        fail(f"{shown(curves, '--curves')}: {escape(str(error))}", USAGE)
    if as_json:
        print_json(
            {
                "allocation": {name: float(spend) for name, spend in plan.allocation.items()},
                "response": plan.response,
                "marginal": plan.marginal,
            }
        )
        return
    table = Table("Name", "Spend", "Marginal return")
    for name, spend in plan.allocation.items():
        table.add_row(escape(name), f"{spend:,}", f"{plan.marginal[name]:.4g}")
    out.print(table)
    out.print(f"response {plan.response:,.4g}; unspent {plan.unspent:,}", highlight=False)


def _amount(option: str, text: str, *, above_zero: bool = False) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        fail(f"{option} {escape(repr(text))} is not an amount, e.g. 1000 or 999.50", USAGE)
    if not amount.is_finite() or not 0 <= amount < _MOST or (above_zero and not amount):
        least = "above 0" if above_zero else "from 0"
        fail(f"{option} {escape(text)} is not an amount {least} to below {_MOST:.0e}", USAGE)
    return amount


def _document(path: Path) -> dict[str, object]:
    try:
        document = json.loads(read_text(path, "--curves"))
    except (ValueError, RecursionError) as error:
        fail(f"{shown(path, '--curves')} is not JSON: {escape(str(error))}", USAGE)
    if not isinstance(document, dict):
        fail(f'{shown(path, "--curves")}: expected an object like {{"curves": [...]}}', USAGE)
    return document
