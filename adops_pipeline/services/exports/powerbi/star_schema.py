"""The star schema: which published tables are facts, which are dimensions, and how they are related."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from adops_pipeline.domain.tables import table_or_view
from adops_pipeline.domain.tables.column import Column
from adops_pipeline.services.exports.powerbi import queries
from adops_pipeline.services.exports.powerbi.labels import DAY, is_flat, label, model_column
from adops_pipeline.services.exports.powerbi.model import ModelColumn, ModelTable, Relationship

_CAMPAIGN_KEY, _ACCOUNT_KEY = "campaign_key", "account_key"
_KEYS = {
    _CAMPAIGN_KEY: '[platform] & ":" & [campaign_id]',
    _ACCOUNT_KEY: '[platform] & ":" & [account_id]',
}
_TECHNICAL = frozenset({"platform", "account_id", "campaign_id", "currency", "synced_at", "created_at", "test_id"})
_NUMBERS = frozenset({"BIGINT", "DOUBLE", "DECIMAL(18,6)"})
NEWEST = "Is newest"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact table: its name in the model, its source, and the column that the date table filters.

    ``newest_by``: columns of which each value has rows of several days, where figures are those of the newest.
    ``parent``: the fact table that its rows belong to, which has the relationships to dimensions; and its key.
    ``hides_numbers``: its figures are in measures only, because sums of the columns would be wrong or mixed up.
    """

    name: str
    source: str
    day: str | None = None
    newest_by: str | None = None
    parent: tuple[str, str] | None = None
    hides_numbers: bool = False


FACTS = (
    Fact("Metrics", "analytics_metrics", day="date", hides_numbers=True),
    Fact("Pacing", "analytics_budgets", day="as_of", newest_by=_ACCOUNT_KEY),
    Fact("Forecasts", "analytics_forecasts", day="period_end"),
    Fact("Anomalies", "analytics_anomalies", day="date"),
    Fact("Benchmarks", "analytics_benchmarks", day="period_end"),
    Fact("Recommendations", "budget_recommendations", day="as_of", newest_by="currency"),
    Fact("Experiments", "tests_now"),
    Fact("Experiment results", "ab_test_results", day="evaluated_at", parent=("Experiments", "test_id")),
    Fact("Changes", "campaign_changes", day="change_date"),
    Fact("Alerts", "alerts_now"),
    Fact("To do", "todo_today"),
)
_DIMENSIONS = {
    # Table of the model, its key, and the columns of facts that refer to it.
    "Campaign": ("id", _CAMPAIGN_KEY),
    "Account": (_ACCOUNT_KEY, _ACCOUNT_KEY),
    "Platform": ("platform", "platform"),
    "Currency": ("currency", "currency"),
}


def build_tables(first_day: date) -> tuple[ModelTable, ...]:
    """Facts, then dimensions."""
    return (*(_fact_table(fact) for fact in FACTS), *_dimensions(first_day))


def build_relationships(tables: Iterable[ModelTable]) -> tuple[Relationship, ...]:
    """Each fact to the dimensions that it has a key of. There is one path from any table to any other."""
    by_name = {table.name: table for table in tables}
    found = []
    for fact in FACTS:
        table = by_name[fact.name]
        sources = {column.source: column for column in table.columns}
        if fact.parent is not None:
            parent, key = fact.parent
            found.append(_relate(table, key, by_name[parent], key))
        else:
            found += [
                _relate(table, source, by_name[dimension], key)
                for dimension, (key, source) in _DIMENSIONS.items()
                if source in sources
            ]
        if fact.day is not None:
            found.append(_relate(table, fact.day, by_name["Date"], "date"))
    found.append(_relate(by_name["Campaign"], "project_id", by_name["Project"], "id"))
    return tuple(found)


def _relate(table: ModelTable, source: str, to: ModelTable, key: str) -> Relationship:
    return Relationship(table.name, table.column_of(source).name, to.name, to.column_of(key).name)


def _fact_table(fact: Fact) -> ModelTable:
    registered = table_or_view(fact.source)
    columns = [column for column in registered.columns if is_flat(column)]
    keys = [(name, row) for name, row in _KEYS.items() if _has(columns, name)]
    shown = [model_column(column, is_hidden=_is_hidden(column, fact)) for column in columns]
    shown += [_key_column(name) for name, _ in keys]
    if fact.newest_by is not None:
        shown.append(_newest(fact))
    read = [(column.name, column.type) for column in columns]
    return ModelTable(fact.name, registered.described, queries.table_query(fact.source, read, keys), tuple(shown))


def _has(columns: Iterable[Column], key: str) -> bool:
    names = {column.name for column in columns}
    return {"platform", "campaign_id" if key == _CAMPAIGN_KEY else "account_id"} <= names


def _is_hidden(column: Column, fact: Fact) -> bool:
    is_figure = fact.hides_numbers and column.type in _NUMBERS
    return column.name in _TECHNICAL or column.name == fact.day or is_figure


def _key_column(name: str) -> ModelColumn:
    return ModelColumn(label(name), "string", "Key of the relationship.", source=name, is_hidden=True)


def _newest(fact: Fact) -> ModelColumn:
    """Computed when the model is refreshed, so that no filter of a report changes which day is the newest."""
    assert fact.day is not None
    assert fact.newest_by is not None
    table, day, by = f"'{fact.name}'", label(fact.day), label(fact.newest_by)
    expression = f"{table}[{day}] = CALCULATE(MAX({table}[{day}]), ALLEXCEPT({table}, {table}[{by}]))"
    meaning = f"Whether the row is of the newest day of its {by.lower().removesuffix(' key')}."
    return ModelColumn(NEWEST, "boolean", meaning, expression=expression, is_hidden=True)


def _dimensions(first_day: date) -> Iterable[ModelTable]:
    yield _registered_dimension(
        "Campaign", "campaigns", key="id", hidden={"external_id", "platform", "account_id", "project_id"}
    )
    yield _registered_dimension("Account", "ad_accounts", key=_ACCOUNT_KEY, hidden={"platform", "account_id"})
    yield _registered_dimension("Project", "projects", key="id", hidden=set())
    yield ModelTable(
        "Platform",
        "The ad platforms.",
        queries.platforms_query(),
        (
            ModelColumn(
                "Platform", "string", "The platform as in every table.", "platform", is_key=True, is_hidden=True
            ),
            ModelColumn("Platform name", "string", "Display name of the platform.", "name", sort_by="Place"),
            ModelColumn("Place", "int64", "Order of the platforms.", "place", is_hidden=True),
        ),
    )
    yield ModelTable(
        "Currency",
        "Currencies of the ad accounts.",
        queries.currencies_query(),
        (
            ModelColumn("Currency", "string", "ISO 4217 code.", "currency", is_key=True),
            ModelColumn("Digits", "int64", "Digits of an amount after the point.", "digits", is_hidden=True),
        ),
    )
    yield ModelTable(
        "Date", "Days, marked as date table.", queries.dates_query(first_day), _DATE_COLUMNS, is_dates=True
    )


_DATE_COLUMNS = (
    ModelColumn("Date", "dateTime", "Day, in each account's time zone.", "date", format=DAY, is_key=True, is_date=True),
    ModelColumn("Year", "int64", "Calendar year.", "year", format="0"),
    ModelColumn("Quarter", "string", "Quarter of the year.", "quarter"),
    ModelColumn("Month", "string", "Month with its year, as 2026-11.", "month"),
    ModelColumn("Month name", "string", "Month of any year.", "month_name", sort_by="Month number"),
    ModelColumn("Month number", "int64", "Month of the year, from 1.", "month_number", format="0", is_hidden=True),
    ModelColumn("Week start", "dateTime", "Monday of the week.", "week_start", format=DAY, is_date=True),
    ModelColumn("Weekday", "string", "Day of the week.", "weekday", sort_by="Weekday number"),
    ModelColumn(
        "Weekday number", "int64", "Day of the week, 1 is Monday.", "weekday_number", format="0", is_hidden=True
    ),
)


def _registered_dimension(name: str, source: str, key: str, hidden: set[str]) -> ModelTable:
    registered = table_or_view(source)
    columns = [column for column in registered.columns if is_flat(column)]
    keys = [(key, _KEYS[key])] if key in _KEYS else []
    shown = []
    for column in columns:
        is_hidden = column.name in hidden | {key, "synced_at"}
        one = model_column(column, is_hidden=is_hidden)
        # "Name" alone would not say of what, in a table of a report.
        title = f"{name} {one.name.lower()}" if column.name in ("name", "status") else one.name
        shown.append(replace(one, name=title, is_key=column.name == key))
    shown += [replace(_key_column(added), is_key=True) for added, _ in keys]
    read = [(column.name, column.type) for column in columns]
    return ModelTable(name, registered.described, queries.table_query(source, read, keys), tuple(shown))
