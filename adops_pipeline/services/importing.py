"""Imports a folder of JSON files from an older store into the operational store."""

from collections.abc import Callable
from pathlib import Path

from adops_pipeline.clock import Clock
from adops_pipeline.operations.importing import BadRecordError, Imported, import_folder
from adops_pipeline.operations.store import Store

__all__ = ["BadRecordError", "Imported", "Importer"]


class Importer:
    """Imports into one installation, whose data folder may not be the folder that is imported."""

    def __init__(self, store: Callable[[], Store], clock: Clock, data_dir: Path) -> None:
        self._store, self._clock, self._data_dir = store, clock, data_dir

    def import_folder(self, folder: Path, *, dry_run: bool) -> Imported:
        """Import everything or nothing. Raises BadRecordError, a StoreError, for the first wrong record."""
        return import_folder(self._store(), folder, self._clock(), dry_run=dry_run, in_use=[self._data_dir])
