"""Which stored anomalies an evaluation replaces, and that it knows the buyer's own changes."""

from datetime import date, timedelta
from pathlib import Path

from adops_pipeline.domain.anomalies import AnomalyRules
from adops_pipeline_tests.services.one_account import ACCOUNT, services_after, store, with_one_campaign

LAST_DAY = date(2026, 11, 20)
VALUES = {"observed": 9, "expected": 1, "low": 0, "high": 2, "score": 9, "direction": "up", "severity": "info"}
OTHER_ACCOUNT = ACCOUNT | {"account_id": "2"}


def test_anomalies_of_the_judged_days_are_replaced_and_older_ones_stay(data_dir: Path) -> None:
    with_one_campaign(data_dir, 10, 10, LAST_DAY)
    services = services_after(data_dir, LAST_DAY)
    first_judged = LAST_DAY - timedelta(days=AnomalyRules().judge_days - 1)
    stored = [(ACCOUNT, first_judged), (ACCOUNT, LAST_DAY), (OTHER_ACCOUNT, LAST_DAY)]
    stored += [(ACCOUNT, first_judged - timedelta(days=1)), (ACCOUNT, LAST_DAY + timedelta(days=1))]
    with services.warehouse.writing() as con:
        for account, day in stored:
            row = {"campaign_id": account["account_id"], "date": day, "metric": "spend", **VALUES}
            store(con, "analytics_anomalies", **account, **row, money_effect=1, explanation="before", created_at=day)
    assert services.analysis.anomalies() == 0, "nothing is unusual about spending the same every day"
    with services.warehouse.reading() as con:
        left = con.execute("SELECT account_id, date FROM analytics_anomalies ORDER BY ALL").fetchall()
    assert left == [
        ("1", first_judged - timedelta(days=1)),
        ("1", LAST_DAY + timedelta(days=1)),
        ("2", LAST_DAY),
    ]


def test_a_level_that_follows_a_stored_change_of_budget_is_no_anomaly(data_dir: Path) -> None:
    with_one_campaign(data_dir, 20, 10, LAST_DAY)
    services = services_after(data_dir, LAST_DAY)
    with services.warehouse.writing() as con:
        con.execute("UPDATE analytics_metrics SET spend = 40 WHERE date = ?", [LAST_DAY])
    assert services.analysis.anomalies() == 1, "four times the spend"
    change = {"campaign_id": "7", "field": "daily_budget", "old_value": "10.00", "new_value": "40.00"}
    with services.warehouse.writing() as con:
        at = {"changed_at": LAST_DAY, "change_date": LAST_DAY, "source": "change-event"}
        store(con, "campaign_changes", platform="pinterest", account_id="1", **change, **at)
    assert services.analysis.anomalies() == 0
