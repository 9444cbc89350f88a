"""The days of a budget's period. Read-only; DuckDB writes the JSON."""

import duckdb

from adops_pipeline.warehouse.sql import statement

_HEAD = {
    "budgetId": "platform || ':' || campaign_id", "name": "campaign_name", "currency": "currency", "basis": "basis",
    "asOf": "as_of", "budget": "budget",
}  # fmt: skip
_NUMBERS = {
    "spend": "spend", "spent": "spent", "even": "even", "seasonal": "seasonal", "projected": "projected",
    "projectedLow": "projected_low", "projectedHigh": "projected_high",
}  # fmt: skip


def pacing_days(con: duckdb.DuckDBPyConnection, budget_id: str) -> str | None:
    """A budget (`platform:campaign_id`; a shared one: its id) with the days of its period; None if there is none."""
    head = ", ".join(f"'{name}', {column}" for name, column in _HEAD.items())
    numbers = ", ".join(f"'{name}', round({column}::DOUBLE, 6)" for name, column in _NUMBERS.items())
    query = f"""
    SELECT CAST(to_json(json_object({head},
        'period', json_object('from', period_start, 'to', period_end),
        'days', (SELECT coalesce(list(json_object('date', date, {numbers}) ORDER BY date), [])
                 FROM ({statement("api_pacing_days")}))
    )) AS VARCHAR)
    FROM rollup_pacing WHERE platform = $platform AND campaign_id = $campaign ORDER BY as_of DESC LIMIT 1
    """  # noqa: S608 - constants of this module; values are bound
    platform, _, own = budget_id.partition(":")
    found = con.execute(query, {"platform": platform, "campaign": own}).fetchone()
    return None if found is None else str(found[0])
