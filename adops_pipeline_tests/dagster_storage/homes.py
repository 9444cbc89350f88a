"""Dagster instances on files: with our storage, and with Dagster's own in the same places."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

OURS = {"custom": {"module": "adops_pipeline.dagster_storage.storage", "class": "Storage"}}
STOCK: Mapping[str, Any] = {"sqlite": {}}


def opened(home: Path, storage: Mapping[str, Any]) -> dg.DagsterInstance:
    """An instance whose files are below ``home``."""
    home.mkdir(parents=True, exist_ok=True)
    base = {"base_dir": str(home / "storage")}
    ((kind, options),) = storage.items()
    configured = {**options, "config": base} if kind == "custom" else base
    config = {"storage": {kind: configured}, "telemetry": {"enabled": False}}
    # A file of its own for each process: another one could read it while it is being written.
    name = f"dagster-{os.getpid()}.yaml"
    (home / name).write_text(yaml.safe_dump(config))
    return dg.DagsterInstance.from_config(str(home), config_filename=name)


def shard(home: Path, name: str) -> Path:
    """The file of a run's events, or of the index."""
    return home / "storage" / "history" / "runs" / f"{name}.db"
