"""Which days a run pulls: a backfill's months, a person's range within them, or those that may still change."""

from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from adops_pipeline.clock import frozen_at
from adops_pipeline.defs.metadata import last_day_of, month_of
from adops_pipeline.defs.raw.assets import PullConfig, build_daily_asset
from adops_pipeline.domain.vocabulary import DateRange, Platform
from adops_pipeline.services.sync import Sync, SyncReport
from adops_pipeline.settings import load_settings
from adops_pipeline.wiring import Services, build_services

AUTUMN = ["2026-09-01", "2026-10-01", "2026-11-01"]
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def days(first: str, last: str) -> DateRange:
    return DateRange(date.fromisoformat(first), date.fromisoformat(last))


def test_a_backfill_asks_for_all_days_of_its_months() -> None:
    assert PullConfig().days_in(AUTUMN) == days("2026-09-01", "2026-11-30")
    assert PullConfig().days_in(["2024-02-01"]) == days("2024-02-01", "2024-02-29")


def test_a_person_can_ask_for_exactly_some_days_of_them() -> None:
    chosen = PullConfig(first_day="2026-09-28", last_day="2026-10-03")
    assert chosen.days_in(AUTUMN) == days("2026-09-28", "2026-10-03")
    assert chosen.days_in(["2026-10-01"]) == days("2026-10-01", "2026-10-03")
    assert PullConfig(first_day="2026-11-24").days_in(AUTUMN) == days("2026-11-24", "2026-11-30")
    assert PullConfig(last_day="2026-09-02").days_in(AUTUMN) == days("2026-09-01", "2026-09-02")


def test_days_outside_the_partitions_are_refused_with_both_ranges_named() -> None:
    with pytest.raises(ValueError, match=r"2026-11-01 to 2026-11-30.*from 2026-12-24 to 2026-11-30"):
        PullConfig(first_day="2026-12-24").days_in(["2026-11-01"])


def test_a_day_that_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="first_day"):
        PullConfig(first_day="yesterday")


def test_every_day_is_in_the_month_that_is_its_partition() -> None:
    assert (month_of(date(2026, 11, 30)), last_day_of("2026-11-01")) == ("2026-11-01", date(2026, 11, 30))
    assert (month_of(date(2026, 12, 1)), last_day_of("2026-12-01")) == ("2026-12-01", date(2026, 12, 31))


class _Asked(Sync):
    """Takes down what it is asked for instead of pulling."""

    def daily(self, platform: Platform, days: DateRange) -> SyncReport:
        return SyncReport(platform, 1, (), (), float(days.start.toordinal() * 1_000_000 + days.end.toordinal()))

    def catch_up(self, platform: Platform) -> SyncReport:
        return SyncReport(platform, 1, (), (), 0.0)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    real = build_services(load_settings(data_dir=tmp_path), clock=frozen_at(date(2026, 11, 10)))
    real.__dict__["sync"] = _Asked(**vars(real.sync))
    return real


@pytest.mark.parametrize(
    ("config", "asked"),
    [
        ({}, ("2026-10-01", "2026-11-30")),
        ({"first_day": "2026-10-30", "last_day": "2026-11-02"}, ("2026-10-30", "2026-11-02")),
        ({"only_unsettled": True}, None),
    ],
)
def test_one_run_covers_a_range_of_months(
    services: Services, config: dict[str, object], asked: tuple[str, str] | None
) -> None:
    asset = build_daily_asset(Platform.PINTEREST)
    range_of_months = {
        "dagster/asset_partition_range_start": "2026-10-01",
        "dagster/asset_partition_range_end": "2026-11-01",
    }
    result = dg.materialize(
        [asset],
        resources={"services": services},
        tags=range_of_months,
        run_config=QUIET | {"ops": {"raw_pinterest_daily": {"config": config}}},
    )
    events = result.asset_materializations_for_node("raw_pinterest_daily")
    assert [event.partition for event in events] == ["2026-10-01", "2026-11-01"]
    expected = 0.0 if asked is None else days(*asked).start.toordinal() * 1e6 + days(*asked).end.toordinal()
    assert events[0].metadata["seconds"].value == expected
