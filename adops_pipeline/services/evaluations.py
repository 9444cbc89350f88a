"""Where A/B tests stand, by the tables of the warehouse or of its published snapshot: read frames, one computation."""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from adops_pipeline.domain.complete_days import complete_days
from adops_pipeline.domain.experiments.definitions import TestDefinition
from adops_pipeline.domain.experiments.evaluation import Evaluated, evaluate_tests
from adops_pipeline.domain.experiments.progress import DayOfTest, day_by_day
from adops_pipeline.domain.maturity import MaturityCurves
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.queries import analysis as queries
from adops_pipeline.warehouse.queries.alerting import Connection
from adops_pipeline.warehouse.queries.experiments import ad_group_days, known_tests


def evaluated_tests(con: Connection, definitions: Sequence[TestDefinition], now: datetime) -> Evaluated:
    """Where these tests stand by the tables of ``con``, the warehouse or its published snapshot."""
    ad_groups = {ad_group for test in definitions for ad_group in test.ad_group_ids}
    since = min((test.first_day_read for test in definitions), default=now.date())
    days = complete_days(queries.account_pulls(con), now)
    daily = ad_group_days(con, ad_groups, since)
    earlier, curves = known_tests(con), queries.read_curves(con)
    return evaluate_tests(definitions, daily, days, mature_after(curves), earlier)


def days_of_test(con: Connection, test: TestDefinition, now: datetime, last: date | None) -> list[DayOfTest]:
    """The test by the data through each day up to ``last`` (None: the last complete one), by the tables of ``con``."""
    days = complete_days(queries.account_pulls(con), now)
    newest = days.filter(pl.col("platform") == test.platform.value)["as_of"].max()
    if not isinstance(newest, date):
        return []
    daily = ad_group_days(con, test.ad_group_ids, test.first_day_read)
    mature = mature_after(queries.read_curves(con))
    return day_by_day(test, daily, days, mature, newest if last is None else min(newest, last))


def mature_after(curves: MaturityCurves) -> dict[str, int]:
    """By platform, the age at which nearly all of a day's conversions are known."""
    return {platform.value: curves.mature_after_days(platform.value) for platform in Platform}
