"""`adops prune` over a real run: each kind in a line, the same in a dry run, and the next run gives the same tables."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline.cli.dagster_home import ensure_dagster_home
from adops_pipeline.dagster_storage.retention import prune_in_turn
from adops_pipeline.dagster_storage.run_files import turns_file
from adops_pipeline.defs.automation.retention import prune as pruning_job
from adops_pipeline.domain.retention import Pruned
from adops_pipeline.supervision.turns import turn
from adops_pipeline_tests.cli.commands import Command, command_over, services_of
from adops_pipeline_tests.e2e.command import RUN, first_run
from adops_pipeline_tests.patience import patience_seconds
from adops_pipeline_tests.templates import copy_into

LONG_AGO = (datetime.now(UTC) - timedelta(days=400)).strftime("%Y-%m-%d %H:%M:%S.%f")


@pytest.fixture
def own(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose one run, events and crash report are long past."""
    folder = copy_into(first_run(tmp_path_factory), tmp_path / "own")
    with closing(sqlite3.connect(folder / "dagster" / "storage" / "history" / "runs.db")) as con, con:
        con.execute("UPDATE runs SET update_timestamp = ?", [LONG_AGO])
    (folder / "logs").mkdir()
    (folder / "logs" / "crash-20250101T000000-1.txt").write_text("x" * 2000)
    return folder


@pytest.fixture
def adops(own: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return command_over(own, monkeypatch)


def test_a_line_for_each_kind_and_the_dry_run_names_the_same(own: Path, adops: Command) -> None:
    told = adops("prune", "--dry-run").out.splitlines()
    assert len(told) == 13
    assert told[10].split() == ["reports", "of", "crashes", "1", "0.002", "MB", "older", "than", "30", "days"]
    assert told[6].startswith("runs of Dagster                   0"), "the newest of each asset stays"
    assert told[3].startswith("activity entries                  7"), "those of a run more than a year ago"
    assert told[-1].split()[:4] == ["would", "be", "deleted", "8"]
    assert (own / "logs" / "crash-20250101T000000-1.txt").exists()
    done = adops("prune").out.splitlines()
    assert (done[:-1], done[-1].split()[:2]) == (told[:-1], ["deleted", "8"])
    document = adops("prune", "--json").document
    assert (document["dryRun"], document["count"], document["bytes"]) == (False, 0, 0)
    assert {kind["kind"]: kind["olderThanDays"] for kind in document["kinds"]}["runs of Dagster"] == 30


@pytest.mark.slow  # two runs; the parts are in dagster_storage/test_retention.py and cli/test_data_commands.py
def test_superseded_runs_of_dagster_go_and_the_next_run_gives_the_same_tables(own: Path, adops: Command) -> None:
    query = ("sql", "SELECT * FROM analytics_metrics ORDER BY ALL", "--format", "csv")
    adops(*RUN)
    before, runs = adops(*query).out, own / "dagster" / "storage" / "history" / "runs"
    assert len(list(runs.glob("*-*.db"))) == 2
    found = {kind["kind"]: kind for kind in adops("prune", "--json").document["kinds"]}
    assert found["runs of Dagster"]["count"] == 1
    assert found["runs of Dagster"]["bytes"] > 500_000
    assert len(list(runs.glob("*-*.db"))) == 1
    adops(*RUN)
    assert adops(*query).out == before


def test_a_pruning_waits_for_a_run_of_a_command_and_a_dry_run_does_not(own: Path, adops: Command) -> None:
    del adops
    ensure_dagster_home(own)
    waits, found = threading.Event(), list[list[Pruned]]()
    services = services_of(own)

    def prune(*, dry_run: bool) -> None:
        with dg.DagsterInstance.get() as instance:
            found.append(prune_in_turn(services, instance, lambda _: waits.set(), dry_run=dry_run))

    pruning = threading.Thread(target=prune, kwargs={"dry_run": False})
    with turn(turns_file(own), lambda _: None):
        prune(dry_run=True)
        pruning.start()
        assert waits.wait(patience_seconds())
        assert len(found) == 1
    pruning.join(patience_seconds())
    assert len(found) == 2


def test_the_job_prunes_and_logs_the_lines(own: Path, adops: Command) -> None:
    del adops
    ensure_dagster_home(own)
    with dg.DagsterInstance.get() as instance:
        result = pruning_job.execute_in_process(instance=instance, resources={"services": services_of(own)})
        said = [entry.user_message for entry in instance.all_logs(result.run_id)]
    assert any(line.startswith("reports of crashes                1") for line in said)
    assert not (own / "logs" / "crash-20250101T000000-1.txt").exists()
