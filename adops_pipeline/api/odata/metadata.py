"""The documents that describe the service: the list of entity sets, and the data model as XML."""

from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

from adops_pipeline.api.odata.resources import SETS
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.warehouse.queries.odata.values import KINDS, Kind

NAMESPACE = "AdOps"
_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"


def service_document(base: str) -> dict[str, Any]:
    """The entity sets at ``base``."""
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in SETS]
    return {"@odata.context": f"{base}/$metadata", "value": sets}


@cache
def metadata() -> bytes:
    """The data model: flat entity types with their keys. Nested values are texts."""
    root = ET.Element("edmx:Edmx", {"Version": "4.0", "xmlns:edmx": _EDMX})
    services = ET.SubElement(root, "edmx:DataServices")
    schema = ET.SubElement(services, "Schema", {"Namespace": NAMESPACE, "xmlns": _EDM})
    for table in SETS.values():
        _entity_type(schema, table)
    container = ET.SubElement(schema, "EntityContainer", {"Name": "Container"})
    for name in SETS:
        ET.SubElement(container, "EntitySet", {"Name": name, "EntityType": f"{NAMESPACE}.{name}"})
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entity_type(schema: ET.Element, table: Table) -> None:
    entity = ET.SubElement(schema, "EntityType", {"Name": table.name})
    key = ET.SubElement(entity, "Key")
    for name in table.key:
        ET.SubElement(key, "PropertyRef", {"Name": name})
    for column in table.columns:
        # A view promises nothing about its columns: only those of tables are checked when they are published.
        is_set = column.name in table.key or (column.required and table.name in TABLES)
        ET.SubElement(entity, "Property", _property(column) | ({"Nullable": "false"} if is_set else {}))


def _property(column: Column) -> dict[str, str]:
    kind = KINDS[column.type]
    found = {"Name": column.name, "Type": kind.value}
    if kind is Kind.DECIMAL:
        # Without a scale, clients would take 0 for it.
        precision, scale = column.type.removeprefix("DECIMAL(").removesuffix(")").split(",")
        found |= {"Precision": precision, "Scale": scale}
    elif kind is Kind.MOMENT:
        found |= {"Precision": "6"}
    return found
