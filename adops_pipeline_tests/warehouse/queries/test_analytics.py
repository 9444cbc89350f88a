"""What views and headlines say about known rows: their order, and every figure in its place."""

import duckdb
import pytest

from adops_pipeline.warehouse.queries.analytics import View, show
from adops_pipeline.warehouse.queries.headlines import headlines


def test_the_plan_shows_the_largest_moves_of_its_newest_day_first(con: duckdb.DuckDBPyConnection) -> None:
    rows = [("small", 900, 905, 2), ("down", 100, 80, 2), ("up", 10, 40, 2), ("old", 1, 500, 1)]
    for name, current, suggested, day in rows:
        con.execute(
            "INSERT INTO budget_recommendations BY NAME SELECT make_date(2026, 11, ?) AS as_of, 'meta-ads' AS platform,"
            " '1' AS account_id, ? AS campaign_id, ? AS campaign_name, 'EUR' AS currency, ? AS current_daily,"
            " ? AS suggested_daily, 'heuristic' AS method, 'Move it.' AS rationale",
            [day, name, name, current, suggested],
        )
    shown = show(con, "budget_plan")
    names, now = shown.columns.index("campaign"), shown.columns.index("a day now")
    assert [(row[names], row[now]) for row in shown.rows] == [
        ("up", "EUR 10.00"),
        ("down", "EUR 100.00"),
        ("small", "EUR 900.00"),
    ]


@pytest.mark.parametrize(
    ("view", "first"),
    [
        ("budget_plan", "recommendation"), ("worst_paced", "recommendation"), ("todo_list", "instruction"),
        ("test_verdicts", "verdict"), ("newest_outcomes", "verdict"), ("newest_anomalies", "explanation"),
        ("alerts_first", "summary"),
    ],
)  # fmt: skip
def test_a_preview_leads_with_what_it_advises(con: duckdb.DuckDBPyConnection, view: View, first: str) -> None:
    assert show(con, view).columns[0] == first


def test_the_alerts_that_fire_come_first_most_severe_first(con: duckdb.DuckDBPyConnection) -> None:
    told = [("old", "critical", "resolved"), ("mild", "info", "firing"), ("worst", "critical", "firing")]
    for number, (summary, severity, status) in enumerate(told):
        con.execute(
            "INSERT INTO alerts BY NAME SELECT ? AS fingerprint, 'pacing' AS source, 'overpacing' AS name,"
            " ? AS severity, ? AS status, ? AS summary, '{}' AS record, TIMESTAMP '2026-11-20 12:00:00' AS fired_at",
            [str(number), severity, status, summary],
        )
    assert [row[:3] for row in show(con, "alerts_first").rows] == [
        ("worst", "critical", "firing"),
        ("mild", "info", "firing"),
        ("old", "critical", "resolved"),
    ]


def test_the_headline_of_maturity_names_the_first_days_share_and_its_interval(con: duckdb.DuckDBPyConnection) -> None:
    for lag, share, low, high in ((1, 0.6, 0.55, 0.65), (2, 0.98, 0.9, 0.99), (3, 1.0, 1.0, 1.0)):
        con.execute(
            "INSERT INTO analytics_maturity BY NAME SELECT 'meta-ads' AS platform, ? AS lag_days, ? AS share,"
            " ? AS share_low, ? AS share_high, 'learnt' AS basis",
            [lag, share, low, high],
        )
    (sentence,) = [one.sentence for one in headlines(con) if one.concept == "maturity"]
    assert sentence == ("conversions known: meta-ads 60 % after a day (learnt, 55 % to 65 %), 98 % after 2 days")


@pytest.mark.parametrize(
    ("ages", "pulled", "days"),
    [
        (10, ("2026-11-14",), "2026-11-17 to 2026-11-23: EUR 70 spent, 7 conversions, ROAS 4.00"),
        (3, ("2026-11-21",), "2026-11-21 to 2026-11-23: EUR 30 spent, 3 conversions, ROAS 4.00"),
        # An account that began to spend three days ago, known for longer.
        (3, ("2026-11-01",), "2026-11-17 to 2026-11-23 against 2026-11-10 to 2026-11-16: EUR 30 spent, 3 conversions"),
        # The pull of three days failed, the last one within the week before.
        (14, ("2026-11-01", "2026-11-12"), "2026-11-17 to 2026-11-23: EUR 70 spent, 7 conversions, ROAS 4.00"),
    ],
)
def test_days_that_were_not_pulled_are_no_days_without_results(
    con: duckdb.DuckDBPyConnection, ages: int, pulled: tuple[str, ...], days: str
) -> None:
    con.execute(
        "INSERT INTO analytics_metrics BY NAME SELECT 'meta-ads' AS platform, '1' AS account_id, 'a' AS campaign_id,"
        " 'EUR' AS currency, DATE '2026-11-24' - age::INTEGER AS date, 10 AS spend, 1 AS conversions, 40 AS revenue,"
        " true AS is_complete_day, 1 AS conversions_share_known, TIMESTAMP '2026-11-24 06:00:00' AS synced_at"
        " FROM range(1, 1 + $ages) AS ages(age)",
        {"ages": ages},
    )
    con.execute("INSERT INTO campaigns BY NAME SELECT 'meta-ads:a' AS id, 'meta-ads' AS platform, '1' AS account_id")
    con.execute(
        "INSERT INTO raw_pulls BY NAME SELECT start AS pull_id, 'meta-ads' AS platform, '1' AS account_id,"
        " 'campaign_daily' AS report, start::DATE AS range_start, 'applied' AS state,"
        " CASE WHEN start < $newest THEN DATE '2026-11-08' ELSE DATE '2026-11-23' END AS range_end"
        " FROM (SELECT unnest($pulled) AS start)",
        {"pulled": list(pulled), "newest": max(pulled)},
    )
    (sentence,) = [one.sentence for one in headlines(con) if one.concept == "results"]
    assert sentence.startswith(days)


@pytest.mark.parametrize(
    ("basis", "words"), [("learnt", "are known"), ("learning", "are known"), ("assumed", "are assumed to be known")]
)
def test_the_headline_of_results_compares_both_weeks_at_the_same_age(
    con: duckdb.DuckDBPyConnection, basis: str, words: str
) -> None:
    con.execute("INSERT INTO ad_accounts BY NAME SELECT 'meta-ads' AS platform, '1' AS account_id, 'UTC' AS timezone")
    con.execute(
        "INSERT INTO analytics_maturity BY NAME SELECT 'meta-ads' AS platform, lag AS lag_days, 0.5 AS share,"
        " 0.4 AS revenue_share, ? AS basis FROM range(1, 8) AS lags(lag)",
        [basis],
    )
    con.execute(
        "INSERT INTO analytics_metrics BY NAME SELECT 'meta-ads' AS platform, '1' AS account_id, campaign_id,"
        " 'EUR' AS currency, DATE '2026-11-24' - age::INTEGER AS date,"
        " CASE WHEN age < 8 THEN 50 ELSE 50.1 END AS spend,"
        " CASE WHEN age < 8 THEN 5 ELSE 10 END AS conversions, CASE WHEN age < 8 THEN 80 ELSE 200 END AS revenue,"
        " age > 0 AS is_complete_day, CASE WHEN age > 7 THEN 1 WHEN age > 0 THEN 0.5 END AS conversions_share_known,"
        " TIMESTAMP '2026-11-24 06:00:00' AS synced_at"
        " FROM range(0, 40) AS ages(age), (VALUES ('a'), ('b')) AS campaigns(campaign_id)"
    )
    (sentence,) = [one.sentence for one in headlines(con) if one.concept == "results"]
    assert sentence == (
        "2026-11-17 to 2026-11-23 against 2026-11-10 to 2026-11-16: EUR 700 spent (+0 %), 140 conversions (+0 %), "
        f"ROAS 4.00 (+0 %); at least 50 % of the conversions {words}, the rest is nowcast"
    )
