"""Answers one query in a process of its own: for servers, which a query must neither fill nor hold.

The child has none of the environment of this process, may allocate a bounded amount, and is killed when its time is
over. It gets its request as JSON and answers with JSON: nothing that it writes is executed here.
"""

import dataclasses
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adops_pipeline.domain.json_values import json_value
from adops_pipeline.warehouse.errors import no_snapshot
from adops_pipeline.warehouse.queries.address_space import bounded_address_space
from adops_pipeline.warehouse.queries.errors import Bound, BoundError, QueryError
from adops_pipeline.warehouse.queries.read_only import Answer, Bounds, query_snapshot

_AT_A_TIME = threading.BoundedSemaphore(2)
_STARTUP_SECONDS = 20.0
_GRACE_SECONDS = 3.0
_WAIT_SECONDS = 5.0
"""How long a query waits for others: who waits holds a thread of the server."""
_MOST_BYTES = 64 << 20
_PROGRAM = f"from {__name__} import main; main()"
_ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """Columns, and rows of JSON values: dates, decimals and identifiers are texts, binary data hexadecimal."""

    columns: list[str]
    rows: list[list[Any]]


def query_in_child(path: Path, sql: str, bounds: Bounds) -> JsonAnswer:
    """Answer one SELECT of the snapshot.

    Raises QueryError, as BoundError where the query takes more than it may, and WarehouseError without a snapshot.
    """
    if not path.exists():
        raise no_snapshot(path)
    if not _AT_A_TIME.acquire(timeout=_WAIT_SECONDS):
        raise QueryError("other queries are running; try again in a few seconds")
    try:
        return _read(_run(path, sql, bounds), bounds)
    finally:
        _AT_A_TIME.release()


def _run(path: Path, sql: str, bounds: Bounds) -> "subprocess.CompletedProcess[bytes]":
    request = {"path": str(path), "sql": sql, "bounds": dataclasses.asdict(bounds)}
    try:
        return subprocess.run(  # noqa: S603 - this interpreter with a constant program
            [sys.executable, "-P", "-c", _PROGRAM],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=_STARTUP_SECONDS + bounds.seconds + _GRACE_SECONDS,
            env=_ENVIRONMENT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_long(bounds) from None


def _read(ended: "subprocess.CompletedProcess[bytes]", bounds: Bounds) -> JsonAnswer:
    if ended.returncode == _STUCK:
        raise _too_long(bounds)
    if ended.returncode != 0:  # the system ends a process whose allocation fails where nothing can catch it
        raise BoundError(Bound.MEMORY, f"the query needs more memory than {bounds.memory_mb:,} MB; narrow it")
    document = json.loads(ended.stdout)
    if "error" not in document:
        return JsonAnswer(document["columns"], document["rows"])
    if document["bound"] is None:
        raise QueryError(document["error"])
    raise BoundError(Bound(document["bound"]), document["error"])


def _too_long(bounds: Bounds) -> BoundError:
    return BoundError(Bound.TIME, f"the query took longer than {bounds.seconds:g} s; narrow it")


_STUCK = 75
_ABSENT = ("pandas", "pyarrow", "numpy")
"""DuckDB imports them to recognise values that no query of texts has; they take longer than most queries."""


def main() -> None:
    """Answer the request on stdin, in the child."""
    import os  # noqa: PLC0415 - in the child only

    for name in _ABSENT:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    request = json.loads(sys.stdin.buffer.read())
    bounds = Bounds(**request["bounds"])
    try:
        with bounded_address_space(bounds.memory_mb):
            answer = query_snapshot(Path(request["path"]), request["sql"], bounds, on_stuck=lambda: os._exit(_STUCK))
            text = _json_of(answer)
    except BoundError as error:
        text = json.dumps({"error": str(error), "bound": error.bound})
    except QueryError as error:
        text = json.dumps({"error": str(error), "bound": None})
    sys.stdout.write(text)
    sys.stdout.flush()
    os._exit(0)  # what the process holds is freed by its end


def _json_of(answer: Answer) -> str:
    text = json.dumps({"columns": answer.columns, "rows": [list(map(json_value, row)) for row in answer.rows]})
    if len(text) > _MOST_BYTES:
        raise BoundError(Bound.MEMORY, f"the answer is larger than {_MOST_BYTES >> 20} MiB; select less")
    return text
