"""The API at size: latency under 16 closed-loop clients, beside SQLite answering the same questions by SQL.

Run: python -m benchmarks.api [--folder FOLDER] [--requests 1500] [--campaigns 10000]

The folder keeps the agency (benchmarks/agency.py), published by the product, for the next time. The real server is
started; clients ask for overview, campaigns (any sort, page, search), comparisons and pacing: first over the usual
periods, then over arbitrary ones, each asked once. All clients share one thread of this process, whose processor time
is printed, too. Memory when idle is measured after everything that answers are computed from was loaded.

Limits on two idle cores: 95th percentile 25 ms and 80 ms, twenty times less processor time than SQLite, ready within
2 s, 250 MB when idle.
"""

import argparse
import os
import random
import re
import selectors
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import duckdb

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.services.analysis import Analysis
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.publish import publish
from benchmarks.agency import DAYS, LAST_DAY, NOW, build
from benchmarks.score import Score, all_hold, table

_CLIENTS = 16
_USUAL_MS, _ARBITRARY_MS, _TIMES_SQLITE, _READY_SECONDS, _IDLE_MB = 25.0, 80.0, 20.0, 2.0, 250.0
_NEXT_PAGES, _TAIL, _IDLE_CPU_SECONDS = 0.3, 4096, 0.05
_KINDS = ("overview", "campaigns", "compare", "pacing")
_FIRST_DAY = LAST_DAY - timedelta(days=DAYS - 1)
_SORTS = ("spend", "-spend", "-roas", "cpa", "name", "-clicks", "-revenueChange", "id", "-ctr", "conversions")
_TICKS = os.sysconf("SC_CLK_TCK")
_FILL = {"TIMESTAMP": "TIMESTAMP '2026-10-21 06:00:00'", "VARCHAR": "''", "DATE": "DATE '2026-10-20'"}
_RATE = "CASE currency WHEN 'USD' THEN 1 WHEN 'EUR' THEN 1.1 WHEN 'GBP' THEN 1.25 ELSE 0.0067 END"


def prepare(folder: Path, campaigns: int) -> None:
    """A published snapshot of the agency in ``folder``, and the same days in SQLite; kept from the last time."""
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = Warehouse(folder / "warehouse.duckdb", keep_seconds=2.0)
    if not (folder / "adops.duckdb").exists():
        with warehouse.writing() as con:
            build(con, campaigns)
            _complete(con)
        analysis = Analysis(warehouse, lambda: NOW)
        analysis.maturity()
        analysis.pacing()
        for case in ("first", "nothing changed"):
            found = publish(warehouse, folder / "adops.duckdb")
            print(f"published, {case}: {found.seconds:.2f} s, {found.bytes / 1e6:.0f} MB", flush=True)
    if not (folder / "peer.sqlite").exists():
        _fill_sqlite(folder)


def _complete(con: duckdb.DuckDBPyConnection) -> None:
    """Fill the columns that the agency leaves empty and the tables promise; amounts in the reporting currency."""
    con.execute(
        f"UPDATE analytics_metrics SET is_complete_day = true, spend_reporting = round(spend * {_RATE}, 6),"
        f" revenue_reporting = round(revenue * {_RATE}, 6)"
    )
    con.execute("UPDATE campaigns SET project_id = 'project ' || (external_id::BIGINT // 37 % 20)")
    for name, entry in TABLES.items():
        for column in entry.columns:
            if column.required or column.name in entry.key:
                value = _FILL.get(column.type, "0")
                con.execute(f'UPDATE "{name}" SET "{column.name}" = {value} WHERE "{column.name}" IS NULL')


def _fill_sqlite(folder: Path) -> None:
    """The specification's table and indexes, with the same days."""
    columns = ("platform", "account_id", "campaign_id", "campaign_name", "date", "currency", "impressions", "clicks",
               "spend", "conversions", "revenue")  # fmt: skip
    partial = folder / "peer.partial"
    partial.unlink(missing_ok=True)
    with sqlite3.connect(partial) as peer, duckdb.connect(str(folder / "adops.duckdb"), read_only=True) as con:
        peer.execute(f"CREATE TABLE analytics_metrics (id INTEGER PRIMARY KEY, {', '.join(columns)})")
        named = ", ".join(columns).replace("spend", "spend::DOUBLE").replace("revenue", "revenue::DOUBLE")
        found = con.execute(f"SELECT {named.replace('date', 'date::VARCHAR')} FROM analytics_metrics")
        insert = f"INSERT INTO analytics_metrics ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        while rows := found.fetchmany(100_000):
            peer.executemany(insert, rows)
        peer.execute("CREATE INDEX by_campaign ON analytics_metrics (platform, campaign_id, date)")
        peer.execute("CREATE INDEX by_date ON analytics_metrics (date)")
    partial.rename(folder / "peer.sqlite")


def usual_periods() -> list[tuple[date, date]]:
    """The periods that pages offer."""
    month = LAST_DAY.replace(day=1)
    before = month - timedelta(days=1)
    periods = [(LAST_DAY - timedelta(days=days - 1), LAST_DAY) for days in (7, 14, 28, 30, 90)]
    return [*periods, (month, LAST_DAY), (before.replace(day=1), before)]


def arbitrary_periods(rng: random.Random) -> Iterator[tuple[date, date]]:
    """Periods within the history, none twice."""
    seen = set()
    while True:
        first, last = sorted(_FIRST_DAY + timedelta(days=rng.randrange(DAYS)) for _ in range(2))
        if (first, last) not in seen:
            seen.add((first, last))
            yield first, last


def question(kind: str, period: tuple[date, date], rng: random.Random) -> str:
    """The address of a request."""
    span = {"from": str(period[0]), "to": str(period[1])}
    match kind:
        case "campaigns":
            query = span | {"limit": "25", "sort": rng.choice(_SORTS)}
            if rng.random() < 0.3:
                query["search"] = str(rng.randrange(1000))
        case "compare":
            query = span | {"by": rng.choice(("platform", "account", "project", "currency"))}
        case "pacing":
            query = {"limit": "25", "sort": rng.choice(("-moneyAtStake", "campaignName", "-spentToDate"))}
            if rng.random() < 0.3:
                query["search"] = str(rng.randrange(1000))
        case _:
            query = span
    return f"/api/analytics/{kind}?{urlencode(query)}"


class Client:
    """One connection that is kept; asks and reads whole answers with as little of the processor as possible."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.address, self.asked_at = "", 0.0
        self._parts: list[bytes] = []
        self._missing = -1

    def ask(self, address: str) -> None:
        """Send a request."""
        self.address, self.asked_at = address, time.perf_counter()
        self._parts, self._missing = [], -1
        self.socket.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def receive(self) -> bytes | None:
        """Read what has come; the body once it is whole. Raises RuntimeError unless the status is 200."""
        found = self.socket.recv(1 << 18)
        if not found:
            raise RuntimeError("the server closed the connection")
        self._parts.append(found)
        if self._missing > len(found):
            self._missing -= len(found)
            return None
        whole = b"".join(self._parts)
        head, end, body = whole.partition(b"\r\n\r\n")
        if not end:
            return None
        if b" 200 " not in head[:20]:
            raise RuntimeError(f"{self.address}: {whole[:400]!r}")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length is not None
        self._parts, self._missing = [whole], int(length[1]) - len(body)
        return body if self._missing == 0 else None

    def get(self, address: str) -> bytes:
        """The body of a successful answer."""
        self.ask(address)
        while (body := self.receive()) is None:
            pass
        return body


@dataclass
class Load:
    """Milliseconds of the requests by kind; processor milliseconds of server and clients for each."""

    name: str
    limit: float
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in _KINDS})
    cpu_ms: float = 0.0
    client_ms: float = 0.0

    def percentile(self, kind: str, share: int) -> float:
        """A percentile of a kind's requests."""
        return statistics.quantiles(self.milliseconds[kind], n=100)[share - 1]


def run(port: int, pid: int, load: Load, requests: int, periods: Callable[[], tuple[date, date]]) -> None:
    """Ask ``requests`` questions from all clients, each as soon as its last one was answered.

    One thread serves all clients: threads of their own would wait for each other, and that time would count.
    """
    rng, pages = random.Random(1), random.Random(2)
    left = [question(_KINDS[n % len(_KINDS)], periods(), rng) for n in range(requests)]
    before, own_before = cpu_seconds(pid), time.process_time()
    with selectors.DefaultSelector() as waiting:
        for client in [Client(port) for _ in range(_CLIENTS)]:
            waiting.register(client.socket, selectors.EVENT_READ, client)
            client.ask(left.pop())
        while waiting.get_map():
            for ready, _ in waiting.select():
                client = ready.data
                body = client.receive()
                if body is None:
                    continue
                kind = client.address.split("?")[0].rpartition("/")[2]
                load.milliseconds[kind].append(1000 * (time.perf_counter() - client.asked_at))
                if kind == "campaigns" and "cursor" not in client.address and pages.random() < _NEXT_PAGES:
                    cursor = re.search(rb'"nextCursor":"([^"]+)"', body[-_TAIL:])
                    if cursor is not None:
                        left.append(f"{client.address}&cursor={cursor[1].decode()}")
                if left:
                    client.ask(left.pop())
                else:
                    waiting.unregister(client.socket)
                    client.socket.close()
    answered = sum(map(len, load.milliseconds.values()))
    load.cpu_ms = 1000 * (cpu_seconds(pid) - before) / answered
    load.client_ms = 1000 * (time.process_time() - own_before) / answered


def wait_until_idle(pid: int) -> None:
    """Wait until a process has used no processor time for a second."""
    spent = -1.0
    while cpu_seconds(pid) - spent > _IDLE_CPU_SECONDS:
        spent = cpu_seconds(pid)
        time.sleep(1.0)


def sqlite_ms(folder: Path, periods: Sequence[tuple[date, date]]) -> dict[str, float]:
    """Processor milliseconds for each kind of question in SQLite, one after the other."""
    sums = "sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(revenue)"
    halves = ", ".join(
        f"sum(CASE WHEN date >= :first THEN {name} END), sum(CASE WHEN date < :first THEN {name} END)"
        for name in ("impressions", "clicks", "spend", "conversions", "revenue")
    )
    where = "FROM analytics_metrics WHERE date BETWEEN :before AND :last"
    queries = {
        "overview": [f"SELECT currency, {halves} {where} GROUP BY currency",
                     f"SELECT date, platform, currency, {sums} {where} AND date >= :first GROUP BY 1, 2, 3"],
        "campaigns": [f"SELECT platform, campaign_id, {halves} {where} GROUP BY 1, 2 ORDER BY 8 LIMIT 25"],
        "compare": [f"SELECT platform, currency, {halves} {where} GROUP BY 1, 2"],
    }  # fmt: skip
    found = {}
    with sqlite3.connect(folder / "peer.sqlite") as peer:
        for kind, statements in queries.items():
            begun = time.process_time()
            for first, last in periods:
                bound = {"first": str(first), "last": str(last), "before": str(first - (last - first) - timedelta(1))}
                for statement in statements:
                    peer.execute(statement, bound).fetchall()
            found[kind] = 1000 * (time.process_time() - begun) / len(periods)
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_mb(pid: int) -> float:
    """Memory of a process that is its own, plus its part of shared pages (PSS)."""
    found = re.search(r"^Pss: +(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def measure(folder: Path, requests: int) -> tuple[list[Load], list[Score]]:
    """Start the server, ask, end it."""
    environment = os.environ | {"ADOPS_DATA_DIR": str(folder)}
    command = [str(Path(sys.executable).with_name("adops")), "serve", "--port", "0"]
    begun = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(re.findall(r":(\d+)/", server.stdout.readline())[0])
            Client(port).get("/healthz")
            ready = time.perf_counter() - begun
            rng, usual = random.Random(3), usual_periods()
            arbitrary = arbitrary_periods(rng)
            for kind in _KINDS:  # the first request of each kind loads what the others keep
                Client(port).get(question(kind, usual[3], rng))
            wait_until_idle(server.pid)
            idle = memory_mb(server.pid)
            loads = [Load("usual", _USUAL_MS), Load("arbitrary", _ARBITRARY_MS)]
            run(port, server.pid, loads[0], requests, lambda: rng.choice(usual))
            run(port, server.pid, loads[1], requests, lambda: next(arbitrary))
            used = memory_mb(server.pid)
        finally:
            server.terminate()
    return loads, [
        Score("start to ready", ready, high=_READY_SECONDS, unit="s"),
        Score("memory when idle", idle, high=_IDLE_MB, unit="MB"),
        Score("memory after the load", used, unit="MB"),
    ]


def main() -> None:
    """Parse the command line, measure, print; end with 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the agency is kept (default: a temporary folder)")
    parser.add_argument("--requests", type=int, default=1500, help="requests of each load")
    parser.add_argument("--campaigns", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        prepare(folder, given.campaigns)
        loads, rows = measure(folder, given.requests)
        rng = random.Random(4)
        arbitrary = arbitrary_periods(rng)
        peer = sqlite_ms(folder, [next(arbitrary) for _ in range(3)])
    for load in loads:
        print(
            f"{load.name}: {load.cpu_ms:.1f} ms of the server's processor time for each request,"
            f" {load.client_ms:.1f} ms of the clients'"
        )
        for kind in _KINDS:
            p50, p95, p99 = (load.percentile(kind, share) for share in (50, 95, 99))
            print(f"  {kind:<10} p50 {p50:7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f} ms")
            rows.append(Score("95th percentile", p95, high=load.limit, unit="ms", case=f"{load.name}: {kind}"))
    for kind, milliseconds in peer.items():
        times = milliseconds / loads[1].cpu_ms
        rows.append(Score("SQLite's processor time", times, low=_TIMES_SQLITE, unit="x", case=f"arbitrary: {kind}"))
    print("\n".join(table(rows, by_case=True)))
    sys.exit(0 if all_hold(rows) else 1)


if __name__ == "__main__":
    main()
