"""Sums by day of each account, currency and project, as running totals: any period is one subtraction.

Made once per snapshot from `rollup_daily`, or for some campaigns alone from their days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import duckdb
import msgspec
import numpy as np

from adops_pipeline.warehouse.queries.measures import MEASURES, SUMS, UNITS, Floats, Ints, Places
from adops_pipeline.warehouse.queries.scope import Dimension, Scope, newest_day
from adops_pipeline.warehouse.queries.value_filter import ValueFilter
from adops_pipeline.warehouse.sql import statement

Group = tuple[str, str, str, str | None]
"""Platform, currency, account and project."""
_COUNTS = ("impressions", "clicks")


@dataclass(frozen=True, slots=True)
class Grouped:
    """Sums of a period and of the one that it is compared with (measures x keys), by key and currency in order."""

    keys: Sequence[tuple[str | None, str]]
    now: Ints
    before: Ints


@dataclass(frozen=True, slots=True)
class _Partition:
    """Groups in the order of their key and currency; ``starts``: where each key begins."""

    keys: Sequence[tuple[str | None, str]]
    order: Places
    starts: Places


class DailySums:
    """Running totals of the groups. Nothing changes after it is made, so any number of threads may read."""

    def __init__(self, con: duckdb.DuckDBPyConnection, scope: Scope | None = None) -> None:
        """All sums; where ``scope`` names campaigns, theirs alone, of the days in scope."""
        source = "rollup_daily" if scope is None else f"({statement('api_scope_campaigns')})"
        values = {} if scope is None else scope.compared_values
        groups = statement("api_daily_groups").replace("$source", source)
        self.newest = newest_day(con) if scope is None else None
        self.groups: list[Group] = [row[1:] for row in con.execute(groups, values).fetchall()]
        query = statement("api_daily_sums").replace("$groups", groups).replace("$source", source)
        found = con.execute(query, values).fetchnumpy()
        self._first, days = _days(found["date"])
        group_no = np.asarray(found["group_no"])
        self._filters = [ValueFilter([group[at] for group in self.groups]) for at in range(4)]
        shape = days.max(initial=-1) + 1, len(self.groups)
        self._totals = np.zeros((shape[0] + 1, len(MEASURES), shape[1]), dtype=np.int64)
        for at, name in enumerate(MEASURES):
            self._totals[days + 1, at, group_no] = np.rint(_floats(found[name]) * UNITS[name]).astype(np.int64)
        np.cumsum(self._totals, axis=0, out=self._totals)
        self._rows = np.zeros((shape[0] + 1, shape[1]), dtype=np.int32)
        self._rows[days + 1, group_no] = 1
        np.cumsum(self._rows, axis=0, out=self._rows)
        self._known = np.full(shape, np.nan)
        self._known[days, group_no] = _floats(found["conversions_share_known"])
        self._partitions = {by: self._partition(by) for by in ("platform", "account", "project", "currency")}

    def grouped(self, scope: Scope, by: Dimension) -> Grouped:
        """The sums of the scope by a dimension and currency, of keys that have a row in one of its periods."""
        now, before = (scope.first, scope.last), (scope.before, scope.before_last)
        is_chosen = self._is_chosen(scope)
        partition = self._partitions[by]
        has_rows = sum(self._between(self._rows, *span) for span in (now, before)) * is_chosen
        sums = [self._between(self._totals, *span) * is_chosen for span in (now, before)]
        if not len(partition.order):
            return Grouped((), *sums)
        kept = np.add.reduceat(has_rows[partition.order], partition.starts) > 0
        now_sums, before_sums = (
            np.add.reduceat(one[:, partition.order], partition.starts, axis=1)[:, kept] for one in sums
        )
        return Grouped([key for key, is_kept in zip(partition.keys, kept, strict=True) if is_kept],
                       now_sums, before_sums)  # fmt: skip

    def series(self, scope: Scope) -> bytes:
        """A JSON array with an object for each day, platform and currency of the period that has rows, in order."""
        first, after = self._index(scope.first), self._index(scope.last + timedelta(days=1))
        if scope.account_ids or scope.project_id is not None:
            rows = self._rendered(first, after, np.flatnonzero(self._is_chosen(scope)))
        else:
            units, (objects, size) = self._partitions_of_series, self._series
            rows = objects[first * size : after * size]
            if scope.platforms or scope.currencies:
                wanted = [self._is_wanted(scope, platform, currency) for platform, currency in units]
                rows = [row for at, row in enumerate(rows) if wanted[at % size]]
        return b"[" + b",".join(filter(None, rows)) + b"]"

    @cached_property
    def _partitions_of_series(self) -> list[tuple[str, str]]:
        return sorted({(platform, currency) for platform, currency, _, _ in self.groups})

    @cached_property
    def _series(self) -> tuple[list[bytes], int]:
        """The objects of all days, platforms and currencies, and how many there are for each day."""
        everything = np.arange(len(self.groups), dtype=np.intp)
        return self._rendered(0, len(self._known), everything), len(self._partitions_of_series)

    def _rendered(self, first: int, after: int, chosen: Places) -> list[bytes]:
        """JSON objects of the days from ``first`` until ``after`` by platform and currency; empty without rows."""
        units = [self.groups[place][:2] for place in chosen]
        starts = [at for at, unit in enumerate(units) if at == 0 or unit != units[at - 1]]
        if not starts or after <= first:
            return []
        totals = self._totals[first : after + 1, : len(SUMS), chosen]
        sums = np.add.reduceat(np.diff(totals, axis=0), starts, axis=2)
        has_rows = np.add.reduceat(np.diff(self._rows[first : after + 1, chosen], axis=0), starts, axis=1) > 0
        known = np.fmin.reduceat(self._known[first:after, chosen], starts, axis=1)
        values = [
            (sums[:, at] if name in _COUNTS else sums[:, at] / UNITS[name]).tolist() for at, name in enumerate(SUMS)
        ]
        rows = []
        for at, (are_there, shares) in enumerate(zip(has_rows.tolist(), known.tolist(), strict=True)):
            day = str(self._first + timedelta(days=first + at))
            for unit, (is_there, start) in enumerate(zip(are_there, starts, strict=True)):
                row: dict[str, Any] = {"date": day, "platform": units[start][0], "currency": units[start][1]}
                row |= {name: values[place][at][unit] for place, name in enumerate(SUMS)}
                row["conversionsShareKnown"] = shares[unit]
                rows.append(msgspec.json.encode(row) if is_there else b"")
        return rows

    def _between(self, totals: Any, first: date, last: date) -> Any:  # noqa: ANN401 - arrays of several types
        return totals[self._index(last + timedelta(days=1))] - totals[self._index(first)]

    def _index(self, day: date) -> int:
        """How many days with sums lie before ``day``."""
        return min(max((day - self._first).days, 0), len(self._known))

    def _is_chosen(self, scope: Scope) -> Any:  # noqa: ANN401 - a mask, or True for every group
        is_chosen: Any = True
        for at, wanted in enumerate((scope.platforms, scope.currencies, scope.account_ids, scope.projects)):
            if wanted:
                is_chosen = is_chosen & self._filters[at].has(wanted)
        return is_chosen

    @staticmethod
    def _is_wanted(scope: Scope, platform: str, currency: str) -> bool:
        return (not scope.platforms or platform in scope.platforms) and (
            not scope.currencies or currency in scope.currencies
        )

    def _partition(self, by: str) -> _Partition:
        keys = [(_key(group, by), group[1]) for group in self.groups]
        order = sorted(range(len(keys)), key=lambda place: (keys[place][0] is None, *map(str, keys[place])))
        starts = [at for at, place in enumerate(order) if at == 0 or keys[place] != keys[order[at - 1]]]
        return _Partition([keys[order[start]] for start in starts], np.array(order, np.intp), np.array(starts, np.intp))


def _key(group: Group, by: str) -> str | None:
    platform, currency, account, project = group
    return {"platform": platform, "account": f"{platform}:{account}", "project": project, "currency": currency}[by]


def _days(dates: Any) -> tuple[date, Places]:  # noqa: ANN401 - as fetchnumpy gives them
    """The first day, and for each row how many days later it is."""
    days = np.asarray(dates).astype("datetime64[D]")
    if not len(days):
        return date(1970, 1, 1), np.zeros(0, dtype=np.intp)
    first = days.min()
    return first.astype(date), (days - first).astype(np.intp)


def _floats(values: Any) -> Floats:  # noqa: ANN401 - as fetchnumpy gives them
    """Numbers of a column, NaN for NULL."""
    return np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
