"""Made-up tests and days of their ad groups: expected values without chance, or with a seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from adops_pipeline.domain.experiments.definitions import TestDefinition, Variant
from adops_pipeline.domain.experiments.evaluation import NO_EARLIER, Evaluated, evaluate_tests
from adops_pipeline.domain.experiments.history import Earlier
from adops_pipeline.domain.experiments.samples import RatioSums, sum_units
from adops_pipeline.domain.vocabulary import Platform

START = date(2026, 9, 7)
KNOWN_AT_ONCE = {platform.value: 1 for platform in Platform}


def defined(test_id: str = "t", **changes: Any) -> TestDefinition:
    """A test of ad groups a and b of account 1."""
    values: dict[str, Any] = {
        "id": test_id, "name": f"Test {test_id}", "platform": Platform.META_ADS, "campaign_id": "c", "metric": "ctr",
        "variant_a": Variant("Old", ("a",)), "variant_b": Variant("New", ("b",)), "started_on": START,
    }  # fmt: skip
    return TestDefinition(**(values | changes))


@dataclass(frozen=True)
class Arm:
    """What an ad group's days hold on average; ``noise`` is the relative spread of its money."""

    ad_group: str
    ctr: float = 0.02
    cpa: float = 20.0
    impressions: int = 10_000
    account: str = "1"
    currency: str = "EUR"
    noise: float = 0.1


def days_of(*arms: Arm, first: date = START, days: int = 60, seed: int = 1) -> pl.DataFrame:
    """A row per arm and day."""
    rows = []
    for number, arm in enumerate(arms):
        rng = np.random.default_rng((seed, number))
        for n in range(days):
            sales = int(rng.poisson(20)) + 1
            spend = round(sales * arm.cpa * float(rng.lognormal(0, arm.noise)), 2)
            clicks = int(rng.binomial(arm.impressions, arm.ctr))
            rows.append(
                ("meta-ads", arm.account, arm.ad_group, first + timedelta(days=n), arm.currency, arm.impressions,
                 clicks, spend, 2.0 * spend, float(sales))
            )  # fmt: skip
    names = ["platform", "account_id", "ad_group_id", "date", "currency", "impressions", "clicks", "spend", "revenue",
             "conversions"]  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row")


def sums_of(numerators: ArrayLike, denominators: ArrayLike) -> RatioSums:
    """The sums over units given by their numerators and denominators."""
    parts = {"numerator": np.asarray(numerators), "denominator": np.asarray(denominators)}
    sums = sum_units(pl.DataFrame(parts).with_columns(arm=1), ["arm"])
    return RatioSums(*sums.select(RatioSums._fields).row(0))


def as_of(day: date, *accounts: str) -> pl.DataFrame:
    """Every account complete through ``day``."""
    rows = [("meta-ads", account, day) for account in accounts or ("1",)]
    return pl.DataFrame(rows, schema=["platform", "account_id", "as_of"], orient="row")


def after(days: int) -> date:
    """The last of ``days`` days."""
    return START + timedelta(days=days - 1)


def look(
    tests: TestDefinition | list[TestDefinition],
    daily: pl.DataFrame,
    day: date,
    earlier: Evaluated | None = None,
    mature: Mapping[str, int] = KNOWN_AT_ONCE,
) -> Evaluated:
    """One evaluation with the data through ``day``; the results of all evaluations so far."""
    before = NO_EARLIER if earlier is None else Earlier(earlier.tests, earlier.results)
    known = daily.filter(pl.col("date") <= day)
    declared = tests if isinstance(tests, list) else [tests]
    found = evaluate_tests(declared, known, as_of(day), mature, before)
    kept = before.results.join(found.results, on=["test_id", "evaluated_at"], how="anti")
    return Evaluated(found.tests, pl.concat([kept, found.results]).sort("test_id", "evaluated_at"))


def only(frame: pl.DataFrame) -> dict[str, Any]:
    """The one row of a frame."""
    assert frame.height == 1
    return frame.row(0, named=True)
