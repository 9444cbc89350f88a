"""Results of computations, kept in files until something that they were computed from changes.

After a sync that restated no day that is over the costly computations of a run would give what they gave before. A
result is found again by a digest of the values that it was computed from, of the code and of the libraries: nobody has
to say when it is out of date. Files are a convenience: without them, or with damaged ones, results are computed.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl

import adops_pipeline
from adops_pipeline.warehouse.files import replace_durably

_COMPUTING = ("domain", "services/analysis.py")
"""The code whose results are kept."""


@dataclass(frozen=True)
class KeptResults:
    """The newest result of each computation, by its name. ``folder``: where they are kept; None: nowhere."""

    folder: Path | None = None

    def frames(
        self, name: str, inputs: Iterable[object], compute: Callable[[], Sequence[pl.DataFrame]]
    ) -> Sequence[pl.DataFrame]:
        """The frames of ``compute``, which depends on ``inputs`` alone: kept ones if those are the same as then.

        Inputs are frames, whose rows may come in any order, and values whose representation says all of them.
        """
        if self.folder is None:
            return compute()
        path, wanted = self.folder / f"{name}.frames", digest(inputs)
        known = _read(path, wanted)
        if known is not None:
            return known
        found = compute()
        with suppress(OSError):  # a full disk: the next run computes again
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_durably(path, _packed(wanted, found))
        return found


def digest(inputs: Iterable[object]) -> str:
    """A digest of these values, and of the code that computes with them."""
    total = hashlib.sha256(_code().encode())
    for value in inputs:
        part = _of_frame(value) if isinstance(value, pl.DataFrame) else repr(value).encode()
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()


def _of_frame(frame: pl.DataFrame) -> bytes:
    # A table has no order, and DuckDB gives its rows in that in which they were last written: sums, modulo 2**64, have
    # none either, and take a third of the time that sorting takes.
    rows = frame.hash_rows().to_numpy() if frame.width else np.empty(0, np.uint64)
    sums = rows.sum(dtype=np.uint64), (rows * rows).sum(dtype=np.uint64)
    return f"{frame.schema} {frame.height} {sums}".encode()


@cache
def _code() -> str:
    """A digest of the code that computes, by its content: times of files say nothing after an installation."""
    root = Path(adops_pipeline.__file__).parent
    total = hashlib.sha256(f"{pl.__version__} {np.__version__}".encode())
    for part in _COMPUTING:
        place = root / part
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            total.update(file.read_bytes())
    return total.hexdigest()


def _packed(inputs: str, frames: Sequence[pl.DataFrame]) -> bytes:
    """A line of JSON, and the frames in Arrow's file format."""
    bodies = []
    for frame in frames:
        body = BytesIO()
        frame.write_ipc(body)
        bodies.append(body.getvalue())
    content = b"".join(bodies)
    head = {"inputs": inputs, "sizes": [len(body) for body in bodies], "sha256": hashlib.sha256(content).hexdigest()}
    return json.dumps(head).encode() + b"\n" + content


def _read(path: Path, wanted: str) -> list[pl.DataFrame] | None:
    """The frames in a file; None if it is of other inputs, damaged or missing."""
    try:
        line, _, content = path.read_bytes().partition(b"\n")
        head = json.loads(line)
        if head["inputs"] != wanted or head["sha256"] != hashlib.sha256(content).hexdigest():
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    frames, at = [], 0
    for size in head["sizes"]:
        frames.append(pl.read_ipc(BytesIO(content[at : at + size])))
        at += size
    return frames
