"""From ad groups' days to the tests' arms: which days count, what each arm adds up to, in which currency.

Nothing is tested here. A day's row of an arm is the sum over its ad groups; all tests are measured in one pass. Both
arms are paired by day, unless a test declares that its trials are independent (method z or exact).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

import polars as pl

from adops_pipeline.domain.experiments.cuped import AdjustedEffect, cuped_log_ratio
from adops_pipeline.domain.experiments.decisions import Arm, ExperimentInput
from adops_pipeline.domain.experiments.definitions import TestDefinition
from adops_pipeline.domain.experiments.paired_frames import pairs_of
from adops_pipeline.domain.experiments.pairs import DayPairs
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.samples import Proportion, RatioSums, RatioUnits, Sample, sum_units
from adops_pipeline.domain.vocabulary import DateRange

MEASURES = ("impressions", "clicks", "spend", "revenue", "conversions")
_ARMS = ("A", "B")
_MEMBERS = {
    "test_id": pl.String(),
    "arm": pl.String(),
    "platform": pl.String(),
    "ad_group_id": pl.String(),
    "started_on": pl.Date(),
    "period_days": pl.Int64(),
}
_LONGEST_MATURITY_DAYS = 30
_NO_UNITS = RatioSums(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ArmDays:
    """The arms' days of all tests: a row per day with delivery.

    Columns: test_id, arm, date, ``MEASURES``, and ``currency`` and ``last_currency``, which differ where an arm has
    several currencies.

    ``as_of`` is the last day that is complete in all accounts of a test; None where no account is known.
    """

    rows: pl.DataFrame
    as_of: Mapping[str, date | None]


def arm_days(definitions: Sequence[TestDefinition], daily: pl.DataFrame, as_of: pl.DataFrame) -> ArmDays:
    """Every test's days. ``daily``: platform, account_id, ad_group_id, date, currency and ``MEASURES``; ``as_of``:

    platform, account_id, as_of. Tests whose ad groups never delivered are judged as of the newest day of their
    platform.
    """
    members = pl.DataFrame(
        [
            (test.id, arm, test.platform.value, ad_group, test.started_on, test.period_days)
            for test in definitions
            for arm, variant in zip(_ARMS, (test.variant_a, test.variant_b), strict=True)
            for ad_group in variant.ad_group_ids
        ],
        schema=_MEMBERS,
        orient="row",
    )
    rows = _in_periods(members.join(daily, on=["platform", "ad_group_id"], how="inner"))
    rows = rows.sort("test_id", "arm", "date", "ad_group_id")
    seen = rows.select("test_id", "platform", "account_id").unique().join(as_of, on=["platform", "account_id"])
    last = dict(seen.group_by("test_id").agg(pl.col("as_of").min()).iter_rows())
    newest = dict(as_of.group_by("platform").agg(pl.col("as_of").max()).iter_rows())
    days = {test.id: last.get(test.id, newest.get(test.platform.value)) for test in definitions}
    return ArmDays(_summed(rows), days)


def _in_periods(rows: pl.DataFrame) -> pl.DataFrame:
    """Of tests of two periods, each arm's days in its own period, B's at their place in the first one."""
    if rows["period_days"].null_count() == rows.height:
        return rows
    period, is_b = pl.duration(days="period_days"), pl.col("arm") == "B"
    date = pl.when(is_b & pl.col("period_days").is_not_null()).then(pl.col("date") - period).otherwise("date")
    moved = rows.with_columns(date.alias("date"))
    inside = pl.col("date").is_between(pl.col("started_on"), pl.col("started_on") + period, closed="left")
    return moved.filter(pl.col("period_days").is_null() | inside)


def judged_window(test: TestDefinition, as_of: date, mature_after_days: Mapping[str, int]) -> DateRange | None:
    """The days that count as of ``as_of``: at most ``max_days``, and only mature ones for metrics of conversions.

    ``mature_after_days`` by platform; 1 is a day known in full on the next. None: no day yet.
    """
    # of two periods the second one decides which pairs of days are known
    last = as_of - timedelta(days=test.period_days or 0)
    needs = {test.measured.numerator, test.measured.denominator}
    if test.wait_for_mature_days and needs & {"conversions", "revenue"}:
        lag = mature_after_days.get(test.platform.value, _LONGEST_MATURITY_DAYS)
        last -= timedelta(days=lag - 1)
    last = min(last, test.started_on + timedelta(days=test.max_days - 1))
    return DateRange(test.started_on, last) if last >= test.started_on else None


def measure(windows: Sequence[tuple[TestDefinition, DateRange]], days: ArmDays) -> list[ExperimentInput]:
    """The arms of every test over its window. Looks are added by who knows the test's history."""
    known = days.rows.join(_windows(windows), on="test_id", how="inner", maintain_order="left").with_columns(
        _part("top").alias("numerator"), _part("bottom").alias("denominator")
    )
    inside = known.filter(pl.col("date").is_between("start", "end"))
    splits = {test.id: test.expected_split for test, _ in windows if test.expected_split is not None}
    learning = [test.id for test, _ in windows if test.use_earlier_days]
    pairs = pairs_of(known.filter((pl.col("date") >= pl.col("start")) | pl.col("test_id").is_in(learning)), splits)
    sums = sum_units(
        inside,
        ["test_id", "arm"],
        pl.col("impressions").sum(),
        pl.col("date").min().alias("first"),
        pl.col("date").max().alias("last"),
        pl.col("currency").min(),
        pl.col("last_currency").max(),
    )
    arms = {(row["test_id"], row["arm"]): row for row in sums.iter_rows(named=True)}
    with_past = [test.id for test, _ in windows if test.use_cuped]
    of_test = days.rows.filter(pl.col("test_id").is_in(with_past)).partition_by("test_id", as_dict=True)
    return [
        _measured(
            test,
            window,
            [arms.get((test.id, arm)) for arm in _ARMS],
            of_test.get((test.id,)),
            None if _is_counted(test) else pairs.get(test.id),
        )
        for test, window in windows
    ]


def _part(named: str) -> pl.Expr:
    """The measure that the column ``named`` names."""
    return pl.coalesce(pl.when(pl.col(named) == name).then(pl.col(name)) for name in MEASURES)


def _windows(windows: Sequence[tuple[TestDefinition, DateRange]]) -> pl.DataFrame:
    """A row per test: its window, and its metric's parts by name."""
    return pl.DataFrame(
        [
            (test.id, window.start, window.end, test.measured.numerator, test.measured.denominator)
            for test, window in windows
        ],
        schema={
            "test_id": pl.String(),
            "start": pl.Date(),
            "end": pl.Date(),
            "top": pl.String(),
            "bottom": pl.String(),
        },
        orient="row",
    )


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    numbers = [pl.col(name).cast(pl.Float64).fill_null(0.0).sum() for name in MEASURES]
    # the smallest and the largest name instead of a list of all, which takes most of the time of many tests
    currencies = pl.col("currency").min(), pl.col("currency").max().alias("last_currency")
    return rows.group_by(["test_id", "arm", "date"], maintain_order=True).agg(*numbers, *currencies)


def _measured(
    test: TestDefinition,
    window: DateRange,
    sums: list[dict[str, Any] | None],
    days: pl.DataFrame | None,
    pairs: DayPairs | None,
) -> ExperimentInput:
    problem = _problem(test, sums)
    arms = [_arm(test, arm, ends=None not in sums) for arm in sums]
    adjusted = _without_the_past(test, days, window) if days is not None and problem is None else None
    return ExperimentInput(test.metric, arms[0], arms[1], window.days, adjusted=adjusted, problem=problem, pairs=pairs)


def _problem(test: TestDefinition, sums: list[dict[str, Any] | None]) -> Reason | None:
    if None in sums:
        return "no-delivery"
    is_mixed = any(arm["currency"] != arm["last_currency"] for arm in sums if arm is not None)
    return "different-currency" if is_mixed and test.measured.has_money else None


def _is_counted(test: TestDefinition) -> bool:
    """Whether the test declares its trials as independent units."""
    return test.method in ("z", "exact")


def _arm(test: TestDefinition, sums: dict[str, Any] | None, *, ends: bool) -> Arm:
    is_counted = _is_counted(test)
    if sums is None:
        return Arm(Proportion(0.0, 0.0) if is_counted else _NO_UNITS, exposures=0.0)
    sample: Sample = Proportion(sums["sum_num"], sums["sum_den"])
    if not is_counted:
        sample = RatioSums(*(sums[name] for name in RatioSums._fields))
    window = DateRange(sums["first"], sums["last"]) if ends else None
    return Arm(sample, sums["currency"], window, sums["impressions"])


def _without_the_past(test: TestDefinition, days: pl.DataFrame, window: DateRange) -> AdjustedEffect | None:
    """CUPED with each day's predecessor of the same weekday before the test; None where one is missing."""
    back = timedelta(days=7 * ceil(window.days / 7))
    parts: list[RatioUnits] = []
    dates: list[list[date]] = []
    for arm in _ARMS:
        part = days.filter(pl.col("arm") == arm)
        during = part.filter(pl.col("date").is_between(window.start, window.end))
        earlier = part.with_columns(pl.col("date") + back)
        before = during.select("date").join(earlier, on="date", how="inner", maintain_order="left")
        if before.height < during.height:
            return None
        dates.append(during["date"].to_list())
        parts += [_units(test, during), _units(test, before)]
    if dates[0] != dates[1]:
        return None
    effect = cuped_log_ratio(*parts)
    return effect if isinstance(effect, AdjustedEffect) else None


def _units(test: TestDefinition, days: pl.DataFrame) -> RatioUnits:
    metric = test.measured
    return RatioUnits.of(days[metric.numerator].to_numpy(), days[metric.denominator].to_numpy())
