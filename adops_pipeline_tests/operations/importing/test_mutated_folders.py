"""Mutated files of an older store: all of a folder is counted, or one clear line names what is wrong with it."""

from collections import Counter
from pathlib import Path

import pytest

from adops_pipeline.operations.errors import StoreError
from adops_pipeline.operations.importing import import_folder
from adops_pipeline.operations.store import Store
from adops_pipeline_tests.operations.conftest import NOW
from adops_pipeline_tests.operations.importing.conftest import OLD
from adops_pipeline_tests.warehouse.normalize.mutations import mutated_document

IMPORTED = "imported"


def outcome(store: Store, folder: Path, seed: int) -> str:
    """How a folder ended of which one file is mutated; an error of any other kind fails the test."""
    name = list(OLD)[seed % len(OLD)]
    (folder / name).write_bytes(mutated_document(OLD[name], seed))
    try:
        imported = import_folder(store, folder, NOW, dry_run=True)
    except StoreError as error:
        return "refused" if len(str(error).splitlines()) == 1 and name in str(error) else f"{seed}: {error}"
    is_whole = all(file.records == file.stored for file in imported.files)
    return IMPORTED if is_whole and imported.files[0].records == len(OLD[name]) else f"{seed}: {imported.files}"


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path}/operations.db")
    store.migrate()
    return store


def ends(store: Store, folder: Path, seeds: range) -> Counter[str]:
    folder.mkdir()
    found: Counter[str] = Counter()
    for seed in seeds:
        for file in folder.iterdir():
            file.unlink()
        found[outcome(store, folder, seed)] += 1
    return found


def test_mutated_folders_are_counted_or_refused_in_one_line(sqlite_store: Store, tmp_path: Path) -> None:
    found = ends(sqlite_store, tmp_path / "old", range(120))
    assert set(found) == {IMPORTED, "refused"}, found


@pytest.mark.slow
def test_thousands_of_mutated_folders_are_counted_or_refused_in_one_line(sqlite_store: Store, tmp_path: Path) -> None:
    found = ends(sqlite_store, tmp_path / "old", range(5000))
    assert set(found) == {IMPORTED, "refused"}, found
