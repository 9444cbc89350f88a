"""The analyses over the warehouse: read frames, one pure computation, write its table. No orchestrator, no SQL.

Each reads its input and closes the warehouse before it computes; assets, the command line, tests and benchmarks
call the same methods. Each replaces the rows that it wrote for the same day, so that it can be repeated.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import polars as pl

from adops_pipeline.clock import Clock
from adops_pipeline.domain.allocation import AllocationRules, Recommended, recommend_with_curves
from adops_pipeline.domain.allocation.budget_test import DAYS as TEST_DAYS
from adops_pipeline.domain.anomalies import AnomalyRules, detect_anomalies, ended_stops
from adops_pipeline.domain.anomalies.report import SCHEMA as ANOMALIES
from adops_pipeline.domain.benchmarks import BenchmarkRules, benchmark_campaigns
from adops_pipeline.domain.benchmarks.occasions import with_occasions
from adops_pipeline.domain.calendar.days import CalendarRules, calendar_days
from adops_pipeline.domain.calendar.past_events import PastEvents
from adops_pipeline.domain.complete_days import by_last_day, common_day, complete_days, complete_rows
from adops_pipeline.domain.experiments.definitions import TestDefinition
from adops_pipeline.domain.experiments.verdict import with_newest_results
from adops_pipeline.domain.forecasting import CoverageReport, HorizonScore, backtest, forecast_to
from adops_pipeline.domain.forecasting.forecast import SCHEMA as FORECASTS
from adops_pipeline.domain.forecasting.walk import SAMPLE_CAMPAIGNS
from adops_pipeline.domain.forecasting.yearly import LEAST_DAYS
from adops_pipeline.domain.maturity import MaturityCurves, estimate_maturity
from adops_pipeline.domain.moments import as_stored
from adops_pipeline.domain.pacing import MonthlyTarget, PacingRules, pace_campaigns
from adops_pipeline.domain.pacing.history import budget_changes
from adops_pipeline.domain.pacing.pulls import pulls_of_campaigns
from adops_pipeline.domain.pacing.returns import with_returns
from adops_pipeline.domain.todo import Findings, TodoRules, todo_table
from adops_pipeline.domain.verdict import SeverityRules
from adops_pipeline.services.evaluations import evaluated_tests, mature_after
from adops_pipeline.services.kept_results import KeptResults
from adops_pipeline.warehouse.connection import Warehouse
from adops_pipeline.warehouse.frames import replace_rows
from adops_pipeline.warehouse.normalize.derived import refresh_shares_known
from adops_pipeline.warehouse.queries import analysis as queries
from adops_pipeline.warehouse.queries.alerting import Connection
from adops_pipeline.warehouse.queries.scope import KnownDays

_PACING_DAYS, _PACING_YEAR_DAYS = 430, 620
_BENCHMARK_DAYS, _BENCHMARK_YEAR_DAYS = 150, 560
"""The second where a yearly season can be learnt: how levels moved over the same weeks a year before."""
_ANOMALY_DAYS = 130
_PLAN_DAYS = 400
_FORECAST_DAYS, _COVERAGE_DAYS = 620, 780
"""A year more than forecasts look back, and than their backtest: how levels moved over the same weeks then."""
_TODO_DAYS = 10
_WIDEST_SHARE = 0.2
"""Width of a share's interval up to which a young day counts for budget plans: an assumed curve would move money."""
_TODO_TABLES = ("analytics_budgets", "budget_recommendations", "analytics_anomalies")
_CALENDAR_DAYS, _CALENDAR_DAYS_AHEAD = 800, 92
_NAMES = ("account_id", "campaign_name", "currency")


@dataclass(frozen=True)
class Rules:
    """Settings of the analyses."""

    pacing: PacingRules = field(default_factory=PacingRules)
    targets: Sequence[MonthlyTarget] = ()
    benchmarks: BenchmarkRules = field(default_factory=BenchmarkRules)
    anomalies: AnomalyRules = field(default_factory=AnomalyRules)
    allocation: AllocationRules = field(default_factory=AllocationRules)
    severity: SeverityRules = field(default_factory=SeverityRules)
    calendar: CalendarRules = field(default_factory=CalendarRules)


@dataclass(frozen=True)
class Analysis:
    """The analyses of one warehouse. Each method gives the number of rows that it wrote."""

    warehouse: Warehouse
    clock: Clock
    rules: Rules = field(default_factory=Rules)
    kept: KeptResults = field(default_factory=KeptResults)
    """Results of the costly computations. They depend on days that are over, which few syncs change."""

    def everything(self, definitions: Sequence[TestDefinition]) -> None:
        """Every analysis: first maturity and the calendar, which the others read, last the list, which reads all."""
        self.maturity()
        self.calendar()
        self.pacing()
        self.benchmarks()
        self.anomalies()
        self.forecasts()
        self.recommendations()
        self.experiments(definitions)
        self.todo()

    def maturity(self) -> int:
        """How complete recent days are: replaces `analytics_maturity`, and what rows of the metrics say about it."""
        now = self.clock()
        with self.warehouse.reading() as con:
            revisions = queries.recent_revisions(con, as_stored(now))
            pulls = queries.daily_pulls(con)
        curves = estimate_maturity(revisions, pulls)
        written = self._write("analytics_maturity", curves.table, now)
        with self.warehouse.writing() as con:
            refresh_shares_known(con)
        return written

    def calendar(self) -> int:
        """Events of every account, past and to come, and what they do to it: replaces `calendar_days`."""
        now = self.clock()
        with self.warehouse.reading() as con:
            accounts, known = queries.account_pulls(con), queries.calendar_rows(con, now.date().replace(day=1))
        years = _since(now, _CALENDAR_DAYS).year, (now.date() + timedelta(days=_CALENDAR_DAYS_AHEAD)).year
        days = calendar_days(accounts, self.rules.calendar, date(years[0], 1, 1), date(years[1], 12, 31), known)
        return self._write("calendar_days", self._past_events(now, days).learnt().table(), now)

    def pacing(self) -> int:
        """Pacing of every budget: the rows of its account's last complete day in `analytics_budgets`."""
        now = self.clock()
        with self.warehouse.reading() as con:
            days = complete_days(queries.account_pulls(con), now)
            campaigns = queries.campaign_rows(con)
            since = _season_since(con, now, _PACING_DAYS, _PACING_YEAR_DAYS)
            daily = queries.daily_rows(con, ("spend", "revenue", "conversions"), since)
            changes, curves = budget_changes(queries.budget_history(con)), queries.read_curves(con)
            earlier, known = queries.earlier_spend(con), queries.known_days(con)
            calendar = queries.calendar_rows(con)
        rules, daily = self.rules, complete_rows(daily, days)

        def compute() -> list[pl.DataFrame]:
            paced = pace_campaigns(
                daily,
                campaigns,
                days,
                rules.targets,
                None,
                rules.pacing,
                changes,
                severity=rules.severity,
                earlier=earlier,
                known=known,
                calendar=calendar,
            )
            return [with_returns(paced, daily, campaigns, curves)]

        inputs = (daily, campaigns, days, changes, earlier, known, calendar, curves.table, rules)
        (table,) = self.kept.frames("pacing", inputs, compute)
        return self._write("analytics_budgets", table, now, scope=days)

    def benchmarks(self) -> int:
        """Metrics of campaigns against their own past and their peers: replaces `analytics_benchmarks`."""
        now = self.clock()
        with self.warehouse.reading() as con:
            day = common_day(complete_days(queries.account_pulls(con), now)) or now.date()
            campaigns, curves = queries.campaign_rows(con), queries.read_curves(con)
            columns = ("spend", "revenue", "impressions", "clicks", "conversions")
            since = _season_since(con, now, _BENCHMARK_DAYS, _BENCHMARK_YEAR_DAYS)
            daily = queries.daily_rows(con, columns, since)
            calendar = queries.calendar_rows(con)
        mature, rules, daily = mature_after(curves), self.rules, daily.filter(pl.col("date") <= day)

        def compute() -> list[pl.DataFrame]:
            table = benchmark_campaigns(daily, campaigns, day, mature, rules.benchmarks, rules.severity, calendar)
            return [with_occasions(_named(table, campaigns), calendar, rules.benchmarks)]

        (table,) = self.kept.frames("benchmarks", (daily, campaigns, day, mature, calendar, rules), compute)
        return self._write("analytics_benchmarks", table, now)

    def anomalies(self) -> int:
        """Unusual days through each account's last complete day: replaces the judged days of `analytics_anomalies`."""
        now, rules = self.clock(), self.rules
        with self.warehouse.reading() as con:
            days = complete_days(queries.account_pulls(con), now)
            campaigns, curves = queries.campaign_rows(con), queries.read_curves(con)
            columns = ("spend", "impressions", "clicks", "conversions")
            daily = queries.daily_rows(con, columns, _since(now, _ANOMALY_DAYS))
            earlier = queries.delivery_stops(con, _since(now, _ANOMALY_DAYS))
            changes = queries.campaign_changes(con, _since(now, _ANOMALY_DAYS))
            calendar = queries.calendar_rows(con)
        known = campaigns.rename({"external_id": "campaign_id"})
        complete = complete_rows(daily, days)

        def compute() -> list[pl.DataFrame]:
            found = [
                detect_anomalies(rows, day, curves, rules.anomalies, rules.severity, known, changes, calendar)
                for day, rows in by_last_day(complete, days)
            ]
            return [pl.concat([pl.DataFrame(schema=ANOMALIES), *found])]

        inputs = (complete, days, campaigns, changes, calendar, curves.table, rules)
        (judged,) = self.kept.frames("anomalies", inputs, compute)
        # Whether a campaign was paused on a past day is not stored, so a stop that is over cannot be found again.
        table = pl.concat([judged, ended_stops(earlier, judged, daily, days)], how="diagonal_relaxed")
        window = pl.date_ranges(pl.col("as_of").dt.offset_by(f"-{rules.anomalies.judge_days - 1}d"), "as_of").alias(
            "date"
        )
        scope = days.select("platform", "account_id", window).explode("date")
        return self._write("analytics_anomalies", _named(table, campaigns), now, scope)

    def forecasts(self) -> int:
        """Totals to the end of each account's current month: replaces `analytics_forecasts`."""
        now = self.clock()
        days, campaigns, daily, curves = self._results(now, _FORECAST_DAYS)
        daily, past = complete_rows(daily, days), self._past_events(now)
        with self.warehouse.reading() as con:
            known = queries.known_days(con)
        campaigns = campaigns.join(known, on=["platform", "account_id"], how="left", maintain_order="left")

        def compute() -> list[pl.DataFrame]:
            calendar = past.learnt()
            ends, effects = calendar.with_unit(campaigns), calendar.effects
            tables = [
                forecast_to(
                    curves.with_maturity(rows, day),
                    day,
                    day.replace(day=1),
                    _month_end(day),
                    campaigns=ends,
                    effects=effects,
                )
                for day, rows in by_last_day(daily, days)
            ]
            return [_named(pl.concat([pl.DataFrame(schema=FORECASTS), *tables]), campaigns)]

        (table,) = self.kept.frames("forecasts", (daily, days, campaigns, curves.table, *past.inputs), compute)
        return self._write("analytics_forecasts", table, now)

    def forecast_coverage(self) -> CoverageReport:
        """Measured coverage of the forecasts' 80 % intervals, in a walk-forward backtest over the stored history."""
        now = self.clock()
        days, campaigns, daily, curves = self._results(now, _COVERAGE_DAYS, SAMPLE_CAMPAIGNS)
        day, past = common_day(days) or now.date(), self._past_events(now)
        daily = daily.filter(pl.col("date") <= day)

        def compute() -> list[pl.DataFrame]:
            calendar = past.learnt()
            known = curves.with_maturity(daily, day)
            report = backtest(known, day, effects=calendar.effects, campaigns=calendar.with_unit(campaigns))
            return [pl.DataFrame(report.scores)]

        (scores,) = self.kept.frames("forecast-coverage", (daily, day, campaigns, curves.table, *past.inputs), compute)
        return CoverageReport(tuple(HorizonScore(**row) for row in scores.iter_rows(named=True)))

    def recommendations(self) -> int:
        """The best split of the budgets: the day's rows of `budget_recommendations`; new `budget_response_curves`."""
        planned, day = self._planned(self.rules.allocation, "recommendations")
        now = self.clock()
        written = self._write("budget_recommendations", planned.budgets, now, pl.DataFrame({"as_of": [day]}))
        return written + self._write("budget_response_curves", planned.curves, now)

    def todo(self) -> int:
        """What to do: the list of each account for its last complete day. Reads what the other analyses have found."""
        now = self.clock()
        with self.warehouse.reading() as con:
            days = complete_days(queries.account_pulls(con), now)
            campaigns = queries.campaign_rows(con)
            since = _since(now, _TODO_DAYS)
            budgets, plan, anomalies = (queries.table_rows(con, name, since) for name in _TODO_TABLES)
            tests = with_newest_results(queries.table_rows(con, "ab_tests"), queries.table_rows(con, "ab_test_results"))
        rules = TodoRules(severity=self.rules.severity)
        table = todo_table(Findings(budgets, plan, anomalies, tests), campaigns, days, rules)
        return self._write("todo", table, now, scope=days.select("platform", "account_id", "as_of"))

    def plan(self, rules: AllocationRules) -> tuple[pl.DataFrame, date]:
        """The plan under these rules and the day it is made for; nothing is written."""
        planned, day = self._planned(rules, "plan")
        return planned.budgets, day

    def _planned(self, rules: AllocationRules, name: str) -> tuple[Recommended, date]:
        now = self.clock()
        days, campaigns, daily, curves = self._results(now, _PLAN_DAYS)
        day = common_day(days) or now.date()
        with self.warehouse.reading() as con:
            budgets = budget_changes(queries.budget_history(con))
            pulls = pulls_of_campaigns(queries.pacing_verdicts(con, _since(now, _TODO_DAYS)), campaigns)
        daily = daily.filter(pl.col("date") <= day)

        def compute() -> list[pl.DataFrame]:
            known = curves.without_unknown(_WIDEST_SHARE).with_maturity(daily, day)
            stopped, ending = _stopped(campaigns), _ending(campaigns, day)
            found = recommend_with_curves(
                known, day, rules, budgets=budgets, stopped=stopped, pulls=pulls, ending=ending
            )
            return [_named(found.budgets, campaigns), _named(found.curves, campaigns)]

        inputs = (daily, day, campaigns, budgets, pulls, curves.table, rules)
        return Recommended(*self.kept.frames(name, inputs, compute)), day

    def mature_after_days(self) -> dict[str, int]:
        """By platform, the age at which nearly all of a day's conversions are known."""
        with self.warehouse.reading() as con:
            return mature_after(queries.read_curves(con))

    def with_ages(self, daily: pl.DataFrame) -> pl.DataFrame:
        """Rows of campaigns' days with the share of their conversions that is known, by their account's last pull."""
        with self.warehouse.reading() as con:
            days, curves = complete_days(queries.account_pulls(con), self.clock()), queries.read_curves(con)
        parts = [curves.with_ages(rows, day) for day, rows in by_last_day(daily, days)]
        return pl.concat(parts) if parts else daily

    def newest_day(self) -> date | None:
        """The last day that is complete in at least one account; None before anything was pulled."""
        with self.warehouse.reading() as con:
            newest = complete_days(queries.account_pulls(con), self.clock())["as_of"].max()
        return newest if isinstance(newest, date) else None

    def last_common_day(self) -> date | None:
        """The last day that is complete in every account; None before anything was pulled."""
        with self.warehouse.reading() as con:
            return common_day(complete_days(queries.account_pulls(con), self.clock()))

    def known_since(self) -> date | None:
        """The day from which every account is known: earlier days were not pulled everywhere."""
        with self.warehouse.reading() as con:
            return KnownDays(con).since

    def experiments(self, definitions: Sequence[TestDefinition]) -> int:
        """Every declared A/B test at its accounts' last complete day: `ab_tests` and a row of `ab_test_results`."""
        now = self.clock()
        with self.warehouse.reading() as con:
            found = evaluated_tests(con, definitions, now)
        looks = found.results.select("test_id", "evaluated_at")
        written = self._write("ab_test_results", found.results, now, scope=looks)
        return written + self._write("ab_tests", found.tests, now)

    def _results(
        self, now: datetime, history: int, sample: int | None = None
    ) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, MaturityCurves]:
        """Last complete days, campaigns, daily results of ``history`` days and maturity.

        Only the days of about ``sample`` campaigns, evenly picked, are read.
        """
        with self.warehouse.reading() as con:
            days = complete_days(queries.account_pulls(con), now)
            campaigns = queries.campaign_rows(con).rename({"external_id": "campaign_id"})
            stride = 1 if sample is None else -(-campaigns.height // sample)
            some = campaigns.gather_every(stride)["campaign_id"].to_list() if stride > 1 else None
            daily = queries.daily_rows(con, ("spend", "revenue", "conversions"), _since(now, history), some)
            return days, campaigns, daily, queries.read_curves(con)

    def _past_events(self, now: datetime, days: pl.DataFrame | None = None) -> PastEvents:
        """Events until each account's last complete day; those of ``days``, or as the last run wrote."""
        with self.warehouse.reading() as con:
            complete = complete_days(queries.account_pulls(con), now)
            totals, curves = queries.unit_totals(con, _since(now, _CALENDAR_DAYS)), queries.read_curves(con)
            days = queries.calendar_rows(con) if days is None else days
        known = totals.join(complete, on=["platform", "account_id"]).filter(pl.col("date") <= pl.col("as_of"))
        newest = complete["as_of"].max()
        day = newest if isinstance(newest, date) else now.date()
        return PastEvents(days, known, day, curves)

    def _write(self, table: str, rows: pl.DataFrame, now: datetime, scope: pl.DataFrame | None = None) -> int:
        with self.warehouse.writing() as con:
            return replace_rows(con, table, rows, scope, created_at=now.astimezone(UTC))


def _since(now: datetime, days: int) -> date:
    return now.date() - timedelta(days=days)


def _season_since(con: Connection, now: datetime, days: int, year_days: int) -> date:
    """The first of the last ``days`` days, or of the last ``year_days`` where a yearly season can be learnt."""
    oldest = queries.oldest_day(con)
    return _since(now, year_days if oldest and oldest <= _since(now, LEAST_DAYS) else days)


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _stopped(campaigns: pl.DataFrame) -> list[str]:
    """`platform:campaign_id` of the campaigns that somebody paused, or that are over."""
    return _full_names(campaigns.filter(pl.col("status").is_in(["paused", "ended", "removed"])))


def _ending(campaigns: pl.DataFrame, day: date) -> list[str]:
    """Those that are over before a budget test would be, which begins two days after the last complete ``day``."""
    return _full_names(campaigns.filter(pl.col("end_date") < day + timedelta(days=1 + TEST_DAYS)))


def _full_names(campaigns: pl.DataFrame) -> list[str]:
    return campaigns.select(pl.format("{}:{}", "platform", "campaign_id")).to_series().to_list()


def _named(table: pl.DataFrame, campaigns: pl.DataFrame) -> pl.DataFrame:
    """``table`` with the account, name and currency of its campaigns."""
    known = campaigns if "campaign_id" in campaigns.columns else campaigns.rename({"external_id": "campaign_id"})
    names = known.select("platform", "campaign_id", "account_id", pl.col("name").alias("campaign_name"), "currency")
    return table.drop([name for name in _NAMES if name in table.columns]).join(
        names, on=["platform", "campaign_id"], how="inner", maintain_order="left"
    )
