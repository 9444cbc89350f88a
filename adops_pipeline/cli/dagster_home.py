"""Dagster's home: the project's root, or a copy of its dagster.yaml in another data folder."""

import os
from datetime import UTC, datetime
from pathlib import Path

import yaml

from adops_pipeline.cli.console import USAGE, err, fail
from adops_pipeline.cli.permissions import keep_private
from adops_pipeline.settings import PROJECT_ROOT

_SQLITE = b"SQLite format 3\0"
"""How every SQLite file begins; one without any bytes is new."""
_BATCH_SIZE = "1000"
"""Number of events that Dagster stores in one batch; its default is one."""


def ensure_dagster_home(data_dir: Path) -> Path:
    """Set ``DAGSTER_HOME`` unless the user did, make sure its folders exist, and let Dagster write events in batches.

    The project's dagster.yaml has paths relative to the root. They hold when the data folder is the default one and the
    process runs in the root; otherwise a copy with absolute paths is written to ``<data>/dagster/home``.
    """
    make_data_dir(data_dir)
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", _BATCH_SIZE)
    given = os.environ.get("DAGSTER_HOME")
    if given:
        return Path(given)
    home = PROJECT_ROOT
    if data_dir != PROJECT_ROOT / "data" or Path.cwd() != PROJECT_ROOT:
        home = data_dir / "dagster" / "home"
        _write_copy(home, data_dir)
    (data_dir / "dagster").mkdir(parents=True, exist_ok=True)
    keep_damaged_records_aside(data_dir / "dagster" / "storage")
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def keep_damaged_records_aside(storage: Path) -> None:
    """Rename Dagster's storage folder where a file in it is no SQLite database; Dagster then begins a new one.

    What is lost are Dagster's records of runs and materializations; tables, executions and alerts are elsewhere.
    """
    damaged = next((path for path in sorted(storage.rglob("*.db")) if not _is_sqlite(path)), None)
    if damaged is None:
        return
    aside = storage.with_name(f"{storage.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    storage.rename(aside)
    err.print(
        f"[yellow]note[/yellow] Dagster's records of runs were damaged ({damaged.name} is no database): they were kept "
        f"as {aside}, and new ones begin. Tables and executions are not affected",
        highlight=False,
        soft_wrap=True,
    )


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) in (b"", _SQLITE)


def make_data_dir(data_dir: Path) -> None:
    """Create the data folder, which only its owner may read, or end the command with the reason."""
    if data_dir.is_dir():
        keep_private(data_dir)
        return
    try:
        data_dir.mkdir(parents=True, mode=0o700)
    except OSError as error:
        reason = "it is a file" if data_dir.exists() else (error.strerror or str(error))
        fail(f"the data folder {data_dir} cannot be made ({reason}); set ADOPS_DATA_DIR to a folder", USAGE)


def _write_copy(home: Path, data_dir: Path) -> None:
    config = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    text = yaml.safe_dump(_absolute(config, data_dir), sort_keys=False)
    home.mkdir(parents=True, exist_ok=True)
    partial = home / f".dagster.yaml.{os.getpid()}"
    partial.write_text(text, encoding="utf-8")
    partial.replace(home / "dagster.yaml")


def _absolute(node: object, data_dir: Path) -> object:
    """``data/…`` anywhere in the configuration becomes a path in the data folder."""
    if isinstance(node, dict):
        return {key: _absolute(value, data_dir) for key, value in node.items()}
    if isinstance(node, list):
        return [_absolute(value, data_dir) for value in node]
    if isinstance(node, str) and node.startswith("data/"):
        return str(data_dir / node.removeprefix("data/"))
    return node
