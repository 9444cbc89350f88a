"""From the arms' daily rows of many tests to their pairs: tests of as many days are computed together."""

from collections.abc import Mapping

import numpy as np
import polars as pl
import polars.selectors as cs

from adops_pipeline.domain.experiments.arrays import Floats
from adops_pipeline.domain.experiments.dependence import EARLIER_DAYS, FEWEST_EARLIER_DAYS
from adops_pipeline.domain.experiments.pairs import ArmsDays, DayPairs, pair_days, split_p_by_day

_PARTS = ("numerator_A", "denominator_A", "numerator_B", "denominator_B")
_EXPOSURES = ("impressions_A", "impressions_B")


def pairs_of(rows: pl.DataFrame, splits: Mapping[str, float]) -> dict[str, DayPairs]:
    """Pairs by test with at least two days.

    ``rows``: test_id, arm, date, numerator, denominator, impressions, and the test's start and end; those before the
    start are earlier days of the same arms, of which whole weeks count where both arms delivered. ``splits``: A's
    promised share of the impressions by test.
    """
    wide = _wide(rows)
    during = wide.filter(pl.col("date").is_between("start", "end"))
    earlier = _whole_weeks(wide.filter(pl.col("date") < pl.col("start")))
    lengths = (
        during.group_by("test_id", maintain_order=True)
        .agg(pl.len().alias("days"))
        .join(earlier.group_by("test_id").agg(pl.len().alias("before")), on="test_id", how="left")
        .with_columns(pl.col("before").fill_null(0))
        .filter(pl.col("days") > 1)
    )
    found: dict[str, DayPairs] = {}
    for (days, before), tests in lengths.group_by(["days", "before"], maintain_order=True):
        ids = tests.select("test_id").sort("test_id")
        inside = ids.join(during, on="test_id", maintain_order="left")
        past = ids.join(earlier, on="test_id", maintain_order="left") if before else None
        pairs = pair_days(_arms(inside, days), None if past is None else _arms(past, before))
        names = ids["test_id"].to_list()
        pairs = pairs._replace(split_p=_split_p(inside, days, names, splits))
        found.update((name, pairs.row(number)) for number, name in enumerate(names))
    return found


def _wide(rows: pl.DataFrame) -> pl.DataFrame:
    """A row per test and day with both arms' parts, 0 where an arm did not deliver."""
    keys, parts = ["test_id", "date", "start", "end"], ["numerator", "denominator", "impressions"]
    a, b = (
        rows.filter(pl.col("arm") == arm).select(*keys, pl.col(parts).name.suffix(f"_{arm}"), pl.lit(1).alias(arm))
        for arm in ("A", "B")
    )
    both = pl.col("A", "B").is_not_null()
    wide = a.join(b, on=keys, how="full", coalesce=True).with_columns(pl.sum_horizontal(both).alias("arms"))
    return wide.with_columns(cs.numeric().fill_null(0)).sort("test_id", "date")


def _whole_weeks(earlier: pl.DataFrame) -> pl.DataFrame:
    """The newest whole weeks of each test's earlier days on which both arms delivered; none where they are too few."""
    delivered = earlier.filter(pl.col("arms") == 2)
    age, count = (pl.col("start") - pl.col("date")).dt.total_days(), pl.len().over("test_id")
    recent = delivered.filter(age <= EARLIER_DAYS)
    rank = pl.col("date").rank("ordinal", descending=True).over("test_id")
    return recent.filter(rank <= count // 7 * 7, count >= FEWEST_EARLIER_DAYS)


def _arms(rows: pl.DataFrame, days: int) -> ArmsDays:
    return ArmsDays(*(_shaped(rows, part, days) for part in _PARTS))


def _shaped(rows: pl.DataFrame, column: str, days: int) -> Floats:
    return rows[column].cast(pl.Float64).to_numpy().reshape(-1, days)


def _split_p(rows: pl.DataFrame, days: int, tests: list[str], splits: Mapping[str, float]) -> Floats:
    p = np.full(len(tests), np.nan)
    promised = np.array([test in splits for test in tests])
    if promised.any():
        a, b = (_shaped(rows, part, days)[promised] for part in _EXPOSURES)
        p[promised] = split_p_by_day(a, b, np.array([splits[test] for test in tests if test in splits]))
    return p
