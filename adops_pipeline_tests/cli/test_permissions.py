"""Files that only their owner may read, and those that somebody asked for at a place of their own."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from adops_pipeline.cli.permissions import as_the_user_writes, keep_private, own_files_only
from adops_pipeline.services.exports.staging import replacing_files
from adops_pipeline_tests.cli.commands import Command


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _usual_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_every_file_of_a_command_is_its_owners_alone_and_a_named_one_has_the_users_mask(tmp_path: Path) -> None:
    with own_files_only():
        (tmp_path / "own").write_text("")
        (tmp_path / "folder").mkdir()
        with as_the_user_writes():
            (tmp_path / "asked").write_text("")
        (tmp_path / "after").write_text("")
    (tmp_path / "later").write_text("")
    modes = {path.name: mode_of(path) for path in tmp_path.iterdir()}
    assert modes == {"own": 0o600, "folder": 0o700, "asked": 0o644, "after": 0o600, "later": 0o644}


def test_a_command_writes_its_files_so(tmp_path: Path, adops: Command) -> None:
    adops("token", "create", "reader", "--role", "reader", ADOPS_DATA_DIR=str(tmp_path / "new"))
    assert mode_of(tmp_path / "new") == 0o700
    assert mode_of(tmp_path / "new" / "operations.db") == 0o600
    with as_the_user_writes():
        (tmp_path / "others").write_text("")
    assert mode_of(tmp_path / "others") == 0o644, "the mask of this process is as before"


def test_a_folder_is_taken_from_others_at_its_first_use_only(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "fx_rates.csv").write_text("")
    keep_private(tmp_path)
    assert (mode_of(tmp_path), mode_of(tmp_path / "fx_rates.csv")) == (0o700, 0o644)
    tmp_path.chmod(0o750)
    for name in ("operations.db", "warehouse.duckdb", "tokens.json", "adops.duckdb"):
        (tmp_path / name).write_text("")
    keep_private(tmp_path)
    modes = {path.name: mode_of(path) for path in (tmp_path, *tmp_path.iterdir())}
    assert modes == {
        tmp_path.name: 0o750, "fx_rates.csv": 0o644, "operations.db": 0o600, "warehouse.duckdb": 0o600,
        "tokens.json": 0o600, "adops.duckdb": 0o644,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("folder", "file", "made"),
    [(0o700, 0o600, 0o700), (0o750, 0o640, 0o750), (0o755, 0o644, 0o755), (0o777, 0o644, 0o755)],
)
def test_files_of_an_exports_folder_are_read_by_whoever_may_read_the_folder(
    tmp_path: Path, folder: int, file: int, made: int
) -> None:
    to = tmp_path / "exports"
    to.mkdir()
    to.chmod(folder)
    with own_files_only(), replacing_files(to, "manifest.json") as staging:
        staging.write("a/b/rows.csv", b"1")
        staging.write("manifest.json", b"{}")
    assert {name: mode_of(to / name) for name in ("a", "a/b", "a/b/rows.csv", "manifest.json")} == {
        "a": made, "a/b": made, "a/b/rows.csv": file, "manifest.json": file,
    }  # fmt: skip
