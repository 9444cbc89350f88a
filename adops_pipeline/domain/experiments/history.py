"""What earlier evaluations left behind: decisions that stand, and looks that were spent. Frames in, answers out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from adops_pipeline.domain.experiments.definitions import TestDefinition

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Earlier:
    """Rows of ``ab_tests`` and ``ab_test_results`` as they stand; either may be empty."""

    tests: pl.DataFrame
    results: pl.DataFrame

    def read(self) -> "History":
        """The rows by test."""
        tests = {row["id"]: row for row in self.tests.iter_rows(named=True)}
        looks: dict[str, list[Row]] = {}
        for row in self.results.iter_rows(named=True):
            looks.setdefault(row["test_id"], []).append(row)
        return History(tests, {test: sorted(rows, key=lambda row: row["evaluated_at"]) for test, rows in looks.items()})


@dataclass(frozen=True, slots=True)
class History:
    """Earlier rows by test; ``results`` in the order of their days."""

    tests: Mapping[str, Row]
    results: Mapping[str, list[Row]]

    def decision(self, test: TestDefinition) -> Row | None:
        """The row of ``ab_tests`` whose decision stands: made, and under the agreement that the test has today."""
        row = self.tests.get(test.id)
        if row is None or row["status"] == "running" or row["agreement"] != test.agreement:
            return None
        return row

    def decisive_result(self, test: TestDefinition) -> Row | None:
        """The evaluation that a standing decision was made by."""
        row = self.decision(test)
        looks = self.results.get(test.id, ())
        return next((look for look in looks if row and look["evaluated_at"] == row["completed_at"]), None)

    def spent_looks(self, test: TestDefinition, before: date, days: int) -> tuple[int, ...]:
        """Days of data at the looks before the day ``before``, increasing and fewer than ``days``."""
        found = {
            look["days"]
            for look in self.results.get(test.id, ())
            if look["is_look"] and look["evaluated_at"] < before and look["window_start"] == test.started_on
        }
        return tuple(sorted(seen for seen in found if seen < days))
