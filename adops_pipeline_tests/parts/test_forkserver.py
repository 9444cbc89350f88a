"""What `adops up` forks from: one thread and no open data file, so that libraries work in forked processes."""

import os
import subprocess
import sys

import pytest

from adops_pipeline.operations.store import Store
from adops_pipeline.supervision.forkserver import WITHOUT_THREADS
from adops_pipeline_tests.patience import patience_seconds

PROGRAM = """
import os, sys
from pathlib import Path
from adops_pipeline.parts import forkserver
from adops_pipeline.supervision.forkserver import other_threads
from adops_pipeline.wiring import end_library_threads

data = Path(os.environ["ADOPS_DATA_DIR"])
definitions = forkserver._Definitions()
end_library_threads()

def state():
    opened = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.exists()]
    threads = set(other_threads()) - forkserver.HARMLESS_THREADS
    return f"threads {sorted(threads)}, data files {[name for name in opened if name.startswith(str(data))]}"

def fork(job):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        job()
        sys.stdout.flush()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0

def polars():
    import polars as pl
    frame = pl.LazyFrame({"n": range(200_000)}).group_by(pl.col("n") % 1000).agg(pl.col("n").sum().alias("sum"))
    print("polars", frame.collect()["sum"].sum())

def duckdb():
    import duckdb
    with duckdb.connect(str(data / f"{os.getpid()}.duckdb")) as con:
        con.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(200000)")
        sums = con.execute("SELECT sum(n) FROM numbers GROUP BY n % 1000").fetchall()
        print("duckdb", sum(row[0] for row in sums))

def store():
    from adops_pipeline.settings import load_settings
    from adops_pipeline.wiring import build_services
    with build_services(load_settings()).store.reading():
        print("store", state())

def run():
    from adops_pipeline.settings import load_settings
    from adops_pipeline.wiring import build_services

    def work(argument):
        with build_services(load_settings()).warehouse.writing() as con:
            con.execute("CREATE TABLE numbers (n INTEGER)")
        return 7

    forkserver.run_worker.execute = work
    code = forkserver.execute_run({})
    print("run", code, sorted(path.name for path in data.glob("warehouse*")))

print(state())
fork(run)
for _ in range(2):
    for job in (polars, duckdb, store):
        fork(job)
print("refreshed", definitions.refresh(), end=" ")
forkserver._settings_state = lambda: "other settings"
former = definitions.loaded
print(definitions.refresh(), definitions.refresh(), definitions.loaded is not former)
print(state())
fork(polars)
"""
NOTHING = "threads [], data files []"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What a process that has loaded the definitions says of itself and of what it forks."""
    data = tmp_path_factory.mktemp("forks")
    with Store(f"sqlite:///{data / 'operations.db'}") as store:
        store.migrate()
    environment = os.environ | WITHOUT_THREADS | {"ADOPS_DATA_DIR": str(data)}
    command, patience = [sys.executable, "-c", PROGRAM], patience_seconds()
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=patience)
    return done.stdout.replace(str(data), "").splitlines()


def test_loading_the_definitions_starts_no_thread_and_opens_no_data_file(said: list[str]) -> None:
    assert said[0] == NOTHING


def test_they_are_loaded_again_when_settings_change_again_without_threads_and_open_files(said: list[str]) -> None:
    assert said[-3:-1] == ["refreshed False True False True", NOTHING]


@pytest.mark.parametrize("library", ["polars", "duckdb"])
def test_a_library_with_threads_of_its_own_works_in_each_forked_process(said: list[str], library: str) -> None:
    total = sum(range(200_000))
    assert [line for line in said if line.startswith(library)][:2] == [f"{library} {total}"] * 2
    assert said[-1] == f"polars {total}"


def test_a_forked_run_closes_the_warehouse_at_its_end(said: list[str]) -> None:
    assert [line for line in said if line.startswith("run")] == ["run 7 ['warehouse.duckdb']"]


def test_each_forked_process_opens_the_store_for_itself(said: list[str]) -> None:
    lines = [line for line in said if line.startswith("store")]
    assert len(lines) == 2
    assert all("/operations.db" in line for line in lines)
