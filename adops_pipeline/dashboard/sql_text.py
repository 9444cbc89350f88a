"""SQL that a chart shows beside its figures, for people to copy and run with `adops sql`. It is never executed here."""

from adops_pipeline.services.documents.periods import Period


def conditions(period: Period, first: object, last: object) -> str:
    """The conditions of the filters on `analytics_metrics`."""
    days = f"date BETWEEN DATE {quoted(first)} AND DATE {quoted(last)}"
    return "\n  AND ".join([days, *choices(period)])


def choices(period: Period, table: str = "") -> list[str]:
    """The conditions of the filters but for the days; ``table`` stands before the columns, as `budgets_now.`."""
    found = []
    for column, chosen in (("platform", [one.value for one in period.platform]), ("currency", period.currency)):
        if chosen:
            found.append(f"{table}{column} IN ({', '.join(map(quoted, chosen))})")
    if period.project_id is not None:
        project = quoted(period.project_id)
        campaigns = f"SELECT (platform, external_id) FROM campaigns WHERE project_id = {project}"  # noqa: S608 - shown only
        found.append(f"({table}platform, {table}campaign_id) IN (\n    {campaigns})")
    return found


def quoted(value: object) -> str:
    """A text as SQL writes it."""
    return "'" + str(value).replace("'", "''") + "'"
