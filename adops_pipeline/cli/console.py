"""Consoles and exit codes of the command line."""

from typing import NoReturn

import typer
from rich.console import Console

OK, FAILED, USAGE, UNFINISHED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes; 3: finished, but with rejected rows, failed accounts or failed checks; 130: by Ctrl-C or SIGTERM."""

_PLAIN_WIDTH = 120


def _console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough for every table if the output is a file or a pipe."""
    console = Console(stderr=stderr)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console


out = _console()
err = _console(stderr=True)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """Print the message to stderr and exit."""
    err.print(f"[red]error[/red] {message}", highlight=False, soft_wrap=True, markup=True)
    raise typer.Exit(code)
