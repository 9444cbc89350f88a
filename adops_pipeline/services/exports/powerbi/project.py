"""The Power BI project: every file by its path, as bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from adops_pipeline.services.exports.powerbi import queries
from adops_pipeline.services.exports.powerbi.measures import MEASURES_TABLE, build_measures
from adops_pipeline.services.exports.powerbi.model import Model, ModelColumn, ModelTable
from adops_pipeline.services.exports.powerbi.pages import PAGES
from adops_pipeline.services.exports.powerbi.report import check_fields, report_files
from adops_pipeline.services.exports.powerbi.semantic_model import definition_files, stable_id
from adops_pipeline.services.exports.powerbi.star_schema import build_relationships, build_tables

NAME = "AdOps"
_FABRIC = "https://developer.microsoft.com/json-schemas/fabric"
"""Power BI reads from a file's schema which version it has; nothing is loaded from there."""
_THEME = "AdOpsTheme.json"
# The first three are the platforms, in the order of the vocabulary: safe for colour-blind eyes (Okabe and Ito).
_COLOURS = ("#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9", "#999999", "#332288")


@dataclass(frozen=True, slots=True)
class ProjectOptions:
    """What differs between installations."""

    reporting_currency: str
    first_day: date
    parquet_folder: str
    odata_url: str


def build_model(options: ProjectOptions) -> Model:
    """The semantic model."""
    tables = build_tables(options.first_day)
    measures = ModelTable(
        MEASURES_TABLE,
        "Every measure.",
        queries.no_rows_query(),
        (ModelColumn("Empty", "string", "The table holds measures only.", "empty", is_hidden=True),),
        build_measures(tables, options.reporting_currency),
    )
    shared = queries.shared_expressions(options.parquet_folder, options.odata_url)
    return Model((measures, *tables), build_relationships(tables), shared)


def project_files(options: ProjectOptions) -> dict[str, bytes]:
    """Every file of the project. The same options give the same bytes."""
    model = build_model(options)
    check_fields(PAGES, model)
    report, semantic = f"{NAME}.Report", f"{NAME}.SemanticModel"
    documents: dict[str, Mapping[str, Any]] = {
        f"{NAME}.pbip": _shortcut(report),
        f"{report}/.platform": _platform("Report"),
        f"{report}/definition.pbir": _report_properties(semantic),
        f"{report}/StaticResources/RegisteredResources/{_THEME}": {"name": NAME, "dataColors": list(_COLOURS)},
        f"{semantic}/.platform": _platform("SemanticModel"),
        f"{semantic}/definition.pbism": _model_properties(),
    }
    documents |= {f"{report}/definition/{path}": one for path, one in report_files(PAGES, _THEME).items()}
    texts = {f"{semantic}/definition/{path}": one for path, one in definition_files(model).items()}
    files = {path: _json(one) for path, one in documents.items()} | {path: t.encode() for path, t in texts.items()}
    return dict(sorted(files.items()))


def _shortcut(report: str) -> dict[str, Any]:
    return {
        "$schema": f"{_FABRIC}/pbip/pbipProperties/1.0.0/schema.json",
        "version": "1.0",
        "artifacts": [{"report": {"path": report}}],
        "settings": {"enableAutoRecovery": True},
    }


def _report_properties(semantic: str) -> dict[str, Any]:
    return {
        "$schema": f"{_FABRIC}/item/report/definitionProperties/2.0.0/schema.json",
        "version": "4.0",
        "datasetReference": {"byPath": {"path": f"../{semantic}"}},
    }


def _model_properties() -> dict[str, Any]:
    return {
        "$schema": f"{_FABRIC}/item/semanticModel/definitionProperties/1.0.0/schema.json",
        "version": "4.1",
        "settings": {},
    }


def _platform(kind: str) -> dict[str, Any]:
    return {
        "$schema": f"{_FABRIC}/gitIntegration/platformProperties/2.0.0/schema.json",
        "metadata": {"type": kind, "displayName": NAME},
        "config": {"version": "2.0", "logicalId": stable_id("item", kind)},
    }


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()
