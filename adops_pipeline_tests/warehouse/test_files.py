"""Files are copied whole, within the kernel or by this process."""

import os
from pathlib import Path

import pytest

from adops_pipeline.warehouse.files import copy_bytes

CONTENT = os.urandom(700_000)


def copied(tmp_path: Path) -> bytes:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(CONTENT)
    with source.open("rb") as read, target.open("wb") as written:
        copy_bytes(read, written)
    return target.read_bytes()


def test_a_file_is_copied_whole(tmp_path: Path) -> None:
    assert copied(tmp_path) == CONTENT


def test_a_file_is_copied_whole_where_the_kernel_stops_half_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    within_kernel, calls = os.copy_file_range, 0

    def stopping(source: int, target: int, count: int) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError("not on this file system")
        return within_kernel(source, target, min(count, 100_000))

    monkeypatch.setattr(os, "copy_file_range", stopping)
    assert copied(tmp_path) == CONTENT


def test_a_file_is_copied_whole_where_the_kernel_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "copy_file_range")
    assert copied(tmp_path) == CONTENT
