"""Prepared folders that tests copy instead of building them again. All workers of a run share them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def prepared(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """The folder ``name``, filled by ``build`` in the worker that asks first. For reading and copying only."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = root / "prepared" / name
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            build(unfinished)
            unfinished.rename(folder)
    return folder


def prepared_on_empty(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """Like ``prepared``; the folder begins with empty tables, because creating them takes half a second."""
    return prepared(
        factory, name, lambda folder: build(copy_into(prepared(factory, "empty", build_empty_data), folder))
    )


def copy_into(template: Path, folder: Path) -> Path:
    """Copy what is in a prepared folder into ``folder``, and return that."""
    return Path(shutil.copytree(template, folder, dirs_exist_ok=True))


def copy_around(template: Path, folder: Path, linked: str) -> Path:
    """Like `copy_into`, but the file ``linked`` is the template's own: for who replaces it at most."""
    ignored = shutil.ignore_patterns(linked)
    shutil.copytree(template, folder, dirs_exist_ok=True, ignore=ignored)
    (folder / linked).hardlink_to(template / linked)
    return folder


def build_empty_data(folder: Path) -> None:
    """A warehouse with every table and a migrated operational store, both without rows."""
    # Imported here, because conftest loads this module and most tests need neither.
    from adops_pipeline.operations.store import Store  # noqa: PLC0415
    from adops_pipeline.warehouse.connection import Warehouse  # noqa: PLC0415

    with Warehouse(folder / "warehouse.duckdb").writing():
        pass
    with Store(f"sqlite:///{folder / 'operations.db'}") as store:
        store.migrate()


def build_dagster_home(folder: Path) -> None:
    """A home with the storage files of Dagster, without runs: creating their tables takes most of a second."""
    import dagster as dg  # noqa: PLC0415

    with dg.instance_for_test(temp_dir=str(folder)) as instance:
        assert instance.get_runs_count() == 0
