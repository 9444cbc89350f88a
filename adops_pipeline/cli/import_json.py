"""`adops import-json`: imports the JSON files of an older store."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from adops_pipeline.cli.console import USAGE, fail, out
from adops_pipeline.cli.front import load_services

if TYPE_CHECKING:
    from adops_pipeline.services.importing import Imported

_HELP = """Import projects, workflows, executions, events, campaigns and activity from a folder of JSON files.

Each of projects.json, workflows.json, executions.json, events.json, campaigns.json and activity.json is a list of
records or a map of records by id; every file may be missing, but not all. All of it is imported or nothing: the first
record that is not acceptable is named with its file, its index (from 0) and the reason. When every count matches, the
folder is renamed to DIR-backup.

Example: adops import-json old-data --dry-run
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="import-json", help=_HELP)(import_json)


def import_json(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of JSON files.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check all records without importing them.")] = False,
) -> None:
    """Import a folder and print the counts."""
    from adops_pipeline.services.errors import StoreError
    from adops_pipeline.services.importing import BadRecordError

    if not os.path.isdir(folder):  # noqa: PTH112 - a name that no file can have raises in pathlib
        reason = "is a file; name a folder" if os.path.exists(folder) else "does not exist"  # noqa: PTH110
        fail(f"DIR {escape(repr(str(folder)))} {reason}", USAGE)
    try:
        imported = load_services().importer.import_folder(folder, dry_run=dry_run)
    except BadRecordError as error:
        fail(f"{escape(str(error))}; nothing was changed")
    except StoreError as error:
        fail(escape(str(error)))
    _print(imported, dry_run=dry_run)


def _print(imported: "Imported", *, dry_run: bool) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("File", no_wrap=True)
    table.add_column("Table", no_wrap=True)
    table.add_column("Records", justify="right")
    table.add_column("Checked" if dry_run else "In the store", justify="right")
    for file in imported.files:
        table.add_row(file.name, file.table, f"{file.records:,}", f"{file.stored:,}")
    out.print(table)
    if imported.others:
        _say(f"[yellow]not imported[/yellow] {escape(', '.join(imported.others))}")
    if imported.was_there:
        _say("This folder was imported before; nothing was added.")
    if dry_run:
        _say("All records are valid. Nothing was changed: leave out --dry-run to import them.")
    else:
        _say(f"Every count matches. The folder is {escape(str(imported.backup))} now.")


def _say(line: str) -> None:
    out.print(line, highlight=False, soft_wrap=True)
