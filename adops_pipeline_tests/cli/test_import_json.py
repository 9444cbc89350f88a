"""Promises of `adops import-json` as a user meets it."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adops_pipeline.cli import app

_RUNNER = CliRunner()


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADOPS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("ADOPS_STORE_URL", raising=False)
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "projects.json").write_text(json.dumps([{"id": "p1", "name": "Spring"}, {"id": "p2", "name": "Summer"}]))
    return folder


def _invoke(*arguments: str) -> tuple[int, str]:
    result = _RUNNER.invoke(app, ["import-json", *arguments])
    return result.exit_code, result.output


def test_a_dry_run_prints_the_counts_and_leaves_the_folder(old: Path) -> None:
    (old / "left.txt").write_text("")
    code, said = _invoke(str(old), "--dry-run")
    assert (code, old.is_dir()) == (0, True)
    assert re.search(r"projects\.json +projects +2 +2", said)
    assert "not imported left.txt" in said
    assert "Nothing was changed" in said


def test_an_import_prints_a_table_and_where_the_folder_is(old: Path) -> None:
    code, said = _invoke(str(old))
    assert (code, old.exists()) == (0, False)
    assert re.search(r"projects\.json +projects +2 +2", said)
    assert "Every count matches. The folder is" in said
    assert (old.with_name("old-backup") / "projects.json").is_file()


def test_a_bad_record_ends_with_code_1_and_its_place(old: Path) -> None:
    (old / "activity.json").write_text("[{}]")
    code, said = _invoke(str(old))
    assert (code, old.is_dir()) == (1, True)
    assert "activity.json[0]: timestamp: Field required; nothing was changed" in said


def test_a_folder_that_is_not_there_ends_with_code_2(old: Path) -> None:
    assert _invoke(str(old / "nowhere"))[0] == 2


def test_a_store_that_cannot_be_reached_ends_with_code_1_and_no_password(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADOPS_STORE_URL", "postgresql://adops:hunter2@127.0.0.1:1/adops")
    code, said = _invoke(str(old))
    assert code == 1
    assert "cannot be reached" in said
    assert "hunter2" not in said
