"""`adops export --all`: every published table and view in folders, one for each format; and the Power BI project."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from adops_pipeline.cli.console import USAGE, err, fail
from adops_pipeline.cli.front import exit_on_refusal, load_services
from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.workflows.nearest import did_you_mean

if TYPE_CHECKING:
    from adops_pipeline.wiring import Services


def write_folders(table: str | None, formats: str, to: Path | None, *, tables: bool, project: bool) -> None:
    """Write formats (by default those of the settings) and project into subfolders of ``to``, with progress."""
    if table is not None:
        fail(f"--all and --powerbi-project write folders; leave {escape(table)} out, or them", USAGE)
    chosen = _formats(formats)
    services = load_services()
    root = to.expanduser() if to else services.exports_folder
    with exit_on_refusal():
        for kind in (chosen or services.settings.exports.formats) if tables else ():
            _write(services, kind, root / kind)
        if project:
            _write_project(services, root / Format.POWERBI)


def _formats(typed: str) -> tuple[Format, ...]:
    names = [name.strip() for name in typed.split(",") if name.strip()]
    for name in names:
        if name not in list(Format):
            fail(f"--formats: {escape(name)} is none of {', '.join(Format)}{did_you_mean(name, Format)}", USAGE)
    return tuple(Format(name) for name in dict.fromkeys(names))


def _write(services: "Services", kind: Format, folder: Path) -> None:
    try:
        with err.status(f"{kind}: …") as status:
            written = services.table_files.write(
                kind,
                folder,
                lambda table, done, total: status.update(f"{kind}: {table} ({done + 1} of {total})"),
            )
    except OSError as error:
        fail(f"{escape(str(folder))} cannot be written: {error.strerror}")
    line = f"{kind}: {len(written.tables)} tables, {written.rows:,} rows, {written.bytes / 1e6:,.1f} MB: {folder}"
    err.print(escape(line), highlight=False, soft_wrap=True)
    for one in written.tables:
        if one.note:
            err.print(f"[yellow]{one.table.name}[/yellow] {escape(one.note)}", highlight=False, soft_wrap=True)


def _write_project(services: "Services", folder: Path) -> None:
    try:
        path = services.powerbi_project.write(folder)
    except OSError as error:
        fail(f"{escape(str(folder))} cannot be written: {error.strerror}")
    err.print(f"Power BI project: {escape(str(path))}", highlight=False, soft_wrap=True)
