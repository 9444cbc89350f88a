"""Tools over the published snapshot: sums of periods, campaigns, and a list for each table of the analyses.

They answer what the API answers, from the same documents.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema, create_model
from pydantic.alias_generators import to_camel

from adops_pipeline.services.documents.campaigns import (
    CampaignDetail,
    CampaignPage,
    CampaignPeriod,
    CampaignRow,
    campaign_document,
    campaigns_document,
)
from adops_pipeline.services.documents.listing import listing_document
from adops_pipeline.services.documents.models import page_model
from adops_pipeline.services.documents.overview import (
    Comparison,
    Overview,
    Trend,
    comparison_document,
    overview_document,
    trend_document,
)
from adops_pipeline.services.documents.periods import ComparedPeriod, Period, PeriodAgainst
from adops_pipeline.services.documents.resources import RESOURCES, Resource
from adops_pipeline.services.tools.definitions import Call, Document, ToolDefinition
from adops_pipeline.services.tools.schemas import answer_schema, paged
from adops_pipeline.warehouse.queries.snapshot_reader import Snapshot, SnapshotReader

_ROWS = 50
_CAMPAIGN_FIELDS = (
    "id", "name", "platform", "accountId", "status", "objective", "currency", "dailyBudget", "spend", "clicks",
    "conversions", "conversionsNowcast", "revenue", "cpa", "roas", "roasNowcast", "spendChange", "roasChange",
)  # fmt: skip
_CAMPAIGN_ID = (str, Field(max_length=200, description="`platform:campaign_id`, as `meta-ads:2387`."))
_SORT = WithJsonSchema(
    {
        "type": "string",
        "description": "One of the names of `fields` to sort by; `-` before it sorts downwards. NULL comes last.",
    }
)
"""The words of `sort`, in place of a list of all columns that is twice as long as that of `fields`."""
_TITLES = {
    "pacing": "Pacing of budgets",
    "benchmarks": "Benchmarks",
    "anomalies": "Anomalies",
    "forecasts": "Forecasts",
    "experiments": "A/B tests",
    "allocation": "Budget plan",
    "response-curves": "Response curves",
    "todo": "What to do today",
    "changes": "Changes on the platforms",
    "outcomes": "Outcomes of changes",
    "calendar": "Calendar",
    "maturity": "Maturity of conversions",
}

Make = Callable[[Snapshot, Any], bytes]


def analytics_tools(snapshots: SnapshotReader, reporting: str) -> Iterator[ToolDefinition]:
    """The tools; amounts of all currencies together are in the ``reporting`` currency."""

    def tool(name: str, title: str, text: str, inputs: type[BaseModel], model: type[BaseModel], make: Make,
             rows: str | None = None) -> ToolDefinition:  # fmt: skip
        given = inputs if rows is None else paged(inputs)
        schema = answer_schema(model, is_page=rows is not None)
        return ToolDefinition(name, title, text, "analytics", given, schema, _reader(snapshots, make), rows=rows)

    yield tool(
        "get_overview", "Overview", "Totals of a period against the one before it, by currency and in the reporting "
        f"currency ({reporting}), and the days by platform. Without days the last thirty complete ones. Young days "
        "lack conversions: `nowcast` is what they are expected to become.", PeriodAgainst, Overview,
        lambda snapshot, given: overview_document(snapshot, given, reporting), "series",
    )  # fmt: skip
    yield tool(
        "compare_periods", "Comparison", "A period against another one, by platform, account, project, currency or "
        "campaign. `by=campaign` needs `campaign_id`.", ComparedPeriod, Comparison, comparison_document, "groups",
    )  # fmt: skip
    yield tool(
        "get_campaign", "Campaign", "One campaign with all its sums of a period and changes against the period before.",
        create_model("CampaignOf", __base__=PeriodAgainst, campaign_id=_CAMPAIGN_ID), CampaignDetail,
        lambda snapshot, given: campaign_document(snapshot, given.campaign_id, given),
    )  # fmt: skip
    yield tool(
        "get_campaign_trend", "Trend of a campaign", "The days of one campaign: spend, clicks, conversions, revenue, "
        "their ratios, which days are immature, and how often the platform changed them.",
        create_model("TrendOf", __base__=Period, campaign_id=_CAMPAIGN_ID), Trend,
        lambda snapshot, given: trend_document(snapshot, given.campaign_id, given), "days",
    )  # fmt: skip
    yield _list_tool(
        snapshots, "list_campaigns", "Campaigns", "Campaigns with their sums of a period, changes against the period "
        "before, and totals of all pages. `fields` chooses the columns.", CampaignPeriod, CampaignPage,
        tuple(to_camel(name) for name in CampaignRow.model_fields), _CAMPAIGN_FIELDS,
        lambda snapshot, given: campaigns_document(snapshot, given, reporting),
    )  # fmt: skip
    for resource in RESOURCES:
        yield _resource_tool(snapshots, resource)


def _resource_tool(snapshots: SnapshotReader, resource: Resource) -> ToolDefinition:
    fields = tuple(to_camel(name) for name in resource.table.column_names)
    text = f"{resource.summary}. {resource.table.description} Amounts are in the row's currency."
    name = f"list_{resource.path.replace('-', '_')}"
    return _list_tool(
        snapshots, name, _TITLES.get(resource.path, resource.summary), text, resource.query,
        page_model(resource.row), fields, (),
        lambda snapshot, given: listing_document(resource, given, snapshot),
    )  # fmt: skip


def _list_tool(
    snapshots: SnapshotReader,
    name: str,
    title: str,
    text: str,
    inputs: type[BaseModel],
    model: type[BaseModel],
    fields: tuple[str, ...],
    usual: tuple[str, ...],
    make: Make,
) -> ToolDefinition:
    """A list that pages itself, whose columns can be chosen."""
    given = _list_arguments(inputs, f"{model.__name__}Of", fields, usual)

    def chosen(snapshot: Snapshot, query: Any) -> dict[str, Any]:  # noqa: ANN401 - of the model made above
        document: dict[str, Any] = json.loads(make(snapshot, query))
        names = query.fields or usual
        if names:
            document["items"] = [{name: row[name] for name in names if name in row} for row in document["items"]]
        return document

    schema = _with_optional_columns(answer_schema(model, is_page=True))
    return ToolDefinition(
        name, title, text, "analytics", given, schema, _run(snapshots, chosen), rows="items", pages_itself=True
    )


@cache
def _list_arguments(
    inputs: type[BaseModel], name: str, fields: tuple[str, ...], usual: tuple[str, ...]
) -> type[BaseModel]:
    """The arguments of a list whose columns can be chosen."""
    described = f"Columns of the rows; by default {', '.join(usual) or 'all of them'}."
    kind: Any = Literal[fields]
    order = inputs.model_fields["sort"]
    words: Any = Annotated[order.annotation, _SORT]
    return create_model(
        name,
        __base__=inputs,
        sort=(words, order.default),
        fields=(list[kind] | None, Field(None, min_length=1, max_length=200, description=described)),
        limit=(int, Field(_ROWS, ge=1, le=1000, description="Rows of an answer at most; fewer if they are large.")),
    )


def _reader(snapshots: SnapshotReader, make: Make) -> Callable[[Call], Any]:
    return _run(snapshots, lambda snapshot, given: json.loads(make(snapshot, given)))


def _run(snapshots: SnapshotReader, make: Callable[[Snapshot, Any], dict[str, Any]]) -> Callable[[Call], Any]:
    async def run(call: Call) -> Document:
        def read() -> dict[str, Any]:
            with snapshots.reading() as snapshot:
                return make(snapshot, call.given)

        return await asyncio.to_thread(read)

    return run


def _with_optional_columns(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a page whose rows need not have every column."""
    row = schema["properties"]["items"]["items"]["$ref"].rpartition("/")[2]
    definitions = {**schema["$defs"], row: {**schema["$defs"][row], "required": []}}
    return {**schema, "$defs": definitions}
