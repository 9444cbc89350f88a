"""What the published analyses say of one campaign, and the budgets that they advise. Read-only."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

_OF = """
SELECT {columns} FROM {table} WHERE platform = $platform AND campaign_id = $campaign ORDER BY as_of DESC LIMIT 1
"""
_PACING = ("as_of", "verdict", "severity", "recommendation", "currency", "basis", "daily_budget", "current_daily",
           "pacing_ratio", "projected_total", "budget", "money_at_stake", "period_end")  # fmt: skip
_PLAN = ("as_of", "current_daily", "suggested_daily", "expected_revenue_change", "low", "high", "rationale")
_TODO = ("as_of", "action", "severity", "instruction", "suggested_daily", "money_at_stake")
_BUDGET = """
SELECT coalesce(max(shared_budget_id), $campaign) FROM campaigns WHERE platform = $platform AND external_id = $campaign
"""
_ADVISED = """
SELECT t.action, t.instruction, t.money_at_stake AS stake, t.current_daily AS spent_daily, t.suggested_daily, b.*,
    (
        SELECT min(c.external_id) FROM campaigns AS c
        WHERE c.platform = t.platform AND c.shared_budget_id = t.campaign_id AND c.status = 'active'
    ) AS sharing_campaign,
    (
        SELECT CASE WHEN count(DISTINCT c.objective) = 1 THEN min(c.objective) END FROM campaigns AS c
        WHERE c.platform = t.platform AND t.campaign_id IN (c.external_id, c.shared_budget_id)
    ) AS objective
FROM todo_today AS t
JOIN analytics_budgets AS b ON b.platform = t.platform AND b.campaign_id = t.campaign_id AND b.as_of = t.as_of
WHERE t.action IN ('raise-budget', 'lower-budget', 'slow-down', 'speed-up')
ORDER BY t.platform, t.account_id, t.rank
"""


def advice_of(con: duckdb.DuckDBPyConnection, platform: str, campaign_id: str) -> dict[str, Any]:
    """The newest pacing, budget plan and action of the day of a campaign, as plain JSON; empty where there is none.

    Of a campaign with a shared budget, pacing and action are those of the budget.
    """
    given = {"platform": platform, "campaign": campaign_id}
    (budget_id,) = con.execute(_BUDGET, given).fetchone() or (campaign_id,)
    wanted = (
        ("pacing", "analytics_budgets", _PACING, budget_id),
        ("plan", "budget_recommendations", _PLAN, campaign_id),
        ("todo", "todo_today", _TODO, budget_id),
    )
    found = {}
    for name, table, columns, subject in wanted:
        query = _OF.format(columns=", ".join(columns), table=table)
        row = con.execute(query, {"platform": platform, "campaign": subject}).fetchone()
        if row is not None:
            found[name] = {column: _plain(value) for column, value in zip(columns, row, strict=True)}
    return found


def advised_budgets(con: duckdb.DuckDBPyConnection) -> list[Mapping[str, Any]]:
    """Today's actions that a budget follows from, each with its row of analytics_budgets."""
    result = con.execute(_ADVISED)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal | date) else value
