"""Tools that read figures, what can be targeted, and what the metrics mean."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from adops_pipeline.connectors.pinterest.client import PinterestConnector
from adops_pipeline.connectors.pinterest.tools.columns import COLUMNS, DEFAULT_METRICS, row_of
from adops_pipeline.connectors.pinterest.tools.fields import Fields, check_fields, plains
from adops_pipeline.connectors.pinterest.tools.inputs import AccountPageInput, DatesInput, ObjectId, PageInput
from adops_pipeline.connectors.pinterest.tools.requests import Row, object_of, rows_of
from adops_pipeline.connectors.tools import ReadTool, RefusedInputError, ToolPage
from adops_pipeline.domain.vocabulary import Platform

Window = Literal[0, 1, 7, 14, 30, 60]
Granularity = Literal["TOTAL", "DAY", "WEEK", "MONTH"]
OptionType = Literal[
    "APPTYPE", "GENDER", "LOCALE", "AGE_BUCKET", "LOCATION", "GEO", "INTEREST", "KEYWORD", "AUDIENCE_INCLUDE",
    "AUDIENCE_EXCLUDE",
]  # fmt: skip
FigureType = Literal[
    "KEYWORD", "APPTYPE", "GENDER", "LOCATION", "PLACEMENT", "COUNTRY", "TARGETED_INTEREST", "PINNER_INTEREST",
    "AUDIENCE_INCLUDE", "GEO", "AGE_BUCKET", "REGION",
]  # fmt: skip
OPTION_TYPES: tuple[str, ...] = get_args(OptionType)
FIGURE_TYPES: tuple[str, ...] = get_args(FigureType)
_METRIC_FIELDS = Fields(
    plains("name", "display_name", "definition", "category"), ("name", "display_name", "definition")
)
_OPTION_FIELDS = ("id", "name")


class AnalyticsInput(DatesInput):
    """Arguments of pinterest_get_analytics."""

    granularity: Granularity = Field("DAY", description="A row for each day, week or month, or one in TOTAL.")
    click_window_days: Window = Field(30, description="Days after a click in which conversions count.")
    engagement_window_days: Window = Field(30, description="Days after an engagement in which conversions count.")
    view_window_days: Window = Field(1, description="Days after a view in which conversions count.")

    @model_validator(mode="after")
    def _in_order(self) -> "AnalyticsInput":
        if self.end_date < self.start_date:
            raise ValueError("end_date must not be before start_date")
        return self

    def params(self, fields: Sequence[str]) -> list[tuple[str, str]]:
        """The query of the report."""
        windows = ("click_window_days", "engagement_window_days", "view_window_days")
        return [
            *_query((self.start_date, self.end_date), self.granularity),
            _columns(fields),
            *((name, str(getattr(self, name))) for name in windows),
        ]


class CampaignAnalyticsInput(AnalyticsInput):
    """Arguments of pinterest_get_campaign_analytics."""

    campaign_ids: Annotated[list[ObjectId], Field(min_length=1, max_length=100)] = Field(
        description="Ids of the campaigns, 1 to 100."
    )


class TargetingInput(AccountPageInput):
    """Arguments of pinterest_get_targeting."""

    targeting_type: OptionType | FigureType = Field(
        description="Kind of targeting, for example INTEREST or AGE_BUCKET."
    )
    start_date: date | None = Field(
        None,
        description="Absent: the values that can be targeted. Given: the account's figures by value, from this day.",
    )
    end_date: date | None = Field(None, description="Last day of the figures, in UTC; at most 90 days later.")
    granularity: Granularity = Field("TOTAL", description="Figures in TOTAL, or for each day, week or month.")

    @model_validator(mode="after")
    def _consistent(self) -> "TargetingInput":
        if (self.start_date is None) != (self.end_date is None):
            raise ValueError("start_date and end_date belong together: give both or neither")
        known = OPTION_TYPES if self.start_date is None else FIGURE_TYPES
        if self.targeting_type not in known:
            what = "values to choose from" if self.start_date is None else "figures"
            raise ValueError(f"{self.targeting_type} has no {what}; give one of {', '.join(known)}")
        return self


class DeliveryMetricsInput(PageInput):
    """Arguments of pinterest_get_delivery_metrics."""

    report_type: Literal["SYNC", "ASYNC"] | None = Field(
        None, description="Only metrics of immediate (SYNC) or of asynchronous reports; without it all."
    )


class PinterestGetAnalytics(ReadTool[PinterestConnector, AnalyticsInput]):
    """``GET /ad_accounts/{id}/analytics``."""

    name = "pinterest_get_analytics"
    platform = Platform.PINTEREST
    description = (
        "Reads the figures of a Pinterest ad account by day, week, month or in total, of the last 90 days (UTC)."
    )
    scope = "ads:read"
    input_model = AnalyticsInput

    async def read(self, client: PinterestConnector, given: AnalyticsInput) -> ToolPage:
        """See `ReadTool`."""
        fields = check_fields(given.fields, COLUMNS, DEFAULT_METRICS)
        path = f"/ad_accounts/{given.account_id}/analytics"
        return await _report(client, path, given, given.params(fields), fields)


class PinterestGetCampaignAnalytics(ReadTool[PinterestConnector, CampaignAnalyticsInput]):
    """``GET /ad_accounts/{id}/campaigns/analytics``."""

    name = "pinterest_get_campaign_analytics"
    platform = Platform.PINTEREST
    description = "Reads the figures of Pinterest campaigns by day, week, month or in total, of the last 90 days (UTC)."
    scope = "ads:read"
    input_model = CampaignAnalyticsInput

    async def read(self, client: PinterestConnector, given: CampaignAnalyticsInput) -> ToolPage:
        """See `ReadTool`."""
        fields = check_fields(given.fields, COLUMNS, ("campaign_id", "campaign_name", *DEFAULT_METRICS))
        path = f"/ad_accounts/{given.account_id}/campaigns/analytics"
        # Repeated parameters, as the description has them: the columns alone are joined by commas.
        params = [*given.params(fields), *(("campaign_ids", one) for one in given.campaign_ids)]
        return await _report(client, path, given, params, fields)


class PinterestGetTargeting(ReadTool[PinterestConnector, TargetingInput]):
    """``GET /resources/targeting/{type}`` and ``GET /ad_accounts/{id}/targeting_analytics``."""

    name = "pinterest_get_targeting"
    platform = Platform.PINTEREST
    description = (
        "Lists what can be targeted on Pinterest (interests, ages, places, devices, audiences), or with dates the "
        "account's figures by what was targeted."
    )
    scope = "ads:read"
    input_model = TargetingInput

    async def read(self, client: PinterestConnector, given: TargetingInput) -> ToolPage:
        """See `ReadTool`."""
        if given.start_date is not None and given.end_date is not None:
            dates = (given.start_date, given.end_date)
            return await self._figures(client, given, _query(dates, given.granularity))
        fields = check_fields(given.fields, dict.fromkeys(_OPTION_FIELDS), _OPTION_FIELDS)
        values = await targeting_options(client, given.account_id, given.targeting_type)
        rows: list[Row] = [{"id": key, "name": name} for key, name in values.items()]
        return _cut(client, given, [{name: row[name] for name in fields} for row in rows])

    async def _figures(
        self, client: PinterestConnector, given: TargetingInput, query: Sequence[tuple[str, str]]
    ) -> ToolPage:
        fields = check_fields(given.fields, COLUMNS, DEFAULT_METRICS)
        path = f"/ad_accounts/{given.account_id}/targeting_analytics"
        params = [*query, _columns(fields), ("targeting_types", given.targeting_type)]
        body = await client.session.request("GET", path, account_id=given.account_id, params=params)
        currency = await client.currency(given.account_id)
        rows = [
            {
                "targeting_type": row.get("targeting_type"),
                "targeting_value": row.get("targeting_value"),
                **row_of(row.get("metrics") or {}, fields, currency),
            }
            for row in object_of(body, path, given.account_id).get("data") or ()
        ]
        return _cut(client, given, rows)


async def targeting_options(client: PinterestConnector, account_id: str, targeting_type: str) -> dict[str, str]:
    """Names of what can be targeted, by id; audiences are those of the account."""
    path = f"/resources/targeting/{targeting_type}"
    body = await client.session.request("GET", path, account_id=account_id, params=[("ad_account_id", account_id)])
    return {key: str(name) for part in rows_of(body, path, account_id) for key, name in part.items()}


class PinterestGetDeliveryMetrics(ReadTool[PinterestConnector, DeliveryMetricsInput]):
    """``GET /resources/delivery_metrics``."""

    name = "pinterest_get_delivery_metrics"
    platform = Platform.PINTEREST
    description = "Lists the metrics of Pinterest's reports with what each means."
    scope = "ads:read"
    input_model = DeliveryMetricsInput

    async def read(self, client: PinterestConnector, given: DeliveryMetricsInput) -> ToolPage:
        """See `ReadTool`."""
        fields = _METRIC_FIELDS.chosen(given.fields)
        path = "/resources/delivery_metrics"
        params = [("report_type", given.report_type)] if given.report_type else []
        body = await client.session.request("GET", path, params=params)
        items = object_of(body, path, None).get("items") or ()
        return _cut(client, given, _METRIC_FIELDS.trim(items, fields, ""))


def _query(dates: tuple[date, date], granularity: str) -> list[tuple[str, str]]:
    start, end = dates
    return [("start_date", start.isoformat()), ("end_date", end.isoformat()), ("granularity", granularity)]


def _columns(fields: Sequence[str]) -> tuple[str, str]:
    return "columns", ",".join(COLUMNS[name] for name in fields)


async def _report(
    client: PinterestConnector,
    path: str,
    given: AnalyticsInput,
    params: Sequence[tuple[str, str]],
    fields: Sequence[str],
) -> ToolPage:
    body = await client.session.request("GET", path, account_id=given.account_id, params=params)
    currency = await client.currency(given.account_id)
    return _cut(client, given, [row_of(row, fields, currency) for row in rows_of(body, path, given.account_id)])


def _cut(client: PinterestConnector, given: PageInput, rows: Sequence[Any]) -> ToolPage:
    """One page of an answer that Pinterest sends whole; the cursor is the number of rows before it."""
    start = _start(given.cursor)
    end = start + given.limit
    return ToolPage(rows[start:end], str(end) if end < len(rows) else None, client.session.rate_limit)


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit():
        raise RefusedInputError(f"cursor: {cursor!r} is not a cursor of this tool; give next_cursor of the page before")
    return int(cursor)
