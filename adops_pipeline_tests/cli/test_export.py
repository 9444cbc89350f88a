"""`adops export`: files that are whole or not there, and wrong requests named."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import cast

import pyarrow.parquet
import pytest

from adops_pipeline.cli import export
from adops_pipeline.services.exports.exports import Download
from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline_tests.cli.commands import Command
from adops_pipeline_tests.hostile_names import obeyed


@pytest.fixture
def published(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The snapshot of a warehouse without rows; the commands' current folder is an empty one."""
    (data_dir / "warehouse.duckdb").rename(data_dir / "adops.duckdb")
    work = data_dir / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def test_a_file_is_named_for_the_table_and_its_days(adops: Command, published: Path) -> None:
    adops("export", "fx_rates", "--format", "parquet", "--from", "2026-11-01", "--to", "2026-11-30")
    (file,) = published.iterdir()
    assert file.name == "fx_rates_2026-11-01_2026-11-30.parquet"
    assert pyarrow.parquet.read_table(file).num_rows == 0


def test_a_dash_writes_to_stdout_alone(adops: Command, published: Path) -> None:
    done = adops("export", "campaigns", "--columns", "id,name", "--output", "-", "--bom")
    assert list(csv.reader(io.StringIO(done.out.removeprefix("\ufeff")))) == [["id", "name"]]
    assert json.loads(adops("export", "campaigns", "--format", "powerbi", "--output", "-").out)["value"] == []
    assert list(published.iterdir()) == []


class Chunks:
    """A download in pieces."""

    def __init__(self, content: bytes) -> None:
        self._rest = [content[at : at + 1] for at in range(len(content))]

    def next_chunk(self) -> bytes | None:
        return self._rest.pop(0) if self._rest else None


@pytest.mark.parametrize("is_terminal", [True, False])
def test_names_in_a_file_act_on_no_terminal(
    is_terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.dumps([{"name": "秋\x9b31m\u202e\x7f\ud7ff"}], ensure_ascii=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    export._to_stdout(cast("Download", Chunks(document.encode())), is_json=True)
    printed = capsys.readouterr().out
    assert json.loads(printed) == json.loads(document)
    assert bool(obeyed(printed)) is not is_terminal
    export._to_stdout(cast("Download", Chunks("a\r\n秋\u202e\r\n".encode())), is_json=False)
    assert capsys.readouterr().out == ("a\n秋\\u202e\n" if is_terminal else "a\r\n秋\u202e\r\n")


def test_a_failure_leaves_the_file_as_it_was(adops: Command, published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise WarehouseError("the disk is gone")

    file = published / "mine.csv"
    file.write_text("before")
    monkeypatch.setattr("adops_pipeline.services.exports.exports.batches", fail)
    assert "the disk is gone" in adops("export", "campaigns", "--output", str(file), code=1).err
    assert [one.name for one in published.iterdir()] == ["mine.csv"]
    assert file.read_text() == "before"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("analytics_metric",), "did you mean analytics_metrics?"),
        (("campaigns", "--columns", "id,staus"), "did you mean status?"),
        (("campaigns", "--platform", "meta"), "did you mean meta-ads?"),
        (("analytics_maturity", "--currency", "EUR"), "no such filter"),
    ],
)
def test_wrong_input_ends_with_code_2_and_names_the_nearest(
    adops: Command, published: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in adops("export", *arguments, code=2).words
    assert list(published.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(adops: Command, published: Path) -> None:
    done = adops("export", "campaigns", "--output", str(published / "nowhere" / "a.csv"), code=1)
    assert "cannot be written: No such file or directory" in done.words


def test_without_a_snapshot_it_says_what_makes_it(adops: Command) -> None:
    assert "`adops run` publishes it" in adops("export", "campaigns", code=1).words


def test_all_tables_go_to_a_folder_for_each_format(adops: Command, published: Path) -> None:
    said = adops("export", "--all", "--formats", "csv,parquet", "--folder", str(published / "out")).words
    for kind in ("csv", "parquet"):
        manifest = json.loads((published / "out" / kind / "manifest.json").read_text())
        assert (published / "out" / kind / f"campaigns.{kind}").exists()
        assert f"{kind}: {len(manifest['files'])} tables, 0 rows" in said


def test_all_tables_go_to_the_data_folder_in_the_formats_of_the_settings(
    adops: Command, published: Path, data_dir: Path
) -> None:
    adops("export", "--all", ADOPS_EXPORTS__FORMATS="json")
    assert [path.name for path in (data_dir / "exports").glob("[!.]*")] == ["json"]
    assert json.loads((data_dir / "exports" / "json" / "campaigns.json").read_text()) == []
    assert list(published.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a table or view"),
        (("campaigns", "--all"), "leave campaigns out, or them"),
        (("campaigns", "--folder", "out"), "--formats and --folder go with --all"),
        (("--all", "--formats", "parket"), "did you mean parquet?"),
    ],
)
def test_a_table_and_all_of_them_are_not_mixed(
    adops: Command, published: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in adops("export", *arguments, code=2).words
    assert list(published.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(adops: Command, published: Path) -> None:
    (published / "file").write_text("")
    assert (
        "cannot be written: Not a directory"
        in adops("export", "--all", "--folder", str(published / "file"), code=1).words
    )


def test_the_power_bi_project_needs_no_snapshot_and_keeps_what_somebody_edited(adops: Command, data_dir: Path) -> None:
    folder = data_dir / "exports" / "powerbi"
    assert str(folder / "AdOps.pbip") in adops("export", "--powerbi-project").words
    page = folder / "AdOps.SemanticModel" / "definition" / "database.tmdl"
    page.write_text("mine")
    assert "was edited after it was generated" in adops("export", "--powerbi-project", code=2).words
    assert page.read_text() == "mine"
    page.unlink()
    adops("export", "--powerbi-project")
    assert "1601" in page.read_text()
