"""A signal within DuckDB's code is raised as what it is, and the file can be opened again: never a wait without an end.

DuckDB waits deaf to signals, so what may wait runs in processes of its own, which give up by themselves.
"""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from adops_pipeline.warehouse.closing import closed_at_end
from adops_pipeline_tests.patience import patience_seconds

_BEGIN = """
import faulthandler, random, signal, sys
from pathlib import Path
import duckdb, numpy
from adops_pipeline.warehouse import schema
from adops_pipeline.warehouse.connection import Warehouse, open_snapshot

class Interrupt(BaseException):
    pass

came = []

def interrupt(number, frame):
    signal.setitimer(signal.ITIMER_REAL, 0)
    came.append(number)
    raise Interrupt

faulthandler.dump_traceback_later(float(sys.argv[2]), exit=True)
signal.signal(signal.SIGALRM, interrupt)
path = Path(sys.argv[1])
"""
_WHILE_IT_OPENS = """
short = schema._COLUMNS
schema._COLUMNS += " AND (SELECT sum(range) FROM range(50_000_000_000)) > 0"
bring_up = schema._bring_up

def begin(con):  # before this DuckDB imports what it finds, and drops an interrupt of that
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    bring_up(con)

schema._bring_up = begin
try:
    with Warehouse(path).writing():
        print("opened")
except BaseException as error:
    print(type(error).__name__)
schema._COLUMNS, schema._bring_up = short, bring_up
with Warehouse(path).reading() as con:
    print(con.execute("SELECT count(*) FROM analytics_metrics").fetchone())
"""
_ON_SEVERAL_THREADS = """
duckdb.connect(str(path)).close()
try:
    with open_snapshot(path) as con:
        con.execute("SET threads = 4")
        signal.setitimer(signal.ITIMER_REAL, 0.3, 0.05)
        con.execute("SELECT sum(a.range * b.range % 7) FROM range(300_000) a, range(300_000) b").fetchall()
        print("answered")
except BaseException as error:
    print(type(error).__name__)
with open_snapshot(path) as con:
    print(con.execute("SELECT 1").fetchone())
"""
_AT_ANY_MOMENT = """
for number in range(int(sys.argv[3])):
    path = Path(sys.argv[1]).with_name(f"{number}.duckdb")
    came.clear()
    signal.setitimer(signal.ITIMER_REAL, random.uniform(0.01, 1.0), 0.05)
    try:
        with Warehouse(path).writing():
            while not came:  # DuckDB drops an interrupt that comes while it imports what it finds
                pass
    except Interrupt:
        pass
    with Warehouse(path).reading() as con:
        assert con.execute("SELECT count(*) FROM analytics_metrics").fetchone() == (0,)
print("usable")
"""


def _said(program: str, path: Path, *arguments: str, seconds: float = 60.0) -> str:
    patience = patience_seconds(seconds)
    command = [sys.executable, "-c", _BEGIN + program, str(path), str(patience), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=patience_seconds(600))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        pytest.param(_WHILE_IT_OPENS, "(0,)", id="while the tables are made"),
        pytest.param(_ON_SEVERAL_THREADS, "(1,)", id="while several threads answer"),
    ],
)
def test_an_interrupted_statement_ends_as_the_interrupt_and_the_file_opens_again(
    program: str, answer: str, tmp_path: Path
) -> None:
    assert _said(program, tmp_path / "some.duckdb", seconds=20.0).split() == ["Interrupt", answer]


@pytest.mark.slow
def test_a_file_whose_opening_was_interrupted_at_any_moment_opens_again(tmp_path: Path) -> None:
    assert _said(_AT_ANY_MOMENT, tmp_path / "some.duckdb", "40", seconds=300.0) == "usable\n"


def test_a_connection_is_closed_and_its_transaction_undone_whatever_ends_the_block(tmp_path: Path) -> None:
    path = str(tmp_path / "some.duckdb")
    con = duckdb.connect(path)
    con.execute("BEGIN; CREATE TABLE t (n INTEGER)")
    with pytest.raises(KeyboardInterrupt), closed_at_end(con):
        raise KeyboardInterrupt
    with pytest.raises(duckdb.ConnectionException):
        con.execute("SELECT 1")
    with closed_at_end(duckdb.connect(path)) as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
    with pytest.raises(duckdb.ConnectionException):
        con.execute("SELECT 1")
