"""News of campaigns: sums of the last seven days, once for each change, those with the most spend first."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from adops_pipeline.domain.tables.rollups import ROLLUP_CAMPAIGN_DAYS, ROLLUP_CAMPAIGNS
from adops_pipeline.warehouse.metric_news import CampaignMetrics, MetricNews, metric_news
from adops_pipeline.warehouse.schema import ddl

LAST = date(2026, 3, 9)
FIRST = LAST - timedelta(days=6)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config={"threads": 1}) as con:
        con.execute(ddl(ROLLUP_CAMPAIGNS))
        con.execute(ddl(ROLLUP_CAMPAIGN_DAYS))
        for number in (1, 2):
            con.execute("INSERT INTO rollup_campaigns VALUES (?, 'meta-ads', 'a', ?, 'EUR', NULL)", [number, number])
        yield con


def spend(con: duckdb.DuckDBPyConnection, campaign: int, day: date, amount: int) -> None:
    con.execute(
        "INSERT INTO rollup_campaign_days (date, campaign_no, impressions, clicks, spend, conversions, revenue,"
        " is_complete_day) VALUES ($day, $campaign, 100, 10, $amount, 1, 5, true)",
        {"day": day, "campaign": campaign, "amount": amount},
    )


def test_the_first_call_and_one_without_a_change_find_nothing(con: duckdb.DuckDBPyConnection) -> None:
    spend(con, 1, LAST, 10)
    assert metric_news(con) == metric_news(con) == MetricNews()


def test_a_change_of_the_last_seven_days_is_told_once_with_the_sums_of_these_days(
    con: duckdb.DuckDBPyConnection,
) -> None:
    spend(con, 1, LAST, 10)
    metric_news(con)
    spend(con, 1, FIRST, 7)
    news = metric_news(con)
    told = CampaignMetrics("meta-ads", "meta-ads:1", "EUR", FIRST, LAST, 200, 20, 17.0, 2.0, 10.0)
    assert news == MetricNews(1, (told,))
    assert metric_news(con) == MetricNews()
    spend(con, 1, FIRST - timedelta(days=1), 500)
    assert metric_news(con) == MetricNews()


def test_those_with_the_most_spend_come_first_and_all_are_counted(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    metric_news(con)
    spend(con, 1, LAST, 10)
    spend(con, 2, LAST, 20)
    monkeypatch.setattr("adops_pipeline.warehouse.metric_news._MOST_UPDATES", 1)
    news = metric_news(con)
    assert (news.changed, [one.campaign_id for one in news.updates]) == (2, ["meta-ads:2"])
