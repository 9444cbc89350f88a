"""Exported files: every published table and view in each format with a manifest, and the Power BI project."""

import dagster as dg

from adops_pipeline.defs.metadata import FILES_GROUP, OWNERS, as_markdown
from adops_pipeline.domain.exports import Format
from adops_pipeline.services.errors import InvalidError
from adops_pipeline.wiring import Services

PROJECT_KEY = dg.AssetKey("powerbi_project")

_KINDS = {
    Format.PARQUET: "parquet",
    Format.CSV: "csv",
    Format.JSON: "json",
    Format.XLSX: "excel",
    Format.POWERBI: "powerbi",
}


def files_key(kind: Format) -> dg.AssetKey:
    """The asset of the files of a format."""
    return dg.AssetKey(f"{kind}_files")


def _files(kind: Format, description: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=files_key(kind),
        group_name=FILES_GROUP,
        owners=OWNERS,
        kinds={_KINDS[kind]},
        deps=["adops_snapshot"],
        description=f"{description} Manifest and files are replaced when all are complete.",
    )
    def files(services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
        written = services.table_files.write(kind, services.exports_folder / kind)
        tables = [(one.table.name, one.rows, one.note) for one in written.tables]
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(written.folder)),
                "bytes": written.bytes,
                "dagster/row_count": written.rows,
                "tables": as_markdown(["table", "rows", "note"], tables),
            }
        )

    return files


parquet_files = _files(Format.PARQUET, "Every published table as Parquet, with the types that Power BI takes.")
csv_files = _files(Format.CSV, "Every published table as CSV.")
json_files = _files(Format.JSON, "Every published table as a JSON array.")
powerbi_files = _files(Format.POWERBI, "Every published table as JSON in the form of an OData document.")
xlsx_files = _files(Format.XLSX, "One Excel workbook with a sheet for each published table.")


@dg.asset(
    key=PROJECT_KEY,
    group_name=FILES_GROUP,
    owners=OWNERS,
    kinds={"powerbi"},
    deps=["parquet_files"],
    description="A Power BI project over the Parquet files or the OData feed. What somebody edited is not overwritten.",
)
def powerbi_project(context: dg.AssetExecutionContext, services: dg.ResourceParam[Services]) -> dg.MaterializeResult:
    """Write the project."""
    folder = services.exports_folder / Format.POWERBI
    try:
        path = services.powerbi_project.write(folder)
    except InvalidError as error:
        context.log.warning("the project is left as it is: %s", error)
        return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(folder)), "left as it is": str(error)})
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(path))})
