"""How the command line talks: consoles, exit codes, money and counts as people read them."""

from decimal import Decimal
from typing import NoReturn

import typer
from rich.console import Console

OK, FAILED, USAGE, UNFINISHED = 0, 1, 2, 3
"""Exit codes; 3 means finished, but with rejects, failed accounts or failed checks."""

_PLAIN_WIDTH = 120


def _console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal; wide enough for every table where the output goes to a file or a pipe."""
    console = Console(stderr=stderr)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console


out = _console()
err = _console(stderr=True)

# Currencies without minor units, as ISO 4217 lists them.
_NO_MINOR_UNIT = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "XAF", "XOF"}
)


def money(amount: Decimal, currency: str) -> str:
    """An amount with its thousands, to the currency's minor unit: ``12,345.60``."""
    return f"{amount:,.0f}" if currency in _NO_MINOR_UNIT else f"{amount:,.2f}"


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End with a line on stderr."""
    err.print(f"[red]error[/red] {message}", highlight=False, soft_wrap=True, markup=True)
    raise typer.Exit(code)
