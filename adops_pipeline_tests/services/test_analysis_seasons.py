"""What the calendar and a year of days change: forecasts, pacing, benchmarks and anomalies of a whole warehouse."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from adops_pipeline.domain.calendar.days import CalendarRules
from adops_pipeline.domain.calendar.events import Event
from adops_pipeline.services.analysis import Analysis
from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration.two_runs import LATER, later_run, services_of
from adops_pipeline_tests.templates import copy_into


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Services:
    """A folder of the test's own, after a run and one four days later."""
    return services_of(copy_into(later_run(tmp_path_factory).folder, tmp_path / "own"), LATER)


def test_days_of_a_year_ago_give_forecasts_pacing_and_benchmarks_a_season(own: Services) -> None:
    query = (
        "SELECT (SELECT count(season_change_pct) FROM analytics_forecasts),"
        " (SELECT sum(projected_total) FROM analytics_budgets),"
        " (SELECT sum(abs(z_score)) FROM analytics_benchmarks WHERE metric IN ('cpa', 'roas')),"
        " (SELECT sum(abs(z_score)) FROM analytics_benchmarks WHERE metric IN ('ctr', 'cpc'))"
    )
    with own.warehouse.writing() as con:
        before = con.execute(query).fetchone() or ()
        for days in (364, 440):
            con.execute(f"INSERT INTO analytics_metrics SELECT * REPLACE (date - {days} AS date) FROM analytics_metrics"
                        " WHERE date > (SELECT max(date) FROM analytics_metrics) - 50")  # fmt: skip
    own.analysis.forecasts()
    own.analysis.pacing()
    own.analysis.benchmarks()
    with own.warehouse.reading() as con:
        after = con.execute(query).fetchone() or ()
    assert (before[0], after[3]) == (0, before[3])
    assert after[0] > 0
    assert after[1] != before[1]
    assert after[2] < before[2]


def test_an_uncertain_event_of_the_calendar_leaves_benchmarks_more_room(own: Services) -> None:
    query = "SELECT sum(abs(z_score)) FROM analytics_benchmarks"
    figures = ", ".join(
        f"{metric}_change_pct = 0, {metric}_change_low = -90, {metric}_change_high = 900"
        for metric in ("spend", "conversions", "revenue")
    )
    with own.warehouse.writing() as con:
        before = con.execute(query).fetchone() or (0,)
        con.execute(f"UPDATE calendar_days SET {figures}")
    own.analysis.benchmarks()
    with own.warehouse.reading() as con:
        after = con.execute(query).fetchone() or (0,)
    assert 0 < after[0] < 0.9 * before[0]


def with_events(services: Services, *events: Event) -> Analysis:
    """The analyses of ``services`` with these events and no others in the calendar."""
    rules = CalendarRules(has_public_holidays=False, has_retail_events=False, events=events)
    analysis = replace(services.analysis, rules=replace(services.analysis.rules, calendar=rules))
    analysis.calendar()
    return analysis


def test_the_teams_own_event_ahead_raises_what_pacing_and_forecasts_expect(own: Services) -> None:
    fair = Event("Fair", "own-event", date(2026, 11, 20), date(2026, 11, 24), expected_change_pct=100.0)
    query = (
        "SELECT (SELECT sum(total) FROM analytics_forecasts WHERE metric = 'spend' AND is_running)::DOUBLE,"
        " (SELECT sum(projected_total) FROM analytics_budgets WHERE as_of = '2026-11-13' AND basis = 'daily')::DOUBLE"
    )
    found = []
    for events in ((), (fair,)):
        analysis = with_events(own, *events)
        analysis.forecasts()
        analysis.pacing()
        with own.warehouse.reading() as con:
            found.append(con.execute(query).fetchone() or (0.0, 0.0))
    # Five of seventeen days ahead are twice as large.
    assert found[1][0] > 1.08 * found[0][0]
    assert found[1][1] > 1.05 * found[0][1]


def test_a_finding_on_a_day_of_the_teams_own_event_names_it(own: Services) -> None:
    query = "SELECT date, occasion FROM analytics_anomalies WHERE metric = 'spend' ORDER BY date DESC"
    with_events(own).anomalies()
    with own.warehouse.reading() as con:
        (day, none), *_ = con.execute(query).fetchall()
    assert none is None
    with_events(own, Event("Fair", "own-event", day, day)).anomalies()
    with own.warehouse.reading() as con:
        named = [occasion for found, occasion in con.execute(query).fetchall() if found == day]
    assert set(named) <= {"Fair"}
