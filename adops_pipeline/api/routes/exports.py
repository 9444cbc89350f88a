"""Exports: published tables and views as files."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from pydantic import Field

from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.downloads import DownloadResponse
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.domain.exports import Format
from adops_pipeline.domain.tables import TABLES, VIEWS
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.exports.formats import KINDS
from adops_pipeline.services.exports.requests import ExportRequest

router = APIRouter(prefix="/api/analytics", tags=["analytics"])
_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Names = Annotated[list[_Name], Field(max_length=200)]
_JSON_FILE = {
    "oneOf": [
        {"type": "array", "items": {"type": "object"}},
        {
            "type": "object",
            "properties": {
                "@odata.context": {"type": "string"},
                "value": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["@odata.context", "value"],
        },
    ]
}
_EXAMPLES = {
    "days": {
        "summary": "Some columns of a month, for Excel",
        "value": {
            "table": "analytics_metrics",
            "columns": ["date", "platform", "campaign_name", "currency", "spend", "conversions"],
            "from": "2026-11-01",
            "to": "2026-11-30",
            "format": "csv",
            "bom": True,
        },
    },
    "view": {
        "summary": "Budgets of one platform, for Power BI",
        "value": {"table": "budgets_now", "filters": {"platform": ["meta-ads"]}, "format": "powerbi"},
    },
}


class ExportFilters(ApiModel):
    """Filters, in the words of the listings; each table has some of them."""

    platform: list[Platform] = Field([], max_length=10, description="Only these platforms.")
    account_id: _Names = Field([], description="Only these accounts.")
    campaign_id: _Names = Field([], description="Only these campaigns, by the platform's id.")
    currency: _Names = Field([], description="Only these currencies.")
    status: _Names = Field([], description="Only this status, verdict or severity, whichever the table has.")
    project_id: _Name | None = Field(None, description="Only campaigns of this project.")
    search: _Name | None = Field(None, description="Text within the name, ignoring case.")


class ExportBody(ApiModel):
    """What to export, and as what."""

    table: Literal[(*TABLES, *VIEWS)] = Field(  # type: ignore[valid-type]  # words of the registry, read by pydantic at run time
        description="A published table or view; `adops tables` describes them."
    )
    columns: _Names = Field([], description="Names of columns, in this order; none: all.")
    filters: ExportFilters = Field(default_factory=ExportFilters)
    first: date | None = Field(None, alias="from", description="First day, inclusive.")
    last: date | None = Field(None, alias="to", description="Last day, inclusive.")
    format: Format = Field(Format.CSV, description="Kind of the file.")
    bom: bool = Field(False, description="Begin CSV with a byte order mark, which Excel needs to read UTF-8.")

    def request(self) -> ExportRequest:
        """The request that the service checks."""
        given = self.filters.model_dump(by_alias=True)
        project_id, search = given.pop("projectId"), given.pop("search")
        return ExportRequest(
            table=str(self.table),
            kind=self.format,
            columns=self.columns,
            filters={name: [str(value) for value in values] for name, values in given.items()},
            project_id=project_id,
            search=search,
            first=self.first,
            last=self.last,
            with_bom=self.bom,
        )


def _file() -> dict[int | str, dict[str, Any]]:
    """The description of the answer, for the OpenAPI document."""
    binary: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
    content = {kind.media_type.partition(";")[0]: binary for kind in KINDS.values()}
    content |= {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": _JSON_FILE}}
    name = {"schema": {"type": "string"}, "description": "Name for the file."}
    return {200: {"description": "The file.", "content": content, "headers": {"Content-Disposition": name}}}


@router.post(
    "/export",
    operation_id="export_table",
    status_code=200,
    summary="A table or view as a file",
    response_class=DownloadResponse,
    responses=_file() | responses(401, 422, 503),
    openapi_extra={"x-role": "reader"},
)
def export_table(
    request: Request, services: ServicesDep, body: Annotated[ExportBody, Body(openapi_examples=_EXAMPLES)]
) -> DownloadResponse:
    """A published table or view as CSV, JSON, Parquet, an Excel workbook, or JSON for Power BI.

    The file is streamed while it is read; if the connection breaks off before its end, the file is not complete.
    Columns have the names and types of the data dictionary. In CSV and XLSX a text that a spreadsheet would compute
    gets an apostrophe before it.
    """
    return DownloadResponse(services.exports.open(body.request()), request.app.state.export_turns)
