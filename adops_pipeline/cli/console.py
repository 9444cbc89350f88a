"""How the command line talks: consoles, exit codes, money and counts as people read them."""

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


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End with a line on stderr."""
    err.print(f"[red]error[/red] {message}", highlight=False, soft_wrap=True, markup=True)
    raise typer.Exit(code)
