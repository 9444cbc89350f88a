"""The analyses over a whole warehouse: what stands in their tables after a run, a second one and a later one."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables import TABLES, VIEWS
from adops_pipeline.domain.workflows import find_workflow
from adops_pipeline.domain.workflows.parameters import AnomalyParameters, BenchmarkParameters, PacingParameters
from adops_pipeline.domain.workflows.results import WorkflowResult
from adops_pipeline.operations import alerts
from adops_pipeline.warehouse.connection import open_snapshot
from adops_pipeline.warehouse.queries.analytics import View, show
from adops_pipeline.warehouse.queries.headlines import headlines
from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration import pipeline
from adops_pipeline_tests.integration.two_runs import DAYS, FIRST, LATER, first_run, later_run, services_of
from adops_pipeline_tests.templates import copy_into

ANALYTICS = ("analytics_maturity", "analytics_budgets", "analytics_benchmarks", "analytics_anomalies",
             "analytics_forecasts", "budget_recommendations", "todo")  # fmt: skip


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The first run, then one four days later, with a monthly target that is used up."""
    later = later_run(tmp_path_factory)
    return services_of(copy_into(later.folder, tmp_path_factory.mktemp("analysed")), LATER, targets=[later.target])


def rows(services: Services, query: str) -> list[tuple[object, ...]]:
    with open_snapshot(services.snapshot_path) as con:
        return con.execute(query).fetchall()


@pytest.mark.parametrize("table", [*ANALYTICS, "calendar_days"])
def test_every_analysis_has_rows_after_a_run(services: Services, table: str) -> None:
    assert rows(services, f"SELECT count(*) > 0 FROM {table}") == [(True,)]


def test_the_calendar_begins_two_years_back_and_ends_with_the_year_of_a_quarter_ahead(services: Services) -> None:
    assert rows(services, "SELECT year(min(date)), year(max(date)) FROM calendar_days") == [(2024, 2027)]


def test_pacing_keeps_one_row_a_day_and_says_for_each_account_which_day(services: Services) -> None:
    days = rows(services, "SELECT platform, list(DISTINCT as_of ORDER BY as_of) FROM analytics_budgets GROUP BY 1")
    assert {platform for platform, _ in days} == {"google-ads", "meta-ads", "pinterest"}
    assert all(found == [date(2026, 11, 9), date(2026, 11, 13)] for _, found in days)


def test_every_running_budget_is_paced_once(services: Services) -> None:
    missing = rows(
        services,
        "SELECT coalesce(shared_budget_id, external_id) FROM campaigns EXCEPT"
        " SELECT campaign_id FROM analytics_budgets WHERE as_of = '2026-11-13'",
    )
    assert missing == []


def test_every_published_percentage_is_rounded_to_two_digits(services: Services) -> None:
    percentages = {
        (table.name, column.name)
        for table in (TABLES | VIEWS).values()
        for column in table.columns
        if column.type == "DOUBLE" and column.unit in ("percent", "%")
    }
    unrounded = "round({0}, 2) <> {0}"
    found = {
        (table, column): rows(
            services,
            f"SELECT count(*) FILTER ({unrounded.format(column)}), count(DISTINCT {column}) > 1 FROM {table}",
        )[0]
        for table, column in percentages
    }
    assert {place: count for place, (count, _) in found.items() if count} == {}
    assert {place for place, (_, varies) in found.items() if varies} >= {
        ("analytics_benchmarks", "change_pct"), ("budget_recommendations", "change_pct"), ("todo", "change_pct"),
        ("budget_recommendations", "spend_variation_pct"), ("budget_recommendations", "own_variation_pct"),
        ("calendar_days", "spend_change_pct"), ("calendar_days", "revenue_change_high"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("analytics_budgets", "overspend_probability"), ("analytics_budgets", "delivery_probability"),
        ("budget_recommendations", "credibility"),
    ],
)  # fmt: skip
def test_no_published_probability_is_certain(services: Services, table: str, column: str) -> None:
    spread = f"min({column}) > 0, max({column}) < 1, max({column}) >= 0.995 OR min({column}) <= 0.005"
    assert rows(services, f"SELECT {spread} FROM {table}") == [(True, True, True)]


SPENT = """
    SELECT budgets.campaign_id, budgets.spent_to_date, sum(daily.spend) + coalesce(any_value(earlier.spend), 0) AS spent
    FROM analytics_budgets AS budgets
    JOIN analytics_metrics AS daily ON daily.platform = budgets.platform AND daily.campaign_id = budgets.campaign_id
        AND daily.date BETWEEN budgets.period_start AND budgets.as_of
    LEFT JOIN campaign_earlier_spend AS earlier
        ON earlier.platform = budgets.platform AND earlier.campaign_id = budgets.campaign_id
        AND budgets.period_start BETWEEN earlier.period_start AND earlier.period_end
    WHERE budgets.as_of = '2026-11-13' AND NOT budgets.is_shared_budget
    GROUP BY ALL
    HAVING budgets.spent_to_date <> spent
"""


def test_spent_to_date_is_the_sum_of_the_periods_days_and_of_the_total_before_them(services: Services) -> None:
    wrong = rows(services, SPENT)
    assert wrong == []


def test_late_conversions_make_the_nowcast_at_least_what_is_known(services: Services) -> None:
    (row,) = rows(
        services,
        "SELECT count(*) FILTER (WHERE revenue_nowcast < revenue_to_date), sum(revenue_nowcast) > sum(revenue_to_date)"
        " FROM analytics_budgets WHERE as_of = '2026-11-13'",
    )
    assert row == (0, True)


def test_what_a_second_look_restated_teaches_maturity(
    services: Services, tmp_path_factory: pytest.TempPathFactory
) -> None:
    once = services_of(first_run(tmp_path_factory), FIRST)
    width = "SELECT sum(share_high - share_low) FROM analytics_maturity WHERE lag_days BETWEEN 2 AND 5"
    ((before,),), ((after,),) = rows(once, width), rows(services, width)
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after < before


def test_a_plan_keeps_the_money_of_each_currency_to_the_cent(services: Services) -> None:
    sums = rows(
        services,
        "SELECT as_of, currency, sum(current_daily), sum(suggested_daily) FROM budget_recommendations GROUP BY ALL",
    )
    assert len({currency for _, currency, _, _ in sums}) == 4
    assert all(current == suggested for _, _, current, suggested in sums)


def test_all_rows_name_their_campaign_account_and_currency(services: Services) -> None:
    for table in ANALYTICS[2:]:
        missing = rows(services, f"SELECT count(*) FROM {table} WHERE currency IS NULL OR account_id IS NULL")
        assert missing == [(0,)], table


def test_a_target_of_ones_own_is_what_its_campaigns_are_paced_on(services: Services, tmp_path: Path) -> None:
    found = rows(
        services,
        "SELECT platform || ':' || campaign_id FROM analytics_budgets WHERE currency = 'EUR' AND basis = 'daily'"
        " AND NOT is_shared_budget AND spent_to_date > 0 AND as_of = '2026-11-13' ORDER BY ALL LIMIT 2",
    )
    names = [str(name) for (name,) in found]
    target = {"name": "Autumn", "amount": "9000", "currency": "EUR", "campaigns": names}
    own = services_of(copy_into(services.settings.data_dir, tmp_path), LATER, targets=[target])
    own.analysis.pacing()
    with own.warehouse.reading() as con:
        query = "SELECT sum(budget), count(*) FROM analytics_budgets WHERE basis = 'target'"
        paced = con.execute(query).fetchall()
    assert [(float(str(budget)), count) for budget, count in paced] == [(9000.0, 2)]


@pytest.mark.parametrize(
    "view",
    ["worst_paced", "maturity_curves", "benchmark_changes", "newest_anomalies", "month_forecasts", "budget_plan"],
)
def test_every_view_shows_rows_and_money_with_its_currency(services: Services, view: View) -> None:
    with open_snapshot(services.snapshot_path) as con:
        shown = show(con, view)
    # A market whose ratios are at rest has hardly any changes that are not chance.
    assert shown.rows or view == "benchmark_changes"
    if view in ("worst_paced", "budget_plan"):
        at = shown.columns.index("currency")
        assert all(any(str(cell).startswith(f"{row[at]} ") for cell in row) for row in shown.rows)


def test_every_analysis_has_a_headline_with_figures(services: Services) -> None:
    with open_snapshot(services.snapshot_path) as con:
        found = {headline.concept: headline for headline in headlines(con)}
    assert set(found) == {"pacing", "forecasts", "anomalies", "benchmarks", "allocation", "maturity", "experiments",
                          "todo", "results"}  # fmt: skip
    assert all(headline.figures and headline.sentence for headline in found.values())
    assert "most severe" in found["pacing"].sentence
    assert "2026-11-30" in found["forecasts"].sentence
    assert re.search(r"week to 2026-11-\d\d, by conversions to 2026-1\d-\d\d: ", found["benchmarks"].sentence)
    assert re.match(r"2026-11-\d\d to 2026-11-\d\d against 2026-1\d-\d\d to .*: EUR ", found["results"].sentence)


def firing(services: Services, source: str) -> dict[tuple[str, ...], tuple[str, Severity]]:
    """Alerts of a source as they fire, by what they are about."""
    services.alerting.evaluate([source])
    with services.store.reading() as con:
        found = [record.alert for record in alerts.firing(con) if record.alert.source == source]
    about = ("platform", "campaign_id", "metric")
    return {tuple(one.labels.get(name, "") for name in about): (one.name, one.severity) for one in found}


def listed(result: WorkflowResult) -> dict[tuple[str, ...], tuple[str, Severity]]:
    """The most severe finding about each campaign and metric."""
    return {
        (str(one.subject.platform), str(one.subject.campaign_id), str(one.numbers.get("metric", ""))): (
            one.kind,
            one.severity,
        )
        for one in reversed(result.found)
    }


def test_alerts_findings_and_headline_of_one_folder_agree_on_every_budget(services: Services) -> None:
    found = firing(services, "pacing")
    assert found
    assert found == listed(
        services.workflows.review(find_workflow("pacing-check"), PacingParameters(min_severity=Severity.WARNING))
    )
    with open_snapshot(services.snapshot_path) as con:
        headline = {one.concept: one for one in headlines(con)}["pacing"]
        shown = show(con, "worst_paced")
    for severity in (Severity.CRITICAL, Severity.WARNING):
        count = sum(one is severity for _, one in found.values())
        assert f"{count} {severity.value}" in headline.sentence
        assert sum(row[severity.value] for row in headline.figures) == count  # type: ignore[misc]
    order = [(row[shown.columns.index("verdict")], row[shown.columns.index("severity")]) for row in shown.rows]
    assert order[: len(found)] == sorted(order[: len(found)], key=lambda row: Severity(str(row[1])).rank, reverse=True)
    assert set(order[: len(found)]) <= {(kind, severity.value) for kind, severity in found.values()}


def test_alerts_and_findings_of_one_folder_agree_on_anomalies_and_benchmarks(services: Services) -> None:
    parameters = AnomalyParameters(min_severity=Severity.WARNING, lookback_days=2)
    scan = services.workflows.review(find_workflow("anomaly-scan"), parameters)
    assert firing(services, "anomalies") == listed(scan)
    worse = BenchmarkParameters.model_validate({"minSeverity": "warning", "changes": ["worse"]})
    found = firing(services, "benchmarks")
    assert found == listed(services.workflows.review(find_workflow("benchmark-review"), worse))
    with open_snapshot(services.snapshot_path) as con:
        headline = {one.concept: one for one in headlines(con)}["benchmarks"]
    assert f"{sum(one is Severity.CRITICAL for _, one in found.values())} critical" in headline.sentence


def test_before_anything_was_pulled_every_analysis_is_empty_and_says_so(data_dir: Path) -> None:
    services = pipeline.services_of(data_dir, FIRST, DAYS)
    pipeline.analyse(services)
    with services.warehouse.reading() as con:
        found = {headline.concept: headline.sentence for headline in headlines(con)}
    assert found["pacing"] == "no budget to pace yet"
    assert found["anomalies"] == "none in the last four weeks"
    assert found["allocation"] == "no running campaign to plan for"
    assert found["results"] == "no complete day yet"


def test_a_campaign_is_equally_severe_in_alerts_in_the_check_and_on_the_list(services: Services) -> None:
    services.alerting.evaluate()
    judged = {
        (platform, campaign): severity
        for platform, campaign, severity in rows(
            services,
            "SELECT platform, campaign_id, severity FROM budgets_now WHERE severity IN ('warning', 'critical')",
        )
    }
    assert judged
    alerts_of = {
        (record.alert.label("platform"), record.alert.label("campaign_id")): record.alert.severity.value
        for record in services.alerting.firing()
        if record.alert.source == "pacing"
    }
    assert alerts_of == judged
    review = services.workflows.review(find_workflow("pacing-check"), PacingParameters())
    found = {
        (finding.subject.platform, finding.subject.campaign_id): finding.severity.value
        for finding in review.found
        if finding.severity is not Severity.INFO
    }
    assert found == judged
    listed = dict[tuple[object, object], object]()
    for platform, campaign, severity in rows(
        services, "SELECT platform, campaign_id, severity FROM todo_today WHERE action IN ('slow-down', 'speed-up')"
    ):
        listed[platform, campaign] = severity
    assert listed
    assert listed.items() <= judged.items()


def test_the_list_has_a_handful_of_actions_per_account_and_one_per_campaign(services: Services) -> None:
    sizes = rows(
        services,
        "SELECT count(*), count(DISTINCT campaign_id), max(rank) FROM todo_today GROUP BY platform, account_id",
    )
    assert sizes
    for actions, campaigns, last in sizes:
        assert actions == campaigns == last <= 5  # type: ignore[operator]
    raised = rows(services, "SELECT currency, sum(suggested_daily - current_daily) FROM todo_today GROUP BY currency")
    step = services.analysis.rules.allocation.max_step_change
    assert step is not None
    assert all(total is None or abs(float(str(total))) < 50 for _, total in raised)
    beyond = rows(services, f"SELECT count(*) FROM todo_today WHERE abs(change_pct) > {100 * step + 0.1}")
    assert beyond == [(0,)]


def test_no_change_of_the_plan_is_against_the_pacing_of_its_budget(services: Services, tmp_path: Path) -> None:
    own = services_of(copy_into(services.settings.data_dir, tmp_path), LATER)
    move = "SELECT platform, campaign_id, suggested_daily > current_daily AS rises FROM budget_recommendations AS b"
    newest = "WHERE b.as_of = (SELECT max(as_of) FROM budget_recommendations) AND suggested_daily <> current_daily"
    with own.warehouse.writing() as con:
        moved = con.execute(f"{move} {newest} ORDER BY ALL").fetchall()
        assert {rises for _, _, rises in moved} == {True, False}
        # Pacing judges each campaign by the budget of its own, and calls each in the way that is against its move.
        con.execute("UPDATE campaigns SET is_shared_budget = false, shared_budget_id = NULL")
        for platform, campaign, rises in moved:
            verdict = "under-delivering" if rises else "underpacing"
            con.execute(
                "UPDATE analytics_budgets SET verdict = ? WHERE platform = ? AND campaign_id = ? AND as_of = "
                "(SELECT max(as_of) FROM analytics_budgets)",
                [verdict, platform, campaign],
            )
    plan, _ = own.analysis.plan(own.analysis.rules.allocation)
    planned = {(row["platform"], row["campaign_id"]): row for row in plan.iter_rows(named=True)}
    for platform, campaign, rises in moved:
        row = planned[platform, campaign]
        change = row["suggested_daily"] - row["current_daily"]
        assert (change <= 0) if rises else (change >= 0)
        assert change != 0 or set(row["flags"]) & {"daily-budget-left-over", "pacing-asks-for-more"}


def test_the_plan_leaves_out_a_campaign_that_was_paused_since_its_last_complete_day(
    services: Services, tmp_path: Path
) -> None:
    own = services_of(copy_into(services.settings.data_dir, tmp_path), LATER)
    with own.warehouse.writing() as con:
        name, count = con.execute(
            "SELECT max(platform || ':' || campaign_id), count(*) FROM budget_recommendations"
            " WHERE as_of = (SELECT max(as_of) FROM budget_recommendations)"
        ).fetchone() or (None, 0)
        con.execute("UPDATE campaigns SET status = 'paused' WHERE id = ?", [name])
    planned, _ = own.analysis.plan(own.analysis.rules.allocation)
    assert planned.height == count - 1
    assert name not in planned.select(pl.format("{}:{}", "platform", "campaign_id")).to_series().to_list()


@pytest.mark.parametrize("days_left", [14, 15])
def test_a_budget_test_of_tomorrow_on_is_offered_where_the_campaign_still_runs_on_its_last_day(
    services: Services, tmp_path: Path, days_left: int
) -> None:
    own = services_of(copy_into(services.settings.data_dir, tmp_path), LATER)
    rules = replace(own.analysis.rules.allocation, least_variation=0.9)  # nobody's spend varied by as much
    _, day = own.analysis.plan(rules)
    with own.warehouse.writing() as con:
        con.execute("UPDATE campaigns SET end_date = ?", [day + timedelta(days=days_left)])
    planned, _ = own.analysis.plan(rules)
    assert planned["test_high_daily"].count() > 0 if days_left == 15 else planned["test_high_daily"].count() == 0


def test_young_days_of_an_uncertain_curve_say_nothing_to_the_plan(services: Services, tmp_path: Path) -> None:
    own = services_of(copy_into(services.settings.data_dir, tmp_path), LATER)

    def returns() -> list[float]:
        planned, _ = own.analysis.plan(own.analysis.rules.allocation)
        return planned["marginal_roas"].to_list()

    with own.warehouse.writing() as con:
        con.execute("UPDATE analytics_maturity SET share_low = 0, share_high = 1")
    before = returns()
    with own.warehouse.writing() as con:
        con.execute("UPDATE analytics_metrics SET conversions = 0, revenue = 0 WHERE date > ?", [LATER - timedelta(20)])
    assert returns() == before
    with own.warehouse.writing() as con:
        con.execute("UPDATE analytics_maturity SET share_low = share, share_high = share")
    assert returns() != before


def test_a_month_whose_first_days_were_not_pulled_is_summed_from_the_first_known_day(
    services: Services, tmp_path: Path
) -> None:
    own = services_of(copy_into(services.settings.data_dir, tmp_path), LATER)
    with own.warehouse.writing() as con:
        con.execute("UPDATE raw_pulls SET range_start = '2026-11-06' WHERE platform = 'pinterest'")
    own.analysis.forecasts()
    with own.warehouse.reading() as con:
        starts = con.execute("SELECT DISTINCT platform, period_start::VARCHAR FROM analytics_forecasts").fetchall()
        spent = con.execute(
            "SELECT sum(actual_to_date) FROM analytics_forecasts WHERE metric = 'spend' AND platform = 'pinterest'"
            " UNION ALL SELECT sum(spend) FROM analytics_metrics WHERE platform = 'pinterest' AND date >= '2026-11-06'"
            " AND is_complete_day"
        ).fetchall()
        sentences = {one.concept: one.sentence for one in headlines(con)}
    assert dict(starts) == {
        "google-ads": "2026-11-01", "meta-ads": "2026-11-01", "pinterest": "2026-11-06",
    }  # fmt: skip
    assert float(spent[0][0]) == pytest.approx(float(spent[1][0]))
    assert sentences["forecasts"].startswith("spend from 2026-11-06 to 2026-11-30: ")
