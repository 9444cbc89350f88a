"""Durable files: write beside, sync, rename. Used for raw files and the snapshot; knows nothing of what they hold."""

import hashlib
import os
from pathlib import Path
from typing import IO


def sha256(path: Path) -> str:
    """Checksum of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(file: IO[bytes]) -> None:
    """Make what was written to an open file durable."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames and deletions inside a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_durably(path: Path, content: bytes) -> None:
    """Give ``path`` new content: readers see the old or the new, never a part. The folder is not synced."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as file:
        file.write(content)
        sync_file(file)
    partial.replace(path)
