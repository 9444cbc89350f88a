"""From ad groups' days to a test's two arms: which days count, what each arm adds up to, in which currency.

Nothing is tested here. A day's row of an arm is the sum over its ad groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from types import MappingProxyType

import polars as pl

from adops_pipeline.domain.experiments.cuped import AdjustedEffect, cuped_log_ratio
from adops_pipeline.domain.experiments.decisions import Arm, ExperimentInput
from adops_pipeline.domain.experiments.definitions import TestDefinition
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.samples import Proportion, RatioUnits
from adops_pipeline.domain.vocabulary import DateRange

MEASURES = ("impressions", "clicks", "spend", "revenue", "conversions")
_ARMS = ("A", "B")
_LONGEST_MATURITY_DAYS = 30
_NOTHING = pl.DataFrame(
    schema={"date": pl.Date(), **dict.fromkeys(MEASURES, pl.Float64()), "currencies": pl.List(pl.String())}
)


@dataclass(frozen=True, slots=True)
class ArmDays:
    """The two arms of a test, a row per day with delivery; ``as_of`` is the last day that is complete in all accounts.

    ``as_of`` is None where no account of the platform is known.
    """

    a: pl.DataFrame
    b: pl.DataFrame
    as_of: date | None


def arm_days(definitions: Sequence[TestDefinition], daily: pl.DataFrame, as_of: pl.DataFrame) -> Mapping[str, ArmDays]:
    """Every test's days by its id, in one pass over ``daily``.

    ``daily``: platform, account_id, ad_group_id, date, currency and ``MEASURES``; ``as_of``: platform, account_id,
    as_of. Tests whose ad groups never delivered are judged as of the newest day of their platform.
    """
    members = pl.DataFrame(
        [
            (test.id, arm, test.platform.value, ad_group)
            for test in definitions
            for arm, variant in zip(_ARMS, (test.variant_a, test.variant_b), strict=True)
            for ad_group in variant.ad_group_ids
        ],
        schema={"test_id": pl.String(), "arm": pl.String(), "platform": pl.String(), "ad_group_id": pl.String()},
        orient="row",
    )
    rows = members.join(daily, on=["platform", "ad_group_id"], how="inner")
    rows = rows.sort("test_id", "arm", "date", "ad_group_id")
    seen = rows.select("test_id", "platform", "account_id").unique().join(as_of, on=["platform", "account_id"])
    last = dict(seen.group_by("test_id").agg(pl.col("as_of").min()).iter_rows())
    newest = dict(as_of.group_by("platform").agg(pl.col("as_of").max()).iter_rows())
    parts = _summed(rows).partition_by(["test_id", "arm"], as_dict=True, include_key=False)

    def of(test: TestDefinition) -> ArmDays:
        a, b = (parts.get((test.id, arm), _NOTHING) for arm in _ARMS)
        return ArmDays(a, b, last.get(test.id, newest.get(test.platform.value)))

    return MappingProxyType({test.id: of(test) for test in definitions})


def judged_window(test: TestDefinition, as_of: date, mature_after_days: Mapping[str, int]) -> DateRange | None:
    """The days that count as of ``as_of``: at most ``max_days``, and only mature ones for metrics of conversions.

    ``mature_after_days`` by platform; 1 is a day known in full on the next. None: no day yet.
    """
    last = as_of
    needs = {test.measured.numerator, test.measured.denominator}
    if test.wait_for_mature_days and needs & {"conversions", "revenue"}:
        lag = mature_after_days.get(test.platform.value, _LONGEST_MATURITY_DAYS)
        last -= timedelta(days=lag - 1)
    last = min(last, test.started_on + timedelta(days=test.max_days - 1))
    return DateRange(test.started_on, last) if last >= test.started_on else None


def measure(test: TestDefinition, days: ArmDays, window: DateRange) -> ExperimentInput:
    """The arms over ``window``, without looks: whose business these are knows the test's history."""
    a, b = (_inside(part, window) for part in (days.a, days.b))
    problem = _problem(test, a, b)
    is_delivered = not a.is_empty() and not b.is_empty()
    arms = [_arm(test, part, ends=is_delivered) for part in (a, b)]
    adjusted = None
    if test.use_cuped and problem is None:
        adjusted = _without_the_past(test, days, window)
    return ExperimentInput(test.metric, arms[0], arms[1], window.days, adjusted=adjusted, problem=problem)


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    numbers = [pl.col(name).cast(pl.Float64).fill_null(0.0).sum() for name in MEASURES]
    currencies = pl.col("currency").drop_nulls().unique().sort().alias("currencies")
    return rows.group_by(["test_id", "arm", "date"], maintain_order=True).agg(*numbers, currencies)


def _inside(days: pl.DataFrame, window: DateRange) -> pl.DataFrame:
    return days.filter(pl.col("date").is_between(window.start, window.end))


def _problem(test: TestDefinition, a: pl.DataFrame, b: pl.DataFrame) -> Reason | None:
    if a.is_empty() or b.is_empty():
        return "no-delivery"
    is_mixed = any(len(_currencies(arm)) > 1 for arm in (a, b))
    return "different-currency" if is_mixed and test.measured.has_money else None


def _currencies(arm: pl.DataFrame) -> list[str]:
    return sorted({currency for of_day in arm["currencies"].to_list() for currency in of_day})


def _arm(test: TestDefinition, days: pl.DataFrame, *, ends: bool) -> Arm:
    metric, units = test.measured, _units(test, days)
    is_counted = metric.kind == "proportion" and test.method in ("auto", "z", "exact") and not test.use_cuped
    sample = (
        Proportion(*(float(days[part].sum()) for part in (metric.numerator, metric.denominator)))
        if is_counted
        else units
    )
    window = None
    first, last = days["date"].min(), days["date"].max()
    if ends and isinstance(first, date) and isinstance(last, date):
        window = DateRange(first, last)
    return Arm(sample, next(iter(_currencies(days)), None), window, float(days["impressions"].sum()))


def _units(test: TestDefinition, days: pl.DataFrame) -> RatioUnits:
    metric = test.measured
    return RatioUnits.of(days[metric.numerator].to_numpy(), days[metric.denominator].to_numpy())


def _without_the_past(test: TestDefinition, days: ArmDays, window: DateRange) -> AdjustedEffect | None:
    """CUPED with each day's predecessor of the same weekday before the test; None where one is missing."""
    back = timedelta(days=7 * ceil(window.days / 7))
    pairs = []
    for part in (days.a, days.b):
        during = _inside(part, window)
        earlier = part.with_columns(pl.col("date") + back)
        before = during.select("date").join(earlier, on="date", how="inner", maintain_order="left")
        if before.height < during.height:
            return None
        pairs += [_units(test, during), _units(test, before)]
    effect = cuped_log_ratio(*pairs)
    return effect if isinstance(effect, AdjustedEffect) else None
