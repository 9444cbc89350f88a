"""`adops export`: a published table or view as a file, or all of them in a folder."""

import codecs
import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from adops_pipeline.cli.console import FAILED, USAGE, err, fail
from adops_pipeline.cli.front import by_prefix, exit_on_refusal, load_services
from adops_pipeline.cli.permissions import as_the_user_writes
from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.terminal import json_for_terminal, lines_for_terminal

if TYPE_CHECKING:
    from adops_pipeline.services.exports.exports import Download
    from adops_pipeline.services.exports.requests import ExportRequest

_HELP = """Write a published table or view to a file: all rows, or those of some days, platforms or campaigns.

With `--all`, write every published table and view into a folder for each format, with a manifest.
With `--powerbi-project`, write a Power BI project that reads the Parquet files or the OData feed.

In CSV and XLSX a text that a spreadsheet would compute gets an apostrophe before it.

Examples:

    adops export analytics_metrics --format parquet --from 2026-11-01 --to 2026-11-30

    adops export budgets_now --format xlsx --platform meta-ads --output budgets.xlsx

    adops export analytics_metrics --columns date,campaign_name,spend --format csv --output - | head

    adops export --all --formats parquet,xlsx --folder ~/reports

    adops export --all --powerbi-project
"""
_STDOUT = "-"
Several = list[str] | None


def _only(what: str) -> object:
    """An option that leaves out the rows of others."""
    return typer.Option(help=f"Only this {what}; repeat for several.")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="export", help=_HELP)(export)


def export(
    table: Annotated[str | None, typer.Argument(help="A table or view; `adops tables` lists them.")] = None,
    *,
    every_table: Annotated[bool, typer.Option("--all", help="Every table and view, in a folder.")] = False,
    powerbi_project: Annotated[
        bool, typer.Option("--powerbi-project", help="The Power BI project; with --all also the tables.")
    ] = False,
    formats: Annotated[
        str, typer.Option(help="Formats of --all, separated by commas (default: setting exports.formats).")
    ] = "",
    folder: Annotated[
        Path | None, typer.Option(help="Folder of --all and the project (default: exports in the data folder).")
    ] = None,
    fmt: Annotated[Format, typer.Option("--format", help="Kind of the file.")] = Format.CSV,
    columns: Annotated[str, typer.Option(help="Columns, separated by commas, in this order (default: all).")] = "",
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    platform: Annotated[Several, _only("platform")] = None,
    account: Annotated[Several, _only("account")] = None,
    campaign: Annotated[Several, _only("campaign")] = None,
    currency: Annotated[Several, _only("currency")] = None,
    status: Annotated[Several, _only("status, verdict or severity")] = None,
    project: Annotated[str | None, typer.Option(help="Only campaigns of this project, by name or id.")] = None,
    search: Annotated[str | None, typer.Option(help="Text within the name, ignoring case.")] = None,
    output: Annotated[
        str | None, typer.Option(help="File to write; - for stdout (default: a name in the current folder).")
    ] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Begin CSV with a byte order mark, for Excel.")] = False,
) -> None:
    """Write the file, or the folder."""
    if every_table or powerbi_project:
        from adops_pipeline.cli.export_folders import write_folders

        write_folders(table, formats, folder, tables=every_table, project=powerbi_project)
        return
    if table is None:
        fail("name a table or view (`adops tables` lists them), or give --all", USAGE)
    if formats or folder is not None:
        fail("--formats and --folder go with --all; a single table has --format and --output", USAGE)
    if output == _STDOUT and fmt in (Format.PARQUET, Format.XLSX) and sys.stdout.isatty():
        fail(f"{fmt} is not for a terminal; name a file with --output, or send it to a program", USAGE)
    filters = {"platform": platform, "accountId": account, "campaignId": campaign, "currency": currency,
               "status": status}  # fmt: skip
    with exit_on_refusal():
        request = _request(table, fmt, columns, filters, (first, last))
        _write(replace(request, project_id=project, search=search, with_bom=bom), output)


def _request(
    table: str,
    kind: Format,
    columns: str,
    filters: Mapping[str, Sequence[str] | None],
    days: tuple[datetime | None, datetime | None],
) -> "ExportRequest":
    """What to write, of a table's columns and rows as they were asked for."""
    from adops_pipeline.services.exports.requests import ExportRequest

    first, last = (None if day is None else day.date() for day in days)
    return ExportRequest(
        table=table,
        kind=kind,
        columns=[name.strip() for name in columns.split(",") if name.strip()],
        filters={name: chosen or () for name, chosen in filters.items()},
        first=first,
        last=last,
    )


def _write(request: "ExportRequest", output: str | None) -> None:
    from adops_pipeline.domain.projects import ProjectStatus

    services = load_services()
    if request.project_id is not None:
        known = {one.id: one.fields.name for one in services.projects.every(tuple(ProjectStatus))}
        request = replace(request, project_id=by_prefix("project", request.project_id, known, known))
    download = services.exports.open(request)
    try:
        if output == _STDOUT:
            _to_stdout(download, is_json=request.kind in (Format.JSON, Format.POWERBI))
            return
        path = Path(output or download.name)
        with as_the_user_writes(), _replacing(path) as file:
            _copy(download, file)
        err.print(f"{download.rows:,} rows, {path.stat().st_size / 1e6:,.1f} MB: {path}", highlight=False)
    finally:
        download.close()


def _copy(download: "Download", file: IO[bytes]) -> None:
    while (chunk := download.next_chunk()) is not None:
        file.write(chunk)


def _show(download: "Download", shown: Callable[[str], str]) -> None:
    """Print a file for people to look at, in which names do not act on the terminal."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")(), translate=True)
    while (chunk := download.next_chunk()) is not None:
        sys.stdout.write(shown(decoder.decode(chunk)))


def _to_stdout(download: "Download", *, is_json: bool) -> None:
    try:
        if sys.stdout.isatty():
            _show(download, json_for_terminal if is_json else lines_for_terminal)
        else:
            _copy(download, sys.stdout.buffer)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has enough. Python would complain once more when it flushes stdout at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(FAILED) from None


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file beside ``path`` that takes its place when it is complete; after a failure ``path`` is as before."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}")
    finally:
        with suppress(OSError):
            partial.unlink()
