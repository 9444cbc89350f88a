"""Running totals of every campaign by day, in a temporary file: any period is two reads and a subtraction.

The totals of 10,000 campaigns over a year take about 350 MB: too much to hold in memory, quickly read from a file. It
lies beside the snapshot and has no name, so that it is gone with the process.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from adops_pipeline.warehouse.errors import WarehouseError
from adops_pipeline.warehouse.queries.measures import MEASURES, UNITS, Floats, Ints, Places

_DAYS_AT_A_TIME = 16
_BYTES = 8
_SPEND = MEASURES.index("spend")


class RunningTotals:
    """Totals of all days before a day. ``place``: the place of each `campaign_no`, ``size``: number of places.

    Nothing changes after it is made, so any number of threads may read.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, place: Places, size: int) -> None:
        self._size = size
        found = con.execute("SELECT min(date), max(date) FROM rollup_campaign_days").fetchone() or (None, None)
        self.first: date = found[0] or date(1970, 1, 1)
        self.days: int = 0 if found[1] is None else (found[1] - self.first).days + 1
        self._block = len(MEASURES) * size * _BYTES
        self._spend_at = (self.days + 1) * self._block
        try:
            self._file = _temporary_file(con)
            self._write(con, place)
        except OSError as error:
            raise WarehouseError(f"the totals of campaigns cannot be written beside the snapshot: {error}") from None

    def close(self) -> None:
        """Delete the file."""
        self._file.close()

    def before(self, day: date) -> Ints:
        """Measures x campaigns: the sums of all days before ``day``."""
        totals = np.empty((len(MEASURES), self._size), dtype=np.int64)
        self._read(totals, self._index(day) * self._block)
        return totals

    def spend_between(self, ends: list[date], campaigns: Places) -> Ints:
        """Campaigns x steps: the spend from each of the ``ends`` until the day before the next one."""
        places = [self._index(day) for day in ends]
        totals = np.zeros((len(campaigns), self.days + 1), dtype=np.int64)
        for row, campaign in zip(totals, campaigns.tolist(), strict=True):
            self._read(row, self._spend_at + campaign * row.nbytes)
        spend: Ints = np.diff(totals[:, places], axis=1)
        return spend

    def _index(self, day: date) -> int:
        return min(max((day - self.first).days, 0), self.days)

    def _read(self, into: Ints, offset: int) -> None:
        if into.nbytes:
            os.preadv(self._file.fileno(), [into.data], offset)

    def _write(self, con: duckdb.DuckDBPyConnection, place: Places) -> None:
        """First the totals day by day, beginning with zeros, then the spend campaign by campaign."""
        self._file.truncate(self._spend_at + (self.days + 1) * self._size * _BYTES)
        spend = np.zeros((self.days + 1, self._size), dtype=np.int64)
        carried = np.zeros((len(MEASURES), self._size), dtype=np.int64)
        for start in range(0, self.days, _DAYS_AT_A_TIME):
            length = min(_DAYS_AT_A_TIME, self.days - start)
            totals = np.zeros((length, *carried.shape), dtype=np.int64)
            first = self.first + timedelta(days=start)
            last = first + timedelta(days=length - 1)
            found = con.execute(_days(first, last)).fetchnumpy()
            day, campaign = np.asarray(found["day"]), place[np.asarray(found["campaign_no"])]
            for at, (name, values) in enumerate(_measures(found)):
                totals[day, at, campaign] = np.rint(values * UNITS[name])
            totals[0] += carried
            np.cumsum(totals, axis=0, out=totals)
            carried = totals[-1].copy()
            spend[start + 1 : start + 1 + length] = totals[:, _SPEND]
            self._put(totals, (start + 1) * self._block)
        self._put(np.ascontiguousarray(spend.T), self._spend_at)

    def _put(self, values: Ints, offset: int) -> None:
        left = values.data.cast("B") if values.nbytes else memoryview(b"")
        while left:  # one call writes 2 GiB at most
            written = os.pwrite(self._file.fileno(), left, offset)
            left, offset = left[written:], offset + written


def _temporary_file(con: duckdb.DuckDBPyConnection) -> Any:  # noqa: ANN401 - a file of bytes without a name
    query = "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
    (path,) = con.execute(query).fetchone() or (None,)
    return tempfile.TemporaryFile(dir=Path(path).parent if path else None, buffering=0)


def _days(first: date, last: date) -> str:
    """The days of campaigns. Bound values would make DuckDB import pyarrow, which takes tens of megabytes."""
    return f"""
    SELECT (date - DATE '{first}')::INTEGER AS day, campaign_no, impressions, clicks, spend, conversions, revenue,
        spend_reporting, revenue_reporting, conversions_share_known
    FROM rollup_campaign_days WHERE date BETWEEN DATE '{first}' AND DATE '{last}'
    """  # noqa: S608 - dates


def _measures(days: Mapping[str, Any]) -> Iterator[tuple[str, Floats]]:
    """The measures of days of campaigns."""
    known = np.ma.filled(days["conversions_share_known"], 1.0)
    rate_is_missing = np.ma.getmaskarray(days["spend_reporting"]), np.ma.getmaskarray(days["revenue_reporting"])
    reporting = {name: np.ma.filled(days[name], 0.0) for name in ("spend_reporting", "revenue_reporting")}
    plain = {name: np.asarray(days[name], dtype=np.float64) for name in MEASURES[:5]}
    yield from plain.items()
    yield "conversions_nowcast", plain["conversions"] / known
    yield "revenue_nowcast", plain["revenue"] / known
    yield from reporting.items()
    yield "revenue_reporting_nowcast", reporting["revenue_reporting"] / known
    yield "spend_without_rate", plain["spend"] * rate_is_missing[0]
    yield "revenue_without_rate", plain["revenue"] * rate_is_missing[1]
