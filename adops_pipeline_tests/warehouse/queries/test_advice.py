"""Budgets that today's list advises: which campaign carries out a shared one, and what its campaigns are bought for."""

import duckdb
import pytest

from adops_pipeline.warehouse.queries.advice import advised_budgets

_TABLES = """
CREATE TABLE campaigns (platform VARCHAR, external_id VARCHAR, shared_budget_id VARCHAR, status VARCHAR,
    objective VARCHAR);
CREATE TABLE todo_today (platform VARCHAR, account_id VARCHAR, campaign_id VARCHAR, as_of DATE, action VARCHAR,
    instruction VARCHAR, money_at_stake DOUBLE, current_daily DOUBLE, suggested_daily DOUBLE, rank INTEGER);
CREATE TABLE analytics_budgets (platform VARCHAR, campaign_id VARCHAR, as_of DATE, daily_budget DOUBLE);
INSERT INTO campaigns VALUES
    ('google-ads', '1', 'pot', 'active', 'SEARCH'), ('google-ads', '2', 'pot', 'active', 'SEARCH'),
    ('google-ads', '3', 'mixed', 'active', 'SEARCH'), ('google-ads', '4', 'mixed', 'active', 'VIDEO'),
    ('google-ads', '5', NULL, 'active', 'SHOPPING'), ('meta-ads', '5', NULL, 'active', 'OUTCOME_SALES');
INSERT INTO todo_today SELECT 'google-ads', '1', id, '2026-11-20', 'raise-budget', 'raise it', 1, 1, 2, 1
    FROM (VALUES ('pot'), ('mixed'), ('5')) AS budgets (id);
INSERT INTO analytics_budgets SELECT platform, campaign_id, as_of, 10 FROM todo_today;
"""


@pytest.mark.parametrize(
    ("budget", "sharing", "objective"), [("pot", "1", "SEARCH"), ("mixed", "3", None), ("5", None, "SHOPPING")]
)
def test_an_advised_budget_names_the_objective_that_all_of_its_campaigns_share(
    budget: str, sharing: str | None, objective: str | None
) -> None:
    with duckdb.connect() as con:
        con.execute(_TABLES)
        found = {row["campaign_id"]: row for row in advised_budgets(con)}
    assert (found[budget]["sharing_campaign"], found[budget]["objective"]) == (sharing, objective)
