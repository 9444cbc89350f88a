"""Replaces the files of a folder together: they are written beside it and take their places when all are complete.

Whoever may read the folder may read its files: a folder that is made here has the permissions of the process's mask,
one that somebody opened for a group or for all stays so, and its files follow.

A reader sees the old or the new content of a file, never a part of one. After a failure or a kill the folder is as
before; what a killed process left is removed by the next one. Only one process at a time writes to a folder.
"""

import fcntl
import json
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adops_pipeline.warehouse.files import sha256, sync_file, sync_folder

_OWN_FILE, _OWN_FOLDER, _READ = 0o600, 0o700, 0o044
"""Permissions: of the owner, and to read for group and others; those to enter a folder are two bits below."""


class Staging:
    """The files that will replace those of ``folder``; names may have subfolders, separated by slashes."""

    def __init__(self, partial: Path) -> None:
        self._partial = partial
        self.names: list[str] = []

    def path(self, name: str) -> Path:
        """Where to write the file ``name``."""
        path = self._partial / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.names.append(name)
        return path

    def staged(self, name: str) -> Path:
        """Where the file ``name`` was written."""
        return self._partial / name

    def write(self, name: str, content: bytes) -> None:
        """Write a file as a whole."""
        with self.path(name).open("wb") as file:
            file.write(content)
            sync_file(file)


@contextmanager
def replacing_files(folder: Path, manifest: str) -> Iterator[Staging]:
    """Replace the files of ``folder`` that ``manifest`` lists by those that are written in the block.

    The manifest is replaced last. Files that the old one lists and the new one does not are removed; all others stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _only_writer(folder):
        partial = folder.with_name(f".{folder.name}.partial")
        _remove(partial)
        partial.mkdir()
        try:
            staging = Staging(partial)
            yield staging
            _take_places(staging.names, partial, folder, manifest)
        finally:
            _remove(partial)


def edited_files(folder: Path, manifest: str) -> list[Path]:
    """The files that the manifest lists and somebody changed after they were written."""
    listed = ((folder / name, digest) for name, digest in _listed_files(folder, manifest).items())
    return [path for path, digest in listed if path.is_file() and sha256(path) != digest]


def as_json(document: Mapping[str, Any]) -> bytes:
    """A readable JSON file."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _take_places(names: Sequence[str], partial: Path, folder: Path, manifest: str) -> None:
    outdated = _listed_files(folder, manifest).keys() - set(names)
    for name in sorted(names, key=lambda name: name == manifest):
        target = folder / name
        _make_readable_as(folder, partial / name, target.parent)
        (partial / name).replace(target)
    for name in outdated:
        # A manifest that somebody edited must not name files elsewhere.
        if (folder / name).resolve().is_relative_to(folder.resolve()):
            (folder / name).unlink(missing_ok=True)
    for parent in {(folder / name).parent for name in names}:
        sync_folder(parent)


def _make_readable_as(folder: Path, staged: Path, parent: Path) -> None:
    """Give the staged file, and folders made for it, the permission to read that ``folder`` gives."""
    readable = stat.S_IMODE(folder.stat().st_mode) & _READ
    for made in [one for one in (parent, *parent.parents) if folder in one.parents and not one.exists()][::-1]:
        made.mkdir()
        made.chmod(_OWN_FOLDER | readable | readable >> 2)
    staged.chmod(_OWN_FILE | readable)


def _listed_files(folder: Path, manifest: str) -> Mapping[str, str]:
    """SHA-256 of the files that the manifest lists, by name; none if there is no manifest that can be read."""
    try:
        document = json.loads((folder / manifest).read_bytes())
        return {str(file["name"]): str(file["sha256"]) for file in document["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    with folder.with_name(f".{folder.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(partial: Path) -> None:
    if partial.exists():
        shutil.rmtree(partial)
