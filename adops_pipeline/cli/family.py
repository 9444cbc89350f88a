"""Families of commands, such as `adops alerts`: how one is added, and the options that many of them have."""

from collections.abc import Callable, Mapping
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Commands = Mapping[str, Callable[..., None]]
"""Commands of a family by their names."""
By = Annotated[str | None, typer.Option(help="Your name (default: your login name).")]


def add_family(
    app: typer.Typer,
    name: str,
    about: str,
    commands: Commands,
    helps: Mapping[str, str] | None = None,
) -> None:
    """Add commands in the order of their listing; without a text in ``helps`` a command's docstring is its help."""
    family = typer.Typer(no_args_is_help=True, help=about, rich_markup_mode="markdown")
    for called, command in commands.items():
        family.command(name=called, help=(helps or {}).get(called))(command)
    app.add_typer(family, name=name)
