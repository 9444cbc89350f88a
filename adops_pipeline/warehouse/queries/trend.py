"""The days of one campaign. Read-only; DuckDB writes the JSON."""

import duckdb

from adops_pipeline.warehouse.queries.measures import RATIOS, SUMS
from adops_pipeline.warehouse.queries.scope import Scope
from adops_pipeline.warehouse.sql import statement


def is_campaign(con: duckdb.DuckDBPyConnection, campaign_id: str) -> bool:
    """Whether there is a campaign with this id (`platform:campaign_id`)."""
    return con.execute("SELECT 1 FROM campaigns WHERE id = $id", {"id": campaign_id}).fetchone() is not None


def trend(con: duckdb.DuckDBPyConnection, campaign_id: str, scope: Scope) -> str:
    """A list with one object for each day of the campaign (`platform:campaign_id`) in scope that has data."""
    sums = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
    fields = ", ".join(f"'{name}', {name}" for name in SUMS)
    ratios = ", ".join(
        f"'{name}', {above}::DOUBLE / nullif({below}, 0)::DOUBLE" for name, (above, below) in RATIOS.items()
    )
    query = f"""
    WITH days AS (
        SELECT date, currency, {sums}, min(conversions_share_known) AS known
        FROM ({statement("api_trend")}) GROUP BY ALL
    )
    SELECT CAST(to_json(coalesce(list(json_object('date', days.date, 'currency', currency, {fields}, {ratios},
        'conversionsNowcast', conversions / coalesce(known, 1), 'conversionsShareKnown', known,
        'isImmature', coalesce(known < 1, false), 'restatements', coalesce(restatements, 0)
    ) ORDER BY days.date, currency), [])) AS VARCHAR)
    FROM days LEFT JOIN ({statement("api_restatements")}) AS restated ON restated.date = days.date
    """  # noqa: S608 - constants of this module; values are bound
    platform, _, own = campaign_id.partition(":")
    (document,) = con.execute(query, {**scope.values, "platform": platform, "campaign": own}).fetchone() or ("[]",)
    return str(document)
