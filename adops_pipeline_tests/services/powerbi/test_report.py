"""The report's files: valid by the structure that Power BI documents, and bound to what the model has."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from adops_pipeline.services.exports.powerbi.pages import PAGES
from adops_pipeline.services.exports.powerbi.project import project_files
from adops_pipeline.services.exports.powerbi.report import Field, Page, check_fields
from adops_pipeline_tests.services.powerbi.test_model import MODEL, OPTIONS

FILES = {name: content for name, content in project_files(OPTIONS).items() if not name.endswith(".tmdl")}
DOCUMENTS: dict[str, Any] = {name: json.loads(content) for name, content in FILES.items()}
ROLES = {
    "cardVisual": {"Data"}, "slicer": {"Values"}, "stackedAreaChart": {"Category", "Series", "Y"},
    "clusteredBarChart": {"Category", "Y"}, "tableEx": {"Values"}, "gauge": {"Y"}, "textbox": set(),
}  # fmt: skip
"""The roles of each visual that Power BI has."""
REQUIRED = {
    "visual.json": {"$schema", "name", "position", "visual"},
    "page.json": {"$schema", "name", "displayName", "displayOption", "height", "width"},
    "pages.json": {"$schema", "pageOrder", "activePageName"},
    "report.json": {"$schema", "themeCollection"},
    "version.json": {"$schema", "version"},
    "definition.pbir": {"$schema", "version", "datasetReference"},
    "definition.pbism": {"$schema", "version"},
    "AdOps.pbip": {"$schema", "version", "artifacts"},
    ".platform": {"$schema", "metadata", "config"},
}


def visuals() -> Iterator[tuple[str, Any]]:
    """Folder and document of every visual."""
    for name, document in DOCUMENTS.items():
        if name.endswith("/visual.json"):
            yield name.removesuffix("/visual.json"), document


def test_every_file_names_its_schema_and_has_what_that_requires() -> None:
    for name, document in DOCUMENTS.items():
        last = name.rsplit("/", 1)[-1]
        if last == "AdOpsTheme.json":
            continue
        assert REQUIRED[last] <= document.keys(), name
        assert re.search(r"/fabric/[\w/]+/\d\.\d\.0/schema\.json$", document["$schema"]), name


def test_visuals_have_no_other_keys_than_those_of_the_schema() -> None:
    for folder, document in visuals():
        assert document.keys() == {"$schema", "name", "position", "visual"}, folder
        assert document["position"].keys() == {"x", "y", "z", "width", "height", "tabOrder"}, folder
        visual = document["visual"]
        known = {"visualType", "query", "objects", "visualContainerObjects", "drillFilterOtherVisuals"}
        assert visual.keys() <= known, folder
        assert visual.get("query", {}).keys() <= {"queryState", "sortDefinition"}, folder
        for groups in (visual.get("objects", {}), visual["visualContainerObjects"]):
            assert all([one.keys() for one in group] == [{"properties"}] for group in groups.values()), folder


def test_names_agree_with_folders() -> None:
    for folder, document in visuals():
        assert document["name"] == folder.rsplit("/", 1)[-1]
        assert re.fullmatch(r"[\w-]{1,50}", document["name"])
    pages = {name.split("/")[-2]: one for name, one in DOCUMENTS.items() if name.endswith("/page.json")}
    order = DOCUMENTS["AdOps.Report/definition/pages/pages.json"]["pageOrder"]
    assert [pages[name]["displayName"] for name in order] == ["Overview", "Pacing"]
    assert all(page["name"] == folder for folder, page in pages.items())


def test_references_between_files_lead_somewhere() -> None:
    report = DOCUMENTS["AdOps.pbip"]["artifacts"][0]["report"]["path"]
    assert f"{report}/definition.pbir" in DOCUMENTS
    model = DOCUMENTS["AdOps.Report/definition.pbir"]["datasetReference"]["byPath"]["path"]
    assert f"{model.removeprefix('../')}/definition.pbism" in DOCUMENTS
    definition = DOCUMENTS["AdOps.Report/definition/report.json"]
    (package,) = definition["resourcePackages"]
    assert definition["themeCollection"]["customTheme"]["name"] == package["items"][0]["name"]
    assert f"{report}/StaticResources/{package['name']}/{package['items'][0]['path']}" in DOCUMENTS
    ids = [one["config"]["logicalId"] for name, one in DOCUMENTS.items() if name.endswith(".platform")]
    assert len(set(ids)) == 2


def test_visuals_show_fields_of_the_model_in_roles_that_they_have() -> None:
    columns = {(table.name, column.name) for table in MODEL.tables for column in table.columns if not column.is_hidden}
    measures = {(table.name, one.name) for table in MODEL.tables for one in table.measures}
    for folder, document in visuals():
        visual = document["visual"]
        state = visual.get("query", {}).get("queryState", {})
        assert state.keys() == ROLES[visual["visualType"]], folder
        for role in state.values():
            for projection in role["projections"]:
                (kind, field), *none = projection["field"].items()
                assert not none
                found = (field["Expression"]["SourceRef"]["Entity"], field["Property"])
                assert found in (measures if kind == "Measure" else columns)
                assert projection["queryRef"] == ".".join(found)


def test_a_field_that_the_model_does_not_have_stops_the_build() -> None:
    page = PAGES[0]
    broken = replace(page.visuals[-1], roles={"Values": [Field("Campaign", "Colour")]})
    with pytest.raises(KeyError, match="page Overview, Campaigns: Campaign has no Colour"):
        check_fields([Page(page.title, (broken,))], MODEL)
    measure = replace(page.visuals[-1], roles={"Values": [Field("_Measures", "Campaign name", is_measure=True)]})
    with pytest.raises(KeyError):
        check_fields([Page(page.title, (measure,))], MODEL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_visuals_are_within_the_page_and_do_not_cover_each_other(page: Page) -> None:
    for one in page.visuals:
        assert one.at[0] >= 0
        assert one.at[1] >= 0
        assert one.at[0] + one.size[0] <= 1280
        assert one.at[1] + one.size[1] <= 720
    for one, other in combinations(page.visuals, 2):
        apart = [
            one.at[axis] + one.size[axis] <= other.at[axis] or other.at[axis] + other.size[axis] <= one.at[axis]
            for axis in (0, 1)
        ]
        assert any(apart), (one.title, other.title)


def test_every_visual_has_a_title_for_screen_readers() -> None:
    for folder, document in visuals():
        general = document["visual"]["visualContainerObjects"]["general"][0]
        assert general["properties"]["altText"]["expr"]["Literal"]["Value"].strip("'"), folder


def test_the_pages_have_what_they_are_for() -> None:
    overview, pacing = PAGES
    assert {"cardVisual", "stackedAreaChart", "tableEx"} <= {one.type for one in overview.visuals}
    assert {"gauge", "tableEx", "clusteredBarChart"} <= {one.type for one in pacing.visuals}
