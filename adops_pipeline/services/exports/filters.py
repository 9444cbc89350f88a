"""Which columns the filters of an export read: the same words as in the API's listings, for every table and view."""

from adops_pipeline.domain.tables.column import Table

_DAYS = (
    "date", "change_date", "changed_on", "as_of", "valid_from", "period_start", "evaluated_at", "requested_at",
    "happened_at", "fired_at", "pulled_at",
)  # fmt: skip
_OWN_DAY = {"analytics_forecasts": "period_end"}
_STATUS = {
    "analytics_budgets": "verdict", "budgets_now": "verdict", "rollup_pacing": "verdict",
    "budget_recommendations": "identification", "recommendations_now": "identification", "action_outcomes": "verdict",
}  # fmt: skip
"""What `status` reads where the table has no column of that name."""
_COLUMNS = {
    "platform": "platform",
    "accountId": "account_id",
    "campaignId": "campaign_id",
    "currency": "currency",
}


def day_column(table: Table) -> str | None:
    """The column that `from` and `to` read; None for a table without days."""
    return _OWN_DAY.get(table.name) or _first(table, *_DAYS)


def filter_columns(table: Table) -> dict[str, str]:
    """The column that each filter by equality reads, by the filter's name."""
    found = {word: column for word, column in _COLUMNS.items() if column in table.column_names}
    if table.name == "campaigns":
        found["campaignId"] = "external_id"
    status = _STATUS.get(table.name) or _first(table, "status", "severity")
    return found | ({"status": status} if status else {})


def search_column(table: Table) -> str | None:
    """The column that `search` reads; None for a table without names."""
    return _first(table, "campaign_name", "name")


def belongs_to_campaigns(table: Table) -> bool:
    """Whether the rows are of campaigns, so that `projectId` can choose them."""
    return table.name == "campaigns" or {"platform", "campaign_id"} <= set(table.column_names)


def _first(table: Table, *names: str) -> str | None:
    return next((name for name in names if name in table.column_names), None)
