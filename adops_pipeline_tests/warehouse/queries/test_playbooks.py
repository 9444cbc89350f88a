"""Ad groups whose bids may be changed: which, on which days, and beside which cost of their account."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from adops_pipeline.warehouse.queries.playbooks import own_bids

_TABLES = """
CREATE TABLE campaigns (platform VARCHAR, external_id VARCHAR, name VARCHAR, shared_budget_id VARCHAR, status VARCHAR,
    objective VARCHAR);
CREATE TABLE ad_groups (platform VARCHAR, external_id VARCHAR, name VARCHAR, status VARCHAR, bid DECIMAL(18, 6),
    currency VARCHAR);
CREATE TABLE analytics_metrics (platform VARCHAR, account_id VARCHAR, campaign_id VARCHAR, date DATE, spend DOUBLE,
    conversions DOUBLE, is_complete_day BOOLEAN, conversions_share_known DOUBLE);
CREATE TABLE analytics_ad_group_metrics (platform VARCHAR, account_id VARCHAR, campaign_id VARCHAR,
    ad_group_id VARCHAR, date DATE, spend DOUBLE, conversions DOUBLE);
CREATE TABLE budgets_now (platform VARCHAR, campaign_id VARCHAR, verdict VARCHAR);
CREATE TABLE action_outcomes (platform VARCHAR, campaign_id VARCHAR, verdict VARCHAR);
INSERT INTO campaigns VALUES ('google-ads', '1', 'One', 'pot', 'active', 'SEARCH'),
    ('google-ads', '2', 'Two', NULL, 'active', 'SEARCH'), ('google-ads', '3', 'Film', NULL, 'active', 'VIDEO');
INSERT INTO ad_groups VALUES ('google-ads', '11', 'Boots', 'active', 1.2, 'EUR'),
    ('google-ads', '12', 'Shoes', 'paused', 1.2, 'EUR'), ('google-ads', '13', 'Hats', 'active', NULL, 'EUR'),
    ('google-ads', '21', 'Coats', 'active', 0.5, 'EUR');
INSERT INTO analytics_metrics SELECT 'google-ads', 'a', campaign, DATE '2026-11-20' - day::INTEGER, 30, 3, true,
    CASE WHEN day < 5 THEN 0.8 ELSE 0.99 END
    FROM range(60) AS days (day), (VALUES ('1'), ('2'), ('3')) AS campaigns (campaign);
UPDATE analytics_metrics SET conversions = 1 WHERE campaign_id = '3';
INSERT INTO analytics_ad_group_metrics
    SELECT 'google-ads', 'a', left(ad_group, 1), ad_group, DATE '2026-11-20' - day::INTEGER,
    10, 0.5 FROM range(60) AS days (day), (VALUES ('11'), ('12'), ('13'), ('21')) AS groups (ad_group);
INSERT INTO budgets_now VALUES ('google-ads', 'pot', 'limited'), ('google-ads', '2', 'delivering');
"""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as found:
        found.execute(_TABLES)
        yield found


def test_active_ad_groups_with_a_bid_are_summed_over_mature_days_beside_their_objectives_cost(
    con: duckdb.DuckDBPyConnection,
) -> None:
    boots, coats = own_bids(con)
    assert (boots["ad_group_id"], boots["campaign_name"], boots["is_limited"]) == ("11", "One", True)
    assert (coats["ad_group_id"], coats["bid"], coats["is_limited"]) == ("21", Decimal("0.5"), False)
    assert (boots["spend"], boots["conversions"], boots["account_cpa"]) == (300.0, 15.0, 10.0)
    assert (boots["first_day"], boots["last_day"]) == (date(2026, 10, 17), date(2026, 11, 15))


def test_while_a_change_of_the_campaign_is_measured_its_bids_are_left_alone(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("INSERT INTO action_outcomes VALUES ('google-ads', '1', 'pending'), ('google-ads', '2', 'helped')")
    assert [row["ad_group_id"] for row in own_bids(con)] == ["21"]
