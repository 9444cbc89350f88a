"""Damaged, foreign, missing and unwritable files: one line that says which and what to do, and nothing is lost."""

import errno
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from adops_pipeline.cli.dagster_home import keep_damaged_records_aside, make_data_dir
from adops_pipeline.defs.raw.verification import raw_files_are_as_they_landed
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.warehouse.errors import DamagedSnapshotError
from adops_pipeline.warehouse.ledger import unpublished_pulls
from adops_pipeline_tests.cli.commands import Command, command_over, services_of
from adops_pipeline_tests.e2e.command import RUN, first_run
from adops_pipeline_tests.integration.pipeline import dump
from adops_pipeline_tests.templates import copy_into

NO_DATABASE = b"\x00\xffnot a database\n" * 300
UNIFIED = ("analytics_metrics", "analytics_ad_group_metrics", "campaigns", "campaign_budget_history")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return first_run(tmp_path_factory)


@pytest.fixture
def own(ran: Path, tmp_path: Path) -> Path:
    return copy_into(ran, tmp_path / "own")


@pytest.fixture
def on_own(own: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_over(own, monkeypatch)


def unified(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Rows of the unified tables, without what only an analysis fills in."""
    with open_snapshot(folder / "adops.duckdb") as con:
        columns = "* EXCLUDE (conversions_share_known)"
        return {
            name: con.execute(
                f"SELECT {columns if name == 'analytics_metrics' else '*'} FROM {name} ORDER BY ALL"
            ).fetchall()
            for name in UNIFIED
        }


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path, adops: Command) -> None:
    (tmp_path / "file").write_text("")
    for folder, reason in ((tmp_path / "file", "it is a file"), (tmp_path / "file" / "in", "Not a directory")):
        done = adops("run", code=2, ADOPS_DATA_DIR=str(folder))
        assert f"the data folder {folder} cannot be made ({reason}); set ADOPS_DATA_DIR" in done.words


def test_a_new_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    make_data_dir(tmp_path / "new" / "data")
    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700


def test_settings_that_are_not_utf_8_are_named_with_the_byte(data_dir: Path, adops: Command) -> None:
    (data_dir / "adops.toml").write_bytes(b'seed = "\xff"\n')
    assert "adops.toml is not UTF-8 text (byte 9 is wrong): save it as UTF-8" in adops("run", code=2).words


def test_a_day_before_the_earliest_is_refused(adops: Command) -> None:
    assert "--as-of 2020-01-01 is before 2024-01-01" in adops("run", "--as-of", "2020-01-01", code=2).words


@pytest.mark.parametrize("content", [b"", NO_DATABASE])
def test_a_damaged_snapshot_is_named_and_the_next_publication_replaces_it(
    content: bytes, own: Path, on_own: Command
) -> None:
    before = unified(own)
    (own / "adops.duckdb").write_bytes(content)
    said = on_own("sql", "SELECT 1", code=1).words
    assert "adops.duckdb is damaged or no snapshot of this product" in said
    assert "`adops run` replaces it" in said
    services = services_of(own)
    with services.warehouse.reading() as con:
        assert unpublished_pulls(con, services.snapshot_path) is None, "checks look at everything again"
    services.publish()
    assert unified(own) == before


SCAN = "SELECT sum(hash(m)) FROM analytics_metrics m"


def damage_a_block_of_the_metrics(snapshot: Path) -> None:
    """Overwrite bytes of a block that is read only when the table is."""
    content = snapshot.read_bytes()
    for at in range(3 * 4096 + 100, len(content), 2**18):  # blocks of 256 KB follow three headers
        snapshot.unlink()
        snapshot.write_bytes(content[:at] + bytes(1000) + content[at + 1000 :])
        with suppress(DamagedSnapshotError), open_snapshot(snapshot) as con:
            try:
                con.execute(SCAN)
            except duckdb.IOException:
                return
    pytest.fail("no block is of the metrics alone")


def test_a_snapshot_that_is_damaged_further_in_is_said_with_the_way_out(own: Path, on_own: Command) -> None:
    damage_a_block_of_the_metrics(own / "adops.duckdb")
    for command in (("sql", SCAN), ("export", "analytics_metrics", "--output", str(own / "rows.csv"))):
        assert "the snapshot is damaged, `adops run` replaces it" in on_own(*command, code=1).words
    on_own(*RUN)
    on_own("sql", SCAN)


def cut(content: bytes) -> bytes:
    """A file that still opens, because what is read at first stands at its beginning."""
    return content[: len(content) * 2 // 3]


def overwritten(content: bytes) -> bytes:
    """A file that opens, with blocks whose checksums are wrong."""
    third = len(content) // 3
    return content[:third] + bytes(third) + content[2 * third :]


@pytest.mark.parametrize("damage", [lambda _: NO_DATABASE, cut, overwritten], ids=["foreign", "cut", "overwritten"])
def test_a_damaged_warehouse_names_the_way_out_which_keeps_it_aside_and_builds_the_same_tables(
    damage: Callable[[bytes], bytes], own: Path, on_own: Command
) -> None:
    before = unified(own)
    content = damage((own / "warehouse.duckdb").read_bytes())
    (own / "warehouse.duckdb").write_bytes(content)
    said = on_own(*RUN, code=1).words
    assert "warehouse.duckdb is damaged or no DuckDB file" in said
    assert "`adops raw rebuild`" in said
    (aside,) = [line for line in on_own("raw", "rebuild").out.splitlines() if "was kept as" in line]
    assert Path(aside.rpartition(" ")[2]).read_bytes() == content
    assert unified(own) == before


def test_nothing_is_rebuilt_while_raw_files_are_damaged_or_missing_unless_that_is_accepted(
    own: Path, on_own: Command
) -> None:
    before = unified(own)
    damaged, missing = sorted((own / "raw").rglob("pinterest.campaign_daily.*.zst"))[:2]
    damaged.write_bytes(damaged.read_bytes()[:-9])
    missing.rename(missing.with_suffix(".gone"))
    for _ in range(2):
        said = on_own("raw", "rebuild", code=1).words
        assert "raw files are damaged or missing: 2 of them" in said
        assert "the raw file is missing" in said
        assert unified(own) == before
    on_own("raw", "rebuild", "--without-damaged")
    kept = [row for row in before["analytics_metrics"] if row[0] != "pinterest"]
    assert [row for row in unified(own)["analytics_metrics"] if row[0] != "pinterest"] == kept
    assert len(unified(own)["analytics_metrics"]) < len(before["analytics_metrics"])


def test_raw_files_that_rot_or_vanish_after_they_were_applied_are_found_with_the_way_out(
    own: Path, on_own: Command
) -> None:
    assert on_own("raw", "verify").words == "every raw file is as it landed"
    rotten, missing = sorted((own / "raw").rglob("pinterest.campaign_daily.*.zst"))[:2]
    content = bytearray(rotten.read_bytes())
    content[20] ^= 1
    rotten.write_bytes(content)
    missing.unlink()
    said = on_own("raw", "verify", code=3)
    assert said.out.splitlines()[:2] == [
        f"damaged {rotten.name.removesuffix('.ndjson.zst')}: the raw file's checksum differs",
        f"damaged {missing.name.removesuffix('.ndjson.zst')}: the raw file is missing",
    ]
    assert "2 raw files are not as they landed: restore the raw file from a backup." in said.words
    job = dg.Definitions(asset_checks=[raw_files_are_as_they_landed], resources={"services": services_of(own)})
    (found,) = job.resolve_implicit_global_asset_job_def().execute_in_process().get_asset_check_evaluations()
    assert not found.passed
    assert str(found.description).count("not so in 1 row: the raw file is as it landed; e.g. pinterest.campaign_") == 2


def test_without_any_raw_file_nothing_is_emptied(own: Path, on_own: Command) -> None:
    before = unified(own)
    (own / "raw").rename(own / "elsewhere")
    assert "are damaged or missing" in on_own("raw", "rebuild", code=1).words
    assert "there are no raw files" in on_own("raw", "rebuild", "--without-damaged", code=1).words
    assert unified(own) == before


def test_a_sidecar_names_files_of_its_own_folder_only(own: Path, on_own: Command) -> None:
    sidecar = next((own / "raw").rglob("pinterest.campaign_daily.*.json"))
    text = sidecar.read_text()
    for path in ("../../../../etc/passwd", "/etc/passwd", "pinterest/../pinterest/x.ndjson.zst"):
        sidecar.write_text(text.replace(f'"path": "{_path_in(text)}"', f'"path": "{path}"'))
        assert "it names a file of another folder" in on_own("raw", "rebuild", code=1).words


def _path_in(sidecar: str) -> str:
    return sidecar.partition('"path": "')[2].partition('"')[0]


@pytest.mark.slow
@pytest.mark.parametrize("damaged", ["everything but the tables", "warehouse.duckdb", "operations.db", "raw files"])
def test_a_run_after_damage_gives_the_tables_of_an_undisturbed_one(
    damaged: str, ran: Path, own: Path, on_own: Command
) -> None:
    match damaged:
        case "everything but the tables":
            (own / "adops.duckdb").write_bytes(b"")
            (own / ".adops.duckdb.partial").write_bytes(NO_DATABASE)
            (own / ".run.lock").write_text("4194304")
            (own / "dagster" / "storage" / "history" / "runs" / "index.db").write_bytes(NO_DATABASE)
            day = next((own / "raw").glob("*/*/*"))
            for name in (".DS_Store", "notes.json", "pinterest.json~", f".{day.name}.1.partial"):
                (day / name).write_bytes(NO_DATABASE)
        case "warehouse.duckdb":
            (own / "warehouse.duckdb").write_bytes((own / "warehouse.duckdb").read_bytes()[:5_000_000])
            on_own(*RUN, code=1)
            on_own("raw", "rebuild")
        case "operations.db":
            (own / "operations.db").write_bytes(NO_DATABASE)
            assert "is not an operational store, or it is damaged" in on_own(*RUN, code=3).words
            (own / "operations.db").unlink()
        case _:
            rotten = next((own / "raw").rglob("pinterest.campaign_daily.*.zst"))
            rotten.write_bytes(rotten.read_bytes()[:-1])
            on_own(*RUN)
            shutil.copy(ran / rotten.relative_to(own), rotten)
            on_own("raw", "rebuild")
    on_own(*RUN, code=3 if damaged == "operations.db" else 0)
    assert dump(own / "adops.duckdb") == dump(ran / "adops.duckdb")


def test_damaged_records_of_dagster_are_kept_aside_and_sound_ones_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = tmp_path / "storage"
    (storage / "history").mkdir(parents=True)
    with closing(sqlite3.connect(storage / "history" / "runs.db")) as con:
        con.execute("CREATE TABLE runs (id)")
    (storage / "schedules.db").write_bytes(b"")
    keep_damaged_records_aside(storage)
    assert storage.is_dir()
    (storage / "history" / "index.db").write_bytes(NO_DATABASE)
    keep_damaged_records_aside(storage)
    (aside,) = tmp_path.iterdir()
    assert aside.name.startswith("storage.damaged-")
    assert "index.db is no database" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), "/data/x: the disk is full"),
        (OSError(errno.EROFS, "Read-only file system", "/data/x"), "/data/x: the file system is read-only"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/x"), "/data/x: permission was denied"),
        (RuntimeError("IO Error: No space left on device"), "the disk is full"),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), "the disk is full"),
        (RuntimeError("IO Error: Could not write file: File too large"), "the limit of file sizes is reached"),
        (RuntimeError("(sqlite3.OperationalError) disk I/O error"), "the disk reports an error"),
        (RuntimeError("attempt to write a readonly database"), "the file system is read-only"),
    ],
)
def test_errors_of_the_disk_are_lines_of_their_own(
    error: Exception, words: str, data_dir: Path, adops: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adops_pipeline.cli.raw.load_services", _raising(error))
    assert words in adops("raw", "prune", code=1).words
    assert not (data_dir / "logs").exists()


def test_an_error_that_nobody_foresaw_is_one_line_and_its_details_are_in_a_file_without_secrets(
    data_dir: Path, adops: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ZeroDivisionError("access_token=planted-token-81ab\nsecond line")
    monkeypatch.setattr("adops_pipeline.cli.raw.load_services", _raising(error))
    done = adops("raw", "prune", code=1)
    assert done.out == ""
    assert "unexpected ZeroDivisionError: access_token=*** second line; the details are in" in done.words
    (written,) = (data_dir / "logs").iterdir()
    assert str(written) in done.err.replace("\n", "")
    assert "Traceback (most recent call last)" in written.read_text()
    assert "planted-token-81ab" not in written.read_text() + done.err
    assert written.stat().st_mode & 0o077 == 0


def _raising(error: Exception) -> object:
    def raise_it(*_: object, **__: object) -> None:
        raise error

    return raise_it


def test_the_version_is_printed(adops: Command) -> None:
    assert adops("--version").out.startswith("adops 0.")
