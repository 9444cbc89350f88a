"""Dagster's home: the project's root, or a copy of its dagster.yaml in another data folder."""

import os
from pathlib import Path

import yaml

from adops_pipeline.settings import PROJECT_ROOT

_BATCH_SIZE = "1000"
"""Number of events that Dagster stores in one batch; its default is one."""


def ensure_dagster_home(data_dir: Path) -> Path:
    """Set ``DAGSTER_HOME`` unless the user did, make sure its folders exist, and let Dagster write events in batches.

    The project's dagster.yaml has paths relative to the root. They hold when the data folder is the default one and the
    process runs in the root; otherwise a copy with absolute paths is written to ``<data>/dagster/home``.
    """
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", _BATCH_SIZE)
    given = os.environ.get("DAGSTER_HOME")
    if given:
        return Path(given)
    home = PROJECT_ROOT
    if data_dir != PROJECT_ROOT / "data" or Path.cwd() != PROJECT_ROOT:
        home = data_dir / "dagster" / "home"
        _write_copy(home, data_dir)
    (data_dir / "dagster").mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    return home


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
