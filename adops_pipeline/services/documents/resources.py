"""The tables that the API lists: address, filters and order of each. Columns and their types come from the registry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel

from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.services.documents.models import CurrencyCode, row_model
from adops_pipeline.warehouse.queries.conditions import Condition
from adops_pipeline.warehouse.queries.listing import Beside, Listing, listed_table
from adops_pipeline.warehouse.queries.prepared_rows import RowsOf

_LARGEST_PAGE = 1000
_TEXT = Field(min_length=1, max_length=200)


@dataclass(frozen=True)
class Resource:
    """A listed table. ``status`` is the column that the filter of that name reads; ``sort`` the default order."""

    path: str
    table_name: str
    summary: str
    sort: str
    newest_by: str | None = None
    beside: Beside | None = None
    day: str | None = None
    status: str | None = None
    search: str | None = "campaign_name"
    is_prepared: bool = False
    """Whether the rows are held in memory, because pages ask for them all the time."""

    @cached_property
    def table(self) -> Table:
        """The registered table, with the column that is listed beside its own."""
        return listed_table(self.table_name, self.beside)

    @cached_property
    def row(self) -> type[BaseModel]:
        """The model of a row."""
        name = "".join(word.title() for word in self.path.split("-")) + "Row"
        return row_model(self.table, self.table.columns, name)

    @cached_property
    def query(self) -> type[BaseModel]:
        """The model of the parameters: only filters that this table can answer."""
        fields: dict[str, Any] = {}
        for name in ("platform", "account_id", "campaign_id", "currency"):
            if name in self.table.column_names:
                fields[name] = _one_of(_column(self.table, name), to_camel(name))
        if self.status is not None:
            fields["status"] = _one_of(_column(self.table, self.status), "status")
        if self._has_severity:
            fields["severity"] = _one_of(_column(self.table, "severity"), "severity")
        if "campaign_id" in self.table.column_names:
            fields["project_id"] = (
                str | None,
                Field(None, alias="projectId", description="Campaigns of this project."),
            )
        if self.day is not None:
            day = _column(self.table, self.day).description.rstrip(".")
            fields["first"] = (date | None, Field(None, alias="from", description=f"First day, inclusive: {day}."))
            fields["last"] = (date | None, Field(None, alias="to", description=f"Last day, inclusive: {day}."))
        if self.search is not None:
            fields["search"] = (
                Annotated[str, _TEXT] | None, Field(None, description="Text within the name, ignoring case.")
            )  # fmt: skip
        orders = [to_camel(name) for name in self.table.column_names]
        orders += [f"-{name}" for name in orders]
        fields["sort"] = (
            Literal[tuple(orders)],
            Field(self.sort, description="Column to sort by; `-` before it sorts downwards. NULL comes last."),
        )
        fields["limit"] = (int, Field(100, ge=1, le=_LARGEST_PAGE, description="Rows on a page."))
        fields["cursor"] = (str | None, Field(None, max_length=2000, description="`nextCursor` of the page before."))
        name = "".join(word.title() for word in self.path.split("-")) + "Query"
        return create_model(name, __config__=ConfigDict(extra="forbid", populate_by_name=True), **fields)

    @cached_property
    def has_json(self) -> bool:
        """Whether a column holds objects, whose names are stored with underscores."""
        return any(column.type == "JSON" for column in self.table.columns)

    @property
    def _has_severity(self) -> bool:
        """Whether severity is a filter of its own."""
        return "severity" in self.table.column_names and self.status != "severity"

    @cached_property
    def rows(self) -> RowsOf | None:
        """What makes the rows that are held in memory."""
        return RowsOf(self.table_name, tuple(self._names.items())) if self.is_prepared else None

    @cached_property
    def _names(self) -> dict[str, str]:
        """The name in JSON of each column."""
        return {name: to_camel(name) for name in self.table.column_names}

    def listing(self, query: BaseModel, after: Sequence[str | None] | None) -> Listing:
        """What to read for these parameters."""
        given = {name: value for name, value in query if value is not None}
        sort = given["sort"]
        return Listing(
            table=self.table_name,
            names=self._names,
            conditions=self._conditions(given),
            project_id=given.get("project_id"),
            sort=self._column_of(sort.removeprefix("-")),
            is_descending=sort.startswith("-"),
            limit=given["limit"],
            after=after,
            newest_by=self.newest_by,
            beside=self.beside,
        )

    def _conditions(self, given: dict[str, Any]) -> list[Condition]:
        found = [
            Condition(name, "in", [str(value) for value in given[name]])
            for name in ("platform", "account_id", "campaign_id", "currency")
            if given.get(name)
        ]
        if given.get("status") and self.status is not None:
            found.append(Condition(self.status, "in", list(given["status"])))
        if given.get("severity"):
            found.append(Condition("severity", "in", list(given["severity"])))
        if self.day is not None:
            found += [Condition(self.day, "from", given["first"])] if "first" in given else []
            found += [Condition(self.day, "to", given["last"])] if "last" in given else []
        if "search" in given and self.search is not None:
            found.append(Condition(self.search, "contains", given["search"]))
        return found

    def _column_of(self, name: str) -> str:
        return next(column for column, camel in self._names.items() if camel == name)


def _one_of(column: Column, alias: str) -> tuple[Any, Any]:
    free: Any = CurrencyCode if column.name == "currency" else Annotated[str, _TEXT]
    kind: Any = Literal[column.allowed] if column.allowed else free
    described = f"{column.description} Repeat it for several."
    return (list[kind], Field(default_factory=list, alias=alias, max_length=200, description=described))


def _column(table: Table, name: str) -> Column:
    return next(column for column in table.columns if column.name == name)


RESOURCES = (
    Resource(
        "pacing", "rollup_pacing", "Pacing of each budget, on the last complete day of its account",
        sort="-moneyAtStake", day="as_of", status="verdict", is_prepared=True,
    ),
    Resource(
        "benchmarks", "analytics_benchmarks", "Metrics of campaigns against their own past and their peers",
        sort="campaignId", day="period_start", status="status",
    ),
    Resource(
        "anomalies", "analytics_anomalies", "Unusual days, with cause and severity",
        sort="-date", day="date", status="severity",
    ),
    Resource(
        "forecasts", "analytics_forecasts", "Totals to the end of the month, with their 80 % intervals",
        sort="campaignId", day="period_end",
    ),
    Resource(
        "experiments", "ab_tests", "A/B tests with their newest results",
        sort="-startedAt", status="status", search="name",
    ),
    Resource(
        "allocation", "budget_recommendations", "The best split of the budgets, as of the newest plan",
        sort="-changePct", newest_by="as_of", day="as_of", status="identification",
        beside=Beside("recommendations_now", "do_first"),
    ),
    Resource(
        "response-curves", "budget_response_curves", "Revenue at other daily budgets, where the response is known",
        sort="campaignId",
    ),
    Resource(
        "todo", "todo_today", "What to do today, by account: at most a handful of actions, one per campaign",
        sort="-moneyAtStake", day="as_of", status="severity",
    ),
    Resource(
        "changes", "campaign_changes", "Changes of budgets, bids and states, as the platforms report them",
        sort="-changedAt", day="change_date", search=None,
    ),
    Resource(
        "outcomes", "action_outcomes", "What changes of campaigns did, against campaigns that were not changed",
        sort="-changedOn", day="changed_on", status="verdict",
    ),
    Resource(
        "calendar", "calendar_days", "Holidays, retail events and the team's own events", sort="date", day="date",
        search="name",
    ),
    Resource(
        "maturity", "analytics_maturity", "Share of a day's conversions that is known, by platform and age",
        sort="platform", search=None,
    ),
)  # fmt: skip
