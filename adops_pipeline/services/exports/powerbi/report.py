"""The report in PBIR: pages of visuals that show columns and measures of the model. Data, and the JSON of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from adops_pipeline.services.exports.powerbi.model import Model

WIDTH, HEIGHT = 1280, 720
_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition"
"""Power BI reads from a file's schema which version it has; nothing is loaded from there."""

VisualType = Literal["cardVisual", "slicer", "stackedAreaChart", "clusteredBarChart", "tableEx", "gauge", "textbox"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column or measure of a table in the model."""

    table: str
    name: str
    is_measure: bool = False

    def expression(self) -> dict[str, Any]:
        """The field as queries name it."""
        kind = "Measure" if self.is_measure else "Column"
        return {kind: {"Expression": {"SourceRef": {"Entity": self.table}}, "Property": self.name}}

    def projection(self) -> dict[str, Any]:
        """The field as a visual shows it."""
        return {
            "field": self.expression(),
            "queryRef": f"{self.table}.{self.name}",
            "nativeQueryRef": self.name,
        }


@dataclass(frozen=True, slots=True)
class Visual:
    """A visual: place and size in pixels, its title, and the fields of each role."""

    type: VisualType
    title: str
    at: tuple[int, int]
    size: tuple[int, int]
    roles: Mapping[str, Sequence[Field]] = field(default_factory=dict)
    sort_by: Field | None = None
    objects: Mapping[str, Any] = field(default_factory=dict)
    has_title: bool = True

    @property
    def fields(self) -> list[Field]:
        """Every field that it shows."""
        return [one for fields in self.roles.values() for one in fields]


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its visuals, in the order of the tab key."""

    title: str
    visuals: tuple[Visual, ...]

    @property
    def id(self) -> str:
        """The page's folder; the same on every run."""
        return short_id(self.title)


def literal(value: str) -> dict[str, Any]:
    """A constant of a visual's property, in the notation of Power BI: 'text', true, 12D, 4L."""
    return {"expr": {"Literal": {"Value": value}}}


def text(value: str) -> dict[str, Any]:
    """A constant text."""
    return literal("'" + value.replace("'", "''") + "'")


def properties(**values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The properties of one object of a visual."""
    return [{"properties": dict(values)}]


def short_id(*parts: str) -> str:
    """Twenty hex digits, as Power BI names pages and visuals; the same on every run."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:20]


def check_fields(pages: Sequence[Page], model: Model) -> None:
    """Raises KeyError if a visual shows a field that the model does not have."""
    for page in pages:
        for visual in page.visuals:
            for one in visual.fields:
                table = model.table(one.table)
                known = (
                    {measure.name for measure in table.measures}
                    if one.is_measure
                    else {column.name for column in table.columns}
                )
                if one.name not in known:
                    raise KeyError(f"page {page.title}, {visual.title}: {one.table} has no {one.name}")


def report_files(pages: Sequence[Page], theme: str) -> dict[str, dict[str, Any]]:
    """The document of each file by its path in the definition folder. ``theme`` is the name of the theme's file."""
    names = [page.id for page in pages]
    files: dict[str, dict[str, Any]] = {
        "version.json": {"$schema": _schema("versionMetadata/1.0.0"), "version": "2.0.0"},
        "report.json": _report(theme),
        "pages/pages.json": {
            "$schema": _schema("pagesMetadata/1.0.0"),
            "pageOrder": names,
            "activePageName": names[0],
        },
    }
    for page in pages:
        files[f"pages/{page.id}/page.json"] = {
            "$schema": _schema("page/2.0.0"),
            "name": page.id,
            "displayName": page.title,
            "displayOption": "FitToPage",
            "height": HEIGHT,
            "width": WIDTH,
        }
        for order, visual in enumerate(page.visuals):
            name = short_id(page.title, visual.type, visual.title)
            files[f"pages/{page.id}/visuals/{name}/visual.json"] = _container(name, visual, order)
    return files


def _report(theme: str) -> dict[str, Any]:
    kind = "RegisteredResources"
    return {
        "$schema": _schema("report/2.0.0"),
        "themeCollection": {"customTheme": {"name": theme, "reportVersionAtImport": "5.64", "type": kind}},
        "resourcePackages": [
            {"name": kind, "type": kind, "items": [{"name": theme, "path": theme, "type": "CustomTheme"}]}
        ],
        "settings": {"useStylableVisualContainerHeader": True, "defaultDrillFilterOtherVisuals": True},
    }


def _container(name: str, visual: Visual, order: int) -> dict[str, Any]:
    (x, y), (width, height) = visual.at, visual.size
    return {
        "$schema": _schema("visualContainer/2.0.0"),
        "name": name,
        "position": {"x": x, "y": y, "z": order, "height": height, "width": width, "tabOrder": order},
        "visual": _visual(visual),
    }


def _visual(visual: Visual) -> dict[str, Any]:
    found: dict[str, Any] = {"visualType": visual.type}
    if visual.roles:
        state = {role: {"projections": [one.projection() for one in fields]} for role, fields in visual.roles.items()}
        found["query"] = {"queryState": state}
    if visual.sort_by is not None:
        order = {"field": visual.sort_by.expression(), "direction": "Descending"}
        found["query"]["sortDefinition"] = {"sort": [order], "isDefaultSort": True}
    if visual.objects:
        found["objects"] = dict(visual.objects)
    title = {"show": literal("true"), "text": text(visual.title)} if visual.has_title else {"show": literal("false")}
    found["visualContainerObjects"] = {"title": properties(**title), "general": properties(altText=text(visual.title))}
    return found | {"drillFilterOtherVisuals": True}


def _schema(name: str) -> str:
    return f"{_SCHEMAS}/{name}/schema.json"
